"""The scene of the distance below the top in Python: its question, its answer and its why."""

import numpy as np
import pytest

import toy
from toy.explorables import BelowTheTop
from toy.explorables.scene import say


def objective(scene, policy):
    return toy.rlhf_objective(policy, scene.reward, scene.reference, scene.beta)


@pytest.mark.parametrize("share", [0.0, 0.1, 0.5, 1.0])
def test_the_answer_is_what_the_objective_of_the_mix_falls_short(share):
    scene = BelowTheTop(share=share)
    mix = (1 - share) * np.array(scene.reference) + share * np.eye(4)[1]
    best = toy.gibbs_policy(scene.reward, scene.reference, scene.beta)
    assert scene.truth() == pytest.approx(objective(scene, mix) - objective(scene, best), rel=1e-12)
    assert f"= −0.5 × {say(toy.kl_divergence(mix, best))}" in scene.why()


def test_a_mix_is_higher_than_its_parts_on_average():
    scene = BelowTheTop()
    ends = [BelowTheTop(share=share).truth() for share in (0.0, 1.0)]
    assert scene.truth() > max(ends)
    assert f"reference at {say(ends[0])}, “always Venus” at {say(ends[1])}" in scene.question()
    assert f"of its parts, {say(sum(ends) / 2)}." in scene.describe()


@pytest.mark.parametrize("change", [{"share": 0.2}, {"beta": 0.2}])
def test_the_picture_follows_the_state(change):
    scene = BelowTheTop()
    picture = scene.still()
    scene.set_trait(*next(iter(change.items())))
    assert scene.still() != picture
