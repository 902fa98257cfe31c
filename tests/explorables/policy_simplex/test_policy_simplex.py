"""The explorable of the policy gradient in Python: what it refuses, says and draws."""

import numpy as np
import pytest
import traitlets

import toy
from toy.explorables import PolicySimplex

WORLD = {
    "policy": [0.15, 0.8, 0.05],
    "reference": [0.08, 0.22, 0.7],
    "reward": [1.0, 0.9, -1.2],
    "beta": 0.4,
}
ADVANTAGES = {
    "leave-one-out": toy.leave_one_out,
    "group mean": toy.group_mean,
    "group-normalised": toy.group_normalised,
}


def shaped():
    d = toy.log_ratio(WORLD["policy"], WORLD["reference"])
    return np.array(WORLD["reward"]) - WORLD["beta"] * d


def said(moments, gradient):
    """The numbers of a description, as it should write them."""
    bias = np.linalg.norm(moments.mean - gradient)
    return (
        f"the gradient is {np.linalg.norm(gradient):.3f} long",
        f"variance is {moments.total_variance:.3f} and its bias {bias:.3f} long",
    )


@pytest.mark.parametrize(
    ("trait", "value", "rule"),
    [
        ("policy", [0.5, 0.5], "policy must have 3 entries, one for each response; got 2$"),
        ("policy", [0.5, 0.5, 0.0], "must be probabilities of at least 1e-9"),
        ("reference", [0.25] * 4, "reference must have 3 entries, one for each response; got 4$"),
        ("reward", [1.0, 2.0], "reward must have 3 entries, one for each response; got 2$"),
        ("reward", [1.0, 2.0, 3.0], "reward must be numbers from −2 to 2"),
        ("responses", ["yes", "no"], "responses must be 3 labels"),
        ("beta", 0.01, "beta must be one number from 0.05 to 5"),
        ("group_size", 1, "group_size must be a whole number from 2 to 8; got 1"),
        ("group_size", 9, "group_size must be a whole number from 2 to 8; got 9"),
        ("group_size", 2.5, "group_size must be a whole number"),
        ("estimator", "two samples", "estimator must be one of one sample, leave-one-out, "),
        ("baseline", "median", "baseline must be one of none, value, best; got median"),
        ("kl_term", "no", "kl_term must be True or False; got no"),
    ],
)
def test_what_cannot_be_shown_is_refused(trait, value, rule):
    widget = PolicySimplex()
    before = getattr(widget, trait)
    with pytest.raises(traitlets.TraitError, match=rule):
        setattr(widget, trait, value)
    assert getattr(widget, trait) == before


def test_responses_without_labels_are_lettered():
    assert PolicySimplex(reward=[0.0, 1.0, -1.0]).responses == ("A", "B", "C")
    assert PolicySimplex(beta=1.0).responses[0] == "faithful and short"


@pytest.mark.parametrize("baseline", ["none", "value", "best"])
def test_one_sample_is_described_by_toys_numbers(baseline):
    reward, policy = shaped(), WORLD["policy"]
    height = {
        "none": 0.0,
        "value": toy.expectation(policy, reward),
        "best": toy.optimal_baseline(policy, reward),
    }
    moments = toy.reinforce_moments(policy, reward, height[baseline])
    gradient = toy.objective_gradient(policy, WORLD["reward"], WORLD["reference"], WORLD["beta"])
    words = PolicySimplex(**WORLD, baseline=baseline).describe()
    assert all(part in words for part in said(moments, gradient))
    assert f"one sample with baseline {baseline}" in words
    assert "E[r] − β KL" in words


@pytest.mark.parametrize("estimator", ADVANTAGES)
def test_a_group_without_the_kl_is_described_by_toys_numbers(estimator):
    policy, reward = WORLD["policy"], WORLD["reward"]
    moments = toy.group_gradient_moments(policy, reward, 3, ADVANTAGES[estimator])
    widget = PolicySimplex(**WORLD, kl_term=False, estimator=estimator, group_size=3)
    words = widget.describe()
    assert all(part in words for part in said(moments, toy.policy_gradient(policy, reward)))
    assert f"a group of 3 ({estimator})" in words
    assert "β" not in words


def test_the_still_follows_the_state():
    widget = PolicySimplex()
    stills = [widget.still()]
    for trait, value in {"policy": [0.5, 0.3, 0.2], "kl_term": False, "reward": [1, 1, 1]}.items():
        setattr(widget, trait, value)
        stills.append(widget.still())
    assert len(set(stills)) == 4
