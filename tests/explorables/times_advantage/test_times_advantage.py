"""The scene of probability times advantage in Python: its question, its answer and its why."""

import numpy as np
import pytest

import toy
from toy.explorables import TimesAdvantage


def test_the_areas_over_and_under_the_answer_are_equal():
    scene = TimesAdvantage()
    areas = np.array(scene.policy) * (np.array(scene.reward) - scene.truth())
    assert areas.sum() == pytest.approx(0, abs=1e-15)
    assert areas == pytest.approx(toy.policy_gradient(scene.policy, scene.reward), rel=1e-12)
    assert "Venus: 0.4 × (1 − 0.16) = 0.336, the Sun: 0.3 × (−1.5 − 0.16) = −0.498" in scene.why()


def test_a_reward_under_a_positive_mean_pushes_down():
    scene = TimesAdvantage(reward=[1.0, 1.8, 1.6, 0.2])
    assert scene.truth() == pytest.approx(1.23, rel=1e-12)
    assert "D: 0.3 × (0.2 − 1.23) = −0.309" in scene.describe()


def test_a_negative_mean_is_added():
    scene = TimesAdvantage(policy=[0.05, 0.05, 0.05, 0.85])
    assert "B: 0.05 × (1 + 1.17)" in scene.why()


def test_the_picture_follows_the_state():
    scene = TimesAdvantage()
    picture = scene.still()
    scene.policy = [0.1, 0.5, 0.2, 0.2]
    assert scene.still() != picture


def test_its_policy_is_the_chapters():
    assert TimesAdvantage().policy == tuple(toy.HALF_TRAINED)
