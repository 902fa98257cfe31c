"""The scene of votes in Python: its question, its answer and its why."""

import numpy as np
import pytest

import toy
from toy.explorables import Votes


def test_even_votes_leave_the_policy_at_the_reference():
    scene = Votes(won=20)
    assert "20 of 40 people prefer A" in scene.question()
    assert scene.truth() == pytest.approx(0.2, rel=1e-12)
    assert "0.25 × 1² = 0.25." in scene.why()


def test_thirty_votes_bring_it_to_nine_thirteenths():
    scene = Votes()
    assert scene.truth() == pytest.approx(9 / 13, rel=1e-12)
    assert "times the votes', to the power 1/β: 0.25 × 3² = 2.25." in scene.describe()


def test_where_nats_are_dear_three_votes_in_four_are_worth_a_third():
    odds = np.sqrt(3) / 4
    scene = Votes(won=30, beta=2.0)
    assert scene.truth() == pytest.approx(odds / (1 + odds), rel=1e-12)
    assert "0.25 × √3 = 0.433." in scene.why()


@pytest.mark.parametrize(("beta", "product"), [(1.0, "0.25 × 3 = "), (0.6, "0.25 × 3^1.67 = ")])
def test_a_power_is_written_as_one_writes_it(beta, product):
    assert product in Votes(beta=beta).why()


def test_what_cannot_be_guessed_is_not_asked():
    scene = Votes(won=39, beta=0.25)
    assert scene.truth() is None
    assert toy.fit_dpo([0.2, 0.8], [[0, 39], [1, 0]], 0.25)[0] > 0.99
    assert scene.still().startswith("<svg")


@pytest.mark.parametrize("change", [{"policy": 0.5}, {"won": 30}, {"beta": 1.0}])
def test_the_picture_follows_the_state(change):
    scene = Votes(won=25)
    picture = scene.still()
    scene.set_trait(*next(iter(change.items())))
    assert scene.still() != picture
