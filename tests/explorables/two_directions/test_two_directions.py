"""The scene of the two directions in Python: its question, its answer and its why."""

import numpy as np
import pytest

import toy
from toy.explorables import TwoDirections
from toy.explorables.scene import say


def test_the_answer_is_the_other_direction():
    scene = TwoDirections()
    policy = toy.gibbs_policy(scene.reward, scene.reference, 1 / scene.sharpness)
    forth = toy.kl_divergence(policy, scene.reference)
    back = toy.kl_divergence(scene.reference, policy)
    assert scene.truth() == pytest.approx(back, rel=1e-12)
    assert back > 2 * forth
    assert f"count, policy and reference are {say(forth)} nats apart" in scene.question()


def test_the_words_name_the_largest_part_and_who_counts_it():
    scene = TwoDirections()
    policy = toy.gibbs_policy(scene.reward, scene.reference, 1 / scene.sharpness)
    part = 0.1 * np.log(0.1 / policy[3])
    assert f"from the Sun, {say(part)}: the log of its ratio, {say(10 * part)}," in scene.why()
    assert "the reference's 0.1, not the policy's <\N{NO-BREAK SPACE}0.001." in scene.describe()


def test_a_policy_that_is_its_reference_is_nowhere_from_it():
    scene = TwoDirections(sharpness=0.0)
    assert scene.truth() == 0
    assert "nothing is between them" in scene.why()


@pytest.mark.parametrize("change", [{"sharpness": 0.0}, {"reward": [1, 1, 0, 0]}])
def test_the_picture_follows_the_state(change):
    scene = TwoDirections()
    picture = scene.still()
    scene.set_trait(*next(iter(change.items())))
    assert scene.still() != picture
