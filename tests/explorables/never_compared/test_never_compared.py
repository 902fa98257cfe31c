"""The scene of what was never compared in Python: its question, its answer and its why."""

import numpy as np
import pytest

import toy
from toy.explorables import NeverCompared

PLANETS = {
    "responses": ["the Sun", "I don't know", "Mercury", "Venus"],
    "reference": [0.1, 0.3, 0.45, 0.15],
}


def descent(reference, num_steps):
    """DPO's policies on one comparison, the last response over the first."""
    wins = np.zeros((4, 4))
    wins[3, 0] = 1
    return toy.dpo_descent(reference, wins, 0.5, step_size=0.05, num_steps=num_steps).policies


def test_the_answer_is_the_largest_share_of_a_descent():
    scene = NeverCompared()
    others = descent(scene.reference, 3000)[:, 1:3].sum(axis=1)
    assert scene.truth() == pytest.approx(others.max(), abs=1e-6)
    assert 0 < others.argmax() < 3000
    assert "start at 0.299 together. How high do they climb?" in scene.question()
    assert "√(0.7 × 0.001) = 0.0265, beside 0.299: there" in scene.describe()


def test_what_a_rarer_response_loses_to_goes_nowhere_else():
    scene = NeverCompared(**PLANETS)
    assert scene.truth() == pytest.approx(0.75, rel=1e-12)
    assert scene.why().endswith("what nobody compared can only fall.")
    others = descent(scene.reference, 200)[:, 1:3].sum(axis=1)
    assert (np.diff(others) < 0).all()


@pytest.mark.parametrize("change", [{"time": 100.0}, {"reference": [0.4, 0.3, 0.2, 0.1]}])
def test_the_picture_follows_the_state(change):
    scene = NeverCompared()
    picture = scene.still()
    scene.set_trait(*next(iter(change.items())))
    assert scene.still() != picture
