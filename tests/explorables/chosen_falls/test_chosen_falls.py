"""The scene of the chosen response in Python: its question, its answer and its why."""

import numpy as np
import pytest

import toy
from toy.explorables import ChosenFalls


def test_the_answer_is_where_a_descent_ends():
    scene, wins = ChosenFalls(), np.zeros((3, 3))
    wins[1, 2] = 1
    run = toy.dpo_descent(
        np.full(3, 1 / 3), wins, 1.0, step_size=0.01, num_steps=5000, features=[[3.0], [1.0], [0.0]]
    )
    assert scene.truth() == pytest.approx(run.policies[-1, 1], rel=0.02)
    assert scene.truth() < 0.001
    assert "Trained to a loss of 0.021, how likely is a paragraph?" in scene.question()
    assert "against a paragraph the odds of a page" in scene.describe()


def test_beside_a_shorter_response_the_chosen_one_rises():
    assert ChosenFalls(length=0.2).truth() > 0.9
    assert ChosenFalls(length=1.0).truth() == pytest.approx(0.5, abs=0.01)


@pytest.mark.parametrize("change", [{"time": 5.0}, {"length": 2.0}])
def test_the_picture_follows_the_state(change):
    scene = ChosenFalls()
    picture = scene.still()
    scene.set_trait(*next(iter(change.items())))
    assert scene.still() != picture
