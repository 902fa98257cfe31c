"""The scene of the temperature in Python: its question, its answer and its why."""

import numpy as np
import pytest

from toy.explorables import Temperature
from toy.explorables.scene import say


def test_tripled_logits_cube_every_ratio():
    scene = Temperature()
    cubes = np.array(scene.policy) ** 3
    assert scene.truth() == pytest.approx(100 * cubes[1] / cubes.sum(), rel=1e-12)
    assert f"Venus to the Sun goes from 1.33 to {say((4 / 3) ** 3)}." in scene.why()
    assert "says Venus 40 times in 100" in scene.describe()


@pytest.mark.parametrize("change", [{"scale": 2.0}, {"policy": [0.1, 0.6, 0.2, 0.1]}])
def test_the_picture_follows_the_state(change):
    scene = Temperature()
    picture = scene.still()
    scene.set_trait(*next(iter(change.items())))
    assert scene.still() != picture
