"""The scene of three losses in Python: its question, its answer and its why."""

import numpy as np
import pytest

import toy
from toy.explorables import ThreeLosses
from toy.explorables.scene import say

ESTIMATORS = {"k1": toy.k1, "k2": toy.k2, "k3": toy.k3}


@pytest.mark.parametrize(("loss", "within"), [("k1", 4e-3), ("k2", 1e-3), ("k3", 1e-12)])
def test_descent_on_each_loss_comes_to_its_answer(loss, within):
    scene = ThreeLosses(loss=loss)
    world = np.array(scene.reference), scene.reward, scene.reference, scene.beta
    flow = toy.ascend_with_loss(ESTIMATORS[loss], *world, 1.0, 1000)
    for response in (2, 4):
        scene.response = response
        assert flow.policies[-1, response - 1] == pytest.approx(scene.truth(), abs=within)


def test_only_k2_rests_at_the_optimum_and_the_words_say_what_it_has():
    optimum = toy.gibbs_policy(ThreeLosses().reward, ThreeLosses().reference, 0.5)
    scenes = {loss: ThreeLosses(loss=loss, response=4) for loss in ESTIMATORS}
    assert scenes["k2"].truth() == optimum[3]
    assert scenes["k1"].truth() == 0
    assert 13 < scenes["k3"].truth() / optimum[3] < 15
    assert f"The optimum has {say(optimum[3])}." in scenes["k1"].why()
    assert "the KL's own gradient" in scenes["k2"].describe()
    assert f"the Sun keeps {say(scenes['k3'].truth())}, where the optimum" in scenes["k3"].why()


def test_it_says_which_loss_and_at_which_price():
    question = ThreeLosses(loss="k3", beta=0.4).question()
    assert "Descend on the loss −reward + 0.4 × k3. How often" in question


@pytest.mark.parametrize("change", [{"loss": "k3"}, {"time": 100}])
def test_the_picture_follows_the_state(change):
    scene = ThreeLosses()
    picture = scene.still()
    scene.set_trait(*next(iter(change.items())))
    assert scene.still() != picture
