"""The explorable of DPO in Python: what it refuses, what its words say, what its still shows."""

import re

import numpy as np
import pytest
import traitlets

import toy
from toy.explorables.dpo import FEATURES, MAX_STEPS, PAIRS, STEP_SIZE


def comparisons(preference, pairs):
    wins = np.zeros((3, 3))
    for better, worse in PAIRS[pairs]:
        wins[better, worse], wins[worse, better] = preference, 1 - preference
    return wins


@pytest.mark.parametrize(
    ("trait", "value", "rule"),
    [
        ("reference", [0.5, 0.5], "reference must have 3 entries, one for each response; got 2$"),
        ("reference", [0.5, 0.5, 0.0], "reference must be probabilities of at least 1e-9"),
        ("responses", ["yes", "no"], "responses must "),
        ("beta", 0.05, "beta must be one number from 0.1 to 1; got 0.05"),
        ("beta", 2.0, "beta must be one number from 0.1 to 1; got 2.0"),
        ("preference", 0.4, "preference must be one number from 0.5 to 1; got 0.4"),
        ("preference", 1.1, "preference must"),
        ("pairs", "none", "pairs"),
        ("pairs", 2, "pairs must be one of all, chain, one; got 2"),
        ("shared_features", "maybe", "shared_features"),
        ("log_scale", 3, "log_scale"),
        ("time", 0, "time must"),
        ("time", 2001, "time must be a whole number from 1 to 2000; got 2001"),
        ("time", 1.5, "time must"),
    ],
)
def test_what_cannot_be_trained_is_refused(trait, value, rule):
    widget = toy.explorables.DPO()
    with pytest.raises(traitlets.TraitError, match=rule):
        setattr(widget, trait, value)
    with pytest.raises(traitlets.TraitError, match=rule):
        toy.explorables.DPO(**{trait: value})
    assert widget.initial[trait] == getattr(widget, trait)


def test_responses_without_labels_are_lettered():
    assert toy.explorables.DPO(reference=[0.2, 0.3, 0.5]).responses == ("A", "B", "C")
    names = ("good", "fair", "bad")
    widget = toy.explorables.DPO(reference=[0.2, 0.3, 0.5], responses=names)
    assert widget.responses == names


@pytest.mark.parametrize("pairs", PAIRS)
@pytest.mark.parametrize("shared", [False, True])
def test_words_hold_the_numbers_that_toy_computes(pairs, shared):
    widget = toy.explorables.DPO(pairs=pairs, shared_features=shared, time=60, preference=0.9)
    reference, wins = np.array([0.1, 0.3, 0.6]), comparisons(0.9, pairs)
    table = np.column_stack([np.array(FEATURES)[:, 0], np.log(reference)])

    def shared_policy(weight):
        return toy.log_linear_policy([weight[0], 1.0], table)

    def downhill(at):
        if not shared:
            return -toy.dpo_gradient(toy.softmax(at), reference, wins, 0.5)
        return -toy.log_linear_dpo_gradient([at[0], 1.0], table, reference, wins, 0.5)[:1]

    start = [0.0] if shared else np.log(reference)
    end = toy.ascend(downhill, start, STEP_SIZE, 60).parameters[-1]
    policy = shared_policy(end) if shared else toy.softmax(end)
    said = widget.describe()
    assert all(f"{name} {p:.3f}" in said for name, p in zip(widget.responses, policy, strict=True))
    assert f"loss {toy.dpo_loss(policy, reference, wins, 0.5):.3f} nats" in said
    assert f"{toy.kl_divergence(policy, reference):.3f} nats" in said
    if pairs == "one":
        assert "RLHF has no optimum" in said
    else:
        best = toy.gibbs_policy(toy.fit_rewards(wins), reference, 0.5)
        assert f"a paragraph {best[0]:.3f}, a page {best[1]:.3f}" in said


def test_clean_labels_have_no_optimum_and_none_is_drawn():
    noisy, clean = toy.explorables.DPO(), toy.explorables.DPO(preference=1.0)
    assert "RLHF has no optimum" in clean.describe()
    best, orange = "#a8326e", "#c44e00"
    assert best in noisy.still()
    assert orange in noisy.still()
    assert not re.search(f"{best}|{orange}", clean.still())


@pytest.mark.parametrize(
    ("trait", "value"),
    [
        ("time", 100),
        ("beta", 0.25),
        ("preference", 0.95),
        ("pairs", "one"),
        ("shared_features", True),
        ("log_scale", True),
        ("reference", [0.2, 0.2, 0.6]),
    ],
)
def test_the_still_follows_the_state(trait, value):
    widget = toy.explorables.DPO()
    picture = widget.still()
    setattr(widget, trait, value)
    assert widget.still() != picture


EVERY = [
    (pairs, shared, preference, beta)
    for pairs in PAIRS
    for shared in (False, True)
    for preference in (0.5, 0.55, 0.8, 0.99, 1.0)
    for beta in (0.1, 0.5, 1.0)
]


@pytest.mark.parametrize(("pairs", "shared", "preference", "beta"), EVERY)
def test_the_loss_never_rises_at_any_setting(pairs, shared, preference, beta):
    wins = comparisons(preference, pairs)
    features = FEATURES if shared else None
    reference = np.array([0.1, 0.3, 0.6])
    run = toy.dpo_descent(reference, wins, beta, STEP_SIZE, 400, features)
    every = [np.broadcast_to(array, (401, *array.shape)) for array in (reference, wins)]
    assert (np.diff(toy.dpo_loss(run.policies, *every, beta)) <= 1e-15).all()


def test_both_methods_end_at_one_optimum():
    reference, wins = [0.1, 0.3, 0.6], comparisons(0.8, "all")
    reward = toy.fit_rewards(wins)
    best = toy.gibbs_policy(reward, reference, 0.5)
    for learn, data in (
        (toy.dpo_descent, (reference, wins)),
        (toy.rlhf_ascent, (reward, reference)),
    ):
        end = learn(*data, 0.5, STEP_SIZE, MAX_STEPS).policies[-1]
        np.testing.assert_allclose(end, best, rtol=1e-9)


def test_the_preferred_response_falls_while_the_loss_falls_where_they_share_a_feature():
    even, wins = np.full(3, 1 / 3), comparisons(1.0, "one")
    run = toy.dpo_descent(even, wins, 1.0, STEP_SIZE, MAX_STEPS, FEATURES).policies
    assert (np.diff(run[:, 0]) < 0).all()
    assert run[-1, 0] < 2e-6
    assert toy.dpo_loss(run[-1], even, wins, 1.0) < 0.002
    free = toy.dpo_descent(even, wins, 1.0, STEP_SIZE, MAX_STEPS).policies
    assert (np.diff(free[:, 0]) > 0).all()
