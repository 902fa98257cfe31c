"""The scene of a hundred draws in Python: its question, its answer and its why."""

import numpy as np
import pytest

from toy.exact.enumeration import count_probabilities, count_vectors
from toy.explorables import HundredDraws
from toy.explorables.scene import say


@pytest.mark.parametrize("share", [0.001, 0.03])
def test_the_law_of_the_mean_has_the_runs_that_miss_it_and_makes_up_for_them(share):
    scene = HundredDraws(share=share)
    counts = count_vectors("draws", 100, 2, "take fewer")
    law = count_probabilities(np.array([share, 1 - share]), counts)
    often = counts[..., 0]
    missed = law[often == 0].sum()
    assert scene.truth() == pytest.approx(100 * missed, rel=1e-12)
    where_it_comes = (law * often)[often > 0].sum() / law[often > 0].sum() / 100
    assert where_it_comes / share == pytest.approx(1 / (1 - missed), rel=1e-11)
    assert f"see it {say(where_it_comes / share)} times too often" in scene.why()


def test_one_in_a_thousand_is_missed_nine_times_in_ten():
    assert HundredDraws().truth() == pytest.approx(90.479, abs=1e-3)
    assert "says Canberra once in 1,000. In" in HundredDraws().question()
    assert "says Canberra 30 times in 1,000. In" in HundredDraws(share=0.03).describe()


def test_fewer_draws_miss_it_more_often():
    fewer = HundredDraws(share=0.03, draws=12)
    assert "never come in 12 draws?" in fewer.question()
    assert fewer.truth() == pytest.approx(100 * 0.97**12)
    assert "All 12 draws miss it with 0.97¹² = 0.694." in fewer.why()


@pytest.mark.parametrize("change", [{"draws": 50}, {"share": 0.01}])
def test_the_picture_follows_the_state(change):
    scene = HundredDraws()
    picture = scene.still()
    scene.set_trait(*next(iter(change.items())))
    assert scene.still() != picture
