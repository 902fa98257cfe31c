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


def test_the_slope_is_described_by_toys_number():
    gradient = toy.objective_gradient(**WORLD)
    words = PolicySimplex(**WORLD).describe()
    assert f"the gradient is {np.linalg.norm(gradient):.3f} long" in words
    assert "E[r] − β KL" in words
    free = toy.policy_gradient(WORLD["policy"], WORLD["reward"])
    words = PolicySimplex(**WORLD, kl_term=False).describe()
    assert f"the gradient is {np.linalg.norm(free):.3f} long" in words
    assert "β" not in words


def test_the_still_follows_the_state():
    widget = PolicySimplex()
    stills = [widget.still()]
    for trait, value in {"policy": [0.5, 0.3, 0.2], "kl_term": False, "reward": [1, 1, 1]}.items():
        setattr(widget, trait, value)
        stills.append(widget.still())
    assert len(set(stills)) == 4


def test_at_the_start_the_second_summary_grows_faster_than_the_best():
    figure = PolicySimplex()
    policy = np.array(figure.policy)
    slope = toy.objective_gradient(policy, figure.reward, figure.reference, figure.beta)
    growth = policy * (slope - policy @ slope)
    assert slope[0] > slope[1]
    assert growth[1] > growth[0] > 0
