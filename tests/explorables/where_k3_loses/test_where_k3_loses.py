"""The scene of where k3 loses in Python: its question, its answer and its why."""

import numpy as np
import pytest

import toy
from toy.explorables import WhereK3Loses
from toy.explorables.scene import say


def policy_with(scene, share):
    it = scene.unlearned - 1
    policy = np.array(scene.reference) * (1 - share) / (1 - scene.reference[it])
    policy[it] = share
    return policy


@pytest.mark.parametrize("unlearned", [1, 3, 4])
def test_at_the_answer_the_two_scatter_alike_and_below_it_k3_loses(unlearned):
    scene = WhereK3Loses(unlearned=unlearned)
    std = {
        (k.__name__, part): toy.estimator_moments(
            k, policy_with(scene, part * scene.truth()), scene.reference
        ).std
        for k in (toy.k1, toy.k3)
        for part in (0.5, 1, 2)
    }
    assert std["k1", 1] == pytest.approx(std["k3", 1], rel=1e-9)
    assert std["k3", 0.5] > std["k1", 0.5]
    assert std["k3", 2] < std["k1", 2]
    assert f"both scatter by {say(std['k1', 1])}" in scene.why()
    assert f"k1 has {say(std['k1', 0.5])}, k3 {say(std['k3', 0.5])}." in scene.why()


def test_it_names_the_response_and_what_the_reference_gives_it():
    scene = WhereK3Loses()
    assert "says Mercury 45 times in 100" in scene.question()
    assert f"reference/policy, there {say(0.45 / scene.truth())} for Mercury" in scene.describe()


def test_a_share_beyond_the_axis_is_not_asked():
    scene = WhereK3Loses(reference=[0.03, 0.47, 0.3, 0.2], unlearned=1)
    assert scene.truth() is None
    assert scene.why() == "There is no such share between 0.01 and 0.5."
    assert scene.still().startswith("<svg")


def test_the_picture_follows_the_state():
    scene = WhereK3Loses()
    picture = scene.still()
    scene.share = 0.1
    assert scene.still() != picture
