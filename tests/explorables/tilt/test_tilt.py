"""The scene of the tilt in Python: its question, its answer and its why."""

import numpy as np
import pytest

import toy
from toy.explorables import Tilt
from toy.explorables.scene import say

NAMES = ["I don't know", "Venus", "Mercury", "the Sun"]


def test_at_the_answer_the_odds_are_even_and_the_words_hold_the_sum():
    scene = Tilt()
    policy = toy.gibbs_policy(scene.reward, scene.reference, scene.truth())
    assert policy[1] == pytest.approx(0.5, rel=1e-12)
    assert "says Venus 15 times in 100" in scene.question()
    left = 0.45 * np.exp(-0.2 / scene.truth())
    assert f"leaves Mercury {say(left)} of its 0.45" in scene.why()
    assert "keep 0.15, as much as Venus" in scene.describe()


def test_rewards_twice_as_large_bear_twice_the_price():
    once = Tilt()
    twice = Tilt(reward=[2 * r for r in once.reward])
    assert twice.truth() == pytest.approx(2 * once.truth(), rel=1e-12)


@pytest.mark.parametrize("reference", [[0.1, 0.7, 0.1, 0.1], [0.1, 0.5, 0.2, 0.2]])
def test_what_is_said_half_the_time_at_once_is_not_asked(reference):
    scene = Tilt(reference=reference)
    assert scene.truth() is None
    assert scene.why() == "There is no such β between 0.05 and 10."
    assert scene.still().startswith("<svg")


def test_equal_rewards_share_the_question():
    assert "Venus or Mercury 60 times" in Tilt(reward=[0, 1, 1, -1], responses=NAMES).question()


def test_the_picture_follows_the_state():
    scene = Tilt()
    picture, words = scene.still(), scene.describe()
    scene.reward = [2 * r for r in scene.reward]
    assert scene.still() != picture
    assert scene.describe() != words
