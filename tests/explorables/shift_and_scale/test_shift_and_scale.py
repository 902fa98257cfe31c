"""The scene of shifted and scaled rewards in Python: its question, its answer and its why."""

import pytest

import toy
from toy.explorables import ShiftAndScale


def wins(margin):
    return 100 * toy.win_probability(margin)


@pytest.mark.parametrize("shift", [-3.0, 0.0, 2.5])
def test_what_is_added_to_both_changes_nothing(shift):
    scene = ShiftAndScale(shift=shift)
    assert scene.truth() == pytest.approx(wins(0.8), rel=1e-15)
    assert "0.8 as before, and σ(0.8) = 0.69." in scene.why()


@pytest.mark.parametrize(("scale", "named"), [(2.0, "0.8 to 1.6"), (-1.0, "0.8 to −0.8")])
def test_what_both_are_multiplied_by_changes_the_odds(scale, named):
    scene = ShiftAndScale(shift=0.0, scale=scale)
    odds = wins(0.8) / (100 - wins(0.8))
    assert scene.truth() / (100 - scene.truth()) == pytest.approx(odds**scale, rel=1e-12)
    assert named in scene.why()


def test_the_question_says_what_is_done():
    assert "Both rewards are raised by 3. How" in ShiftAndScale().question()
    both = ShiftAndScale(scale=2.0, shift=-1.0)
    assert "wins 69 times in 100. Both rewards are multiplied by 2 and lowered" in both.question()
    assert "multiplied by −1. How" in ShiftAndScale(shift=0.0, scale=-1.0).describe()


@pytest.mark.parametrize("change", [{"shift": 0.0}, {"scale": 2.0}])
def test_the_picture_follows_the_state(change):
    scene = ShiftAndScale()
    picture = scene.still()
    scene.set_trait(*next(iter(change.items())))
    assert scene.still() != picture
