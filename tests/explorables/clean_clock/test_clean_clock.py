"""The scene of the clock in Python: its question, its answer and its why."""

import numpy as np
import pytest

import toy
from toy.explorables import CleanClock
from toy.explorables.scene import say


def test_with_clean_labels_ten_times_the_time_adds_nearly_log_ten():
    scene = CleanClock()
    gained = scene.truth() - toy.margin_after(1000.0, 1.0)
    assert 0 < gained - np.log(10) < 0.01
    assert "clean labels the margin is 6.9 at t\u00a0=\u00a01,000" in scene.question()
    assert "log 10 = 2.3, from 6.9 to 9.21" in scene.why()


@pytest.mark.parametrize("flipped", [0.001, 0.3, 0.5])
def test_with_flipped_labels_it_comes_to_the_logit_and_never_passes_it(flipped):
    scene = CleanClock(flipped=flipped)
    logit = np.log((1 - flipped) / flipped)
    assert 0 <= logit - scene.truth() < 1e-4
    assert f"logit p = {say(logit)}" in scene.describe()
    assert f"{say(1000 * flipped)} of 1,000 labels flipped" in scene.describe()


@pytest.mark.parametrize("change", [{"flipped": 0.1}, {"time": 10.0}])
def test_the_picture_follows_the_state(change):
    scene = CleanClock()
    picture = scene.still()
    scene.set_trait(*next(iter(change.items())))
    assert scene.still() != picture
