"""The scene of the plateau in Python: its question, its answer and its why."""

import numpy as np
import pytest

import toy
from toy.explorables import Plateau
from toy.explorables.scene import say

REWARD = (0.2, 1.0, 0.8, -1.5)
STARTS = {
    "often": (0.3, 0.15, 0.45, 0.1),
    "rarely": (0.33, 0.06, 0.5, 0.11),
    "hardly": (0.34, 0.04, 0.51, 0.11),
}


@pytest.fixture(scope="module")
def truths():
    return {name: Plateau(policy=policy).truth() for name, policy in STARTS.items()}


def test_a_response_said_four_times_less_often_takes_fifty_times_as_long(truths):
    assert truths["often"] < truths["rarely"] < truths["hardly"]
    assert truths["hardly"] > 50 * truths["often"]


@pytest.mark.parametrize("name", ["often", "rarely"])
def test_the_answer_is_the_first_step_with_half(truths, name):
    steps = truths[name]
    run = toy.ascend(
        lambda z: toy.policy_gradient(toy.softmax(z), REWARD), np.log(STARTS[name]), 2.0, steps
    )
    assert run.policies[-1, 1] >= 0.5 > run.policies[-2, 1]
    scene = Plateau(policy=STARTS[name])
    halfway = run.policies[steps // 2]
    assert f"At step {say(steps // 2)}, " in scene.why()
    assert f", B {say(100 * halfway[1])} %, and" in scene.why()
    ratio = (
        toy.policy_gradient(run.policies[-1], REWARD)[1] / toy.policy_gradient(halfway, REWARD)[1]
    )
    assert f"its push is {say(ratio)} times weaker" in scene.describe()


def test_its_question_names_the_best_and_how_often_it_is_said():
    assert "Venus earns most, and is said 15 times in 100" in Plateau().question()


def test_what_is_said_half_the_time_at_once_or_never_is_not_asked():
    for policy in ([0.2, 0.6, 0.1, 0.1], [0.4, 1e-9, 0.6 - 2e-9, 1e-9]):
        scene = Plateau(policy=policy)
        assert scene.truth() is None
        assert scene.why() == "It is so at no step from 1 to 5,000."
        assert scene.still().startswith("<svg")


def test_the_picture_follows_the_state():
    scene = Plateau()
    picture = scene.still()
    scene.time = 30
    assert scene.still() != picture


def test_it_starts_at_the_reference_of_the_first_chapter():
    assert Plateau().policy == tuple(toy.TEMPTING.reference[0])
