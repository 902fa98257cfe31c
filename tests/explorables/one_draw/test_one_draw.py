"""The scene of one draw in Python: its question, its answer and its why."""

import numpy as np
import pytest

import toy
from toy.explorables import OneDraw
from toy.explorables.scene import say


def test_both_means_are_the_kl_and_a_draw_of_k3_usually_says_less():
    scene = OneDraw()
    d = toy.log_ratio(scene.policy, scene.reference)
    for estimator in (toy.k1, toy.k3):
        assert np.dot(scene.policy, estimator(d)) == pytest.approx(scene.truth(), rel=1e-12)
    assert sorted(toy.k3(d) < scene.truth()) == [False, True, True, True]
    assert "k3 says less 95 times in 100" in scene.why()
    assert f"then {say(toy.k3(d).max())} for I don't know" in scene.why()
    assert "negative 30 times in 100" in scene.describe()


def test_averaging_moves_no_mean_and_lifts_k3_from_below():
    once, often = OneDraw(), OneDraw(draws=10)
    assert often.truth() == once.truth()
    estimates, chances = toy.estimate_distribution(toy.k3, often.policy, often.reference, 10)
    less = 100 * chances[estimates < often.truth()].sum()
    assert 50 < less < 95
    assert f"Of 10 draws, k3's average is less {say(less)} times in 100" in often.describe()


def test_a_kl_beyond_the_axis_is_not_asked():
    scene = OneDraw(policy=[1 - 3e-9, 1e-9, 1e-9, 1e-9], reference=[1e-3, 0.3, 0.3, 0.399])
    assert scene.truth() is None
    assert scene.why() == "The KL, 6.91 nats, is off the axis."
    assert scene.still().startswith("<svg")


def test_the_picture_follows_the_state():
    scene = OneDraw()
    picture = scene.still()
    scene.draws = 10
    assert scene.still() != picture
