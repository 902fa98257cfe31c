"""The explorable of estimators as losses in Python: what it refuses, says and draws."""

import pytest
import traitlets

import toy
from toy.explorables import KLAsLoss
from toy.explorables.kl_as_loss import STEP_SIZE

WORLD = ([0.2, 0.3, 0.5], [0.9, -0.2, 0.3], [0.1, 0.6, 0.3], 0.7)


@pytest.fixture
def widget():
    policy, reward, reference, beta = WORLD
    return KLAsLoss(policy=policy, reward=reward, reference=reference, beta=beta, time=25)


@pytest.mark.parametrize(
    ("trait", "value", "rule"),
    [
        ("time", 0, "time must"),
        ("time", 401, "time must be a whole number from 1 to 400"),
        ("beta", 2.5, "beta must be one number from 0.05 to 2"),
        ("policy", [0.5, 0.5], "policy must have 3 entries"),
    ],
)
def test_what_cannot_be_shown_is_refused(widget, trait, value, rule):
    with pytest.raises(traitlets.TraitError, match=rule):
        setattr(widget, trait, value)


@pytest.mark.parametrize("name", ["k1", "k2", "k3"])
def test_the_words_hold_toys_distances_to_the_optimum(widget, name):
    run = toy.ascend_with_loss(getattr(toy, name), *WORLD, STEP_SIZE, 25)
    optimum = toy.gibbs_policy(*WORLD[1:])
    gap = toy.kl_divergence(run.policies[-1], optimum)
    assert f"{name} {gap:.3f}" in widget.describe()


def test_the_words_hold_the_resting_places(widget):
    for policy in (toy.gibbs_policy(*WORLD[1:]), toy.forward_kl_policy(*WORLD[1:])):
        assert f"({', '.join(f'{p:.3f}' for p in policy)})" in widget.describe()
    assert "After 25 steps" in widget.describe()


def test_the_still_follows_the_state(widget):
    first = widget.still()
    widget.time = 200
    later = widget.still()
    widget.beta = 0.2
    assert len({first, later, widget.still()}) == 3
