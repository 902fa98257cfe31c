"""The scene of the frontier in Python: its question, its answer and its why."""

import numpy as np
import pytest

import toy
from toy.explorables import NextNat
from toy.explorables.scene import say


def test_at_the_answer_one_more_nat_earns_what_it_costs():
    scene = NextNat()
    prices = scene.beta * np.array([1 + 1e-5, 1 - 1e-5])
    near = toy.reward_kl_frontier(scene.reward, scene.reference, prices)
    slope = np.diff(near.reward) / np.diff(near.kl)
    assert slope[0] == pytest.approx(scene.beta, rel=1e-6)
    assert near.kl[0] < scene.truth() < near.kl[1]
    assert "costs 0.5 units" in scene.question()


def test_the_words_say_what_is_left_at_the_optimum_and_at_both_ends():
    scene = NextNat()
    best = scene.beta * toy.log_partition(scene.reward, scene.reference, scene.beta)
    end = 1.0 - scene.beta * np.log(1 / 0.15)
    assert f"{say(best)} of reward is left; 0.42 had it stayed, {say(end)} had it" in scene.why()


@pytest.mark.parametrize("change", [{"tilt": 1.0}, {"beta": 1.0}, {"reward": [0, 1, 0, 0]}])
def test_the_picture_follows_the_state(change):
    scene = NextNat()
    picture = scene.still()
    scene.set_trait(*next(iter(change.items())))
    assert scene.still() != picture
