"""The scene of a group of four in Python: its question, its answer and its why."""

import numpy as np
import pytest

from toy.explorables import GroupOfFour


@pytest.mark.parametrize(("right", "weight"), [(1, np.sqrt(3)), (2, 1.0), (3, 1 / np.sqrt(3))])
@pytest.mark.parametrize("gain", [0.01, 2.0])
def test_the_weight_depends_on_how_many_are_right_and_not_on_their_reward(right, weight, gain):
    assert GroupOfFour(right=right, gain=gain).truth() == pytest.approx(weight, rel=1e-12)


def test_its_words_hold_the_sum():
    scene = GroupOfFour()
    assert "One of four draws is right and earns 0.5 more." in scene.question()
    assert "0.375 / 0.217 = 1.73" in scene.why()
    assert "and so is 0.015 / 0.00866: what the right ones earn cancels" in scene.describe()
    assert "0.015 / 0.00866 = 1.73, and so is 0.375 / 0.217:" in GroupOfFour(gain=0.02).why()
    assert "Three of four draws are right and earn 0.5" in GroupOfFour(right=3).question()


@pytest.mark.parametrize("change", [{"gain": 0.1}, {"right": 2}])
def test_the_picture_follows_the_state(change):
    scene = GroupOfFour()
    picture = scene.still()
    scene.set_trait(*next(iter(change.items())))
    assert scene.still() != picture
