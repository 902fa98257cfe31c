"""The scene of the baseline in Python: its question, its answer and its why."""

import numpy as np
import pytest

import toy
from toy.explorables import BaselineHurts
from toy.explorables.scene import say


def variance(scene, baseline):
    return float(toy.reinforce_moments(scene.policy, scene.reward, baseline).total_variance)


def test_for_a_trained_policy_the_value_is_worse_than_no_baseline():
    scene = BaselineHurts()
    value = np.dot(scene.policy, scene.reward)
    least, at_value, none = (variance(scene, b) for b in (scene.truth(), value, 0.0))
    assert least < none < at_value
    assert all(variance(scene, scene.truth() + step) > least for step in (-0.01, 0.01))
    words = f"Variance {say(least)}, at the value {say(at_value)}, without b {say(none)}."
    assert words in scene.describe()


def test_the_rare_response_counts_for_more_than_it_is_said():
    scene = BaselineHurts()
    policy = np.array(scene.policy)
    length = 1 - 2 * policy + policy @ policy
    weight = policy * length / (1 - policy @ policy)
    assert weight @ scene.reward == pytest.approx(scene.truth(), rel=1e-12)
    assert f"the Sun {say(100 * weight[3])} %, not 10 %" in scene.why()


def test_the_best_baseline_moves_with_the_rewards():
    once = BaselineHurts(policy=toy.HALF_TRAINED)
    raised = BaselineHurts(policy=once.policy, reward=[r + 1 for r in once.reward])
    assert raised.truth() == pytest.approx(once.truth() + 1, rel=1e-12)


def test_a_baseline_beyond_the_axis_is_not_asked():
    scene = BaselineHurts(reward=[-2.0, -1.9, -2.0, -1.9])
    assert scene.truth() is None
    assert scene.why() == "There is no such b between −1.6 and 2.2."
    assert scene.still().startswith("<svg")


def test_the_picture_follows_the_state():
    scene = BaselineHurts()
    picture = scene.still()
    scene.baseline = 0.5
    assert scene.still() != picture


def test_its_policy_says_the_best_86_times_in_100():
    assert BaselineHurts().policy[1] == 0.86
