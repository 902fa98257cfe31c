"""The explorable of estimates in Python: what it refuses, says and draws."""

import numpy as np
import pytest
import traitlets

import toy
from toy.explorables import GradientScatter

WORLD = {"policy": [0.15, 0.8, 0.05], "reward": [1.0, 0.9, -1.2]}
ADVANTAGES = {
    "leave-one-out": toy.leave_one_out,
    "group mean": toy.group_mean,
    "group-normalised": toy.group_normalised,
}


def said(moments):
    """The numbers of a description, as it should write them."""
    gradient = toy.policy_gradient(**WORLD)
    bias = np.linalg.norm(moments.mean - gradient)
    return (
        f"gradient is {np.linalg.norm(gradient):.3f} long",
        f"variance is {moments.total_variance:.3f} and its bias {bias:.3f} long",
    )


@pytest.mark.parametrize(
    ("trait", "value", "rule"),
    [
        ("policy", [0.5, 0.5], "policy must have 3 entries, one for each response; got 2$"),
        ("reward", [1.0, 2.0, 3.0], "reward must be numbers from −2 to 2"),
        ("responses", ["yes", "no"], "responses must be 3 labels"),
        ("group_size", 1, "group_size must be a whole number from 2 to 8; got 1"),
        ("group_size", 9, "group_size must be a whole number from 2 to 8; got 9"),
        ("group_size", 2.5, "group_size must be a whole number"),
        ("estimator", "two samples", "estimator must be one of one sample, leave-one-out, "),
        ("baseline", "median", "baseline must be one of none, value, best; got median"),
    ],
)
def test_what_cannot_be_shown_is_refused(trait, value, rule):
    widget = GradientScatter()
    before = getattr(widget, trait)
    with pytest.raises(traitlets.TraitError, match=rule):
        setattr(widget, trait, value)
    assert getattr(widget, trait) == before


@pytest.mark.parametrize("baseline", ["none", "value", "best"])
def test_one_sample_is_described_by_toys_numbers(baseline):
    height = {
        "none": 0.0,
        "value": toy.expectation(*WORLD.values()),
        "best": toy.optimal_baseline(**WORLD),
    }
    moments = toy.reinforce_moments(**WORLD, baseline=height[baseline])
    words = GradientScatter(**WORLD, estimator="one sample", baseline=baseline).describe()
    assert all(part in words for part in said(moments))
    assert f"one sample with baseline {baseline}" in words


@pytest.mark.parametrize("estimator", ADVANTAGES)
def test_a_group_is_described_by_toys_numbers(estimator):
    moments = toy.group_gradient_moments(*WORLD.values(), 3, ADVANTAGES[estimator])
    words = GradientScatter(**WORLD, estimator=estimator, group_size=3).describe()
    assert all(part in words for part in said(moments))
    assert f"a group of 3 ({estimator})" in words


def test_the_still_follows_the_state():
    widget = GradientScatter()
    stills = [widget.still()]
    for trait, value in {"policy": [0.5, 0.3, 0.2], "reward": [1, 1, 1]}.items():
        setattr(widget, trait, value)
        stills.append(widget.still())
    assert len(set(stills)) == 3
