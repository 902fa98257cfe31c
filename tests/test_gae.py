"""GAE(λ) against the recursion that libraries run, over every sequence."""

import numpy as np
import oracles
import pytest
from compare import close

import toy

#: The chapter's words, and a tree of three tokens with rewards of both signs.
FIRST, STEP = np.array([0.6, 0.4]), np.array([[0.7, 0.3], [0.2, 0.8]])
CHAIN, FACTS = [FIRST, STEP, STEP], [np.array([0.0, 1.0])] * 3
RNG = np.random.default_rng(1506)
TREE = [RNG.dirichlet(np.ones(3), (3,) * k) for k in range(3)]
REWARD = [RNG.normal(size=(3,) * (k + 1)) for k in range(3)]
GUESSES = [RNG.normal(size=(*(3,) * k, 1)) for k in range(3)]
WORLDS = {"chain": (CHAIN, FACTS), "tree": (TREE, REWARD)}
worlds = pytest.mark.parametrize("world", WORLDS.values(), ids=WORLDS)
decays = pytest.mark.parametrize("decay", [0.0, 0.3, 0.95, 1.0])


def flat(tables):
    return np.concatenate([np.ravel(table) for table in tables])


def as_lists(tables):
    return [np.asarray(table).tolist() for table in tables]


def advantages(rewards, values, decay):
    """A_t = δ_t + λ A_t+1, from the last step back, as libraries loop."""
    found, later, following = [], 0.0, 0.0
    for reward, value in zip(reversed(rewards), reversed(values), strict=True):
        later = reward + following - value + decay * later
        found, following = [later, *found], value
    return found


def by_recursion(policy, reward, values, decay):
    """Mean and total variance over every sequence."""
    tables, payments = as_lists(policy), as_lists(reward)
    guesses = as_lists(np.repeat(v, len(tables[0]), axis=-1) for v in values)
    draws = []
    for sequence, weight in oracles.all_sequences(tables):
        rewards, expected = (oracles.step_rewards(x, sequence) for x in (payments, guesses))
        a = advantages(rewards, expected, decay)
        gradient = oracles.sampled_gradient(tables, payments, sequence, lambda _, t, a=a: a[t])
        draws.append((float(weight), np.array(gradient, float)))
    mean = sum(weight * g for weight, g in draws)
    return mean, sum(weight * np.sum((g - mean) ** 2) for weight, g in draws)


@decays
def test_gae_is_the_recursion_that_libraries_run(decay):
    for policy, reward, values in (
        (TREE, REWARD, GUESSES),
        (CHAIN, FACTS, [np.array([2.0]), np.array([[0.3], [1.1]]), np.array([[-0.4], [0.9]])]),
    ):
        moments = toy.gae_moments(policy, reward, values, decay)
        mean, total_variance = by_recursion(policy, reward, values, decay)
        close(moments.mean, mean, rel=1e-12, atol=1e-15)
        close(moments.total_variance, total_variance, rel=1e-12)


@worlds
@decays
def test_with_the_exact_values_gae_is_unbiased_for_every_decay(world, decay):
    moments = toy.gae_moments(*world, toy.prefix_values(*world), decay)
    close(moments.mean, flat(toy.trajectory_gradient(*world)), rel=1e-12, atol=1e-15)


def test_at_decay_one_gae_is_unbiased_whatever_the_values_say():
    moments = toy.gae_moments(TREE, REWARD, GUESSES, 1.0)
    baseline = toy.trajectory_moments(TREE, REWARD, GUESSES)
    close(moments.mean, flat(toy.trajectory_gradient(TREE, REWARD)), rel=1e-12, atol=1e-15)
    close(moments.covariance, baseline.covariance, rel=1e-12, atol=1e-15)


@decays
def test_the_bias_is_that_of_later_values_in_place_of_later_returns(decay):
    # A_t = G_t − V_t + (1 − λ) Σ_(l≥1) λ^(l−1) (V_t+l − G_t+l), of which only the sum is biased.
    exact = toy.prefix_values(TREE, REWARD)
    errors = [(guess - value)[..., 0] for guess, value in zip(GUESSES, exact, strict=True)]
    after_first = errors[1] + decay * (TREE[1] * errors[2]).sum(axis=-1)
    bias = [
        (1 - decay) * toy.policy_gradient(TREE[0], after_first),
        (1 - decay) * TREE[0][:, None] * toy.policy_gradient(TREE[1], errors[2]),
        np.zeros_like(TREE[2]),
    ]
    mean = toy.gae_moments(TREE, REWARD, GUESSES, decay).mean
    close(mean - flat(toy.trajectory_gradient(TREE, REWARD)), flat(bias), rel=1e-10, atol=1e-14)


def test_an_error_of_the_values_that_depends_on_the_step_alone_costs_nothing():
    values = toy.prefix_values(TREE, REWARD)
    wrong = [table + shift for table, shift in zip(values, (3.0, -1.0, 0.7), strict=True)]
    for decay in (0.0, 0.5):
        mean = toy.gae_moments(TREE, REWARD, wrong, decay).mean
        close(mean, flat(toy.trajectory_gradient(TREE, REWARD)), rel=1e-12, atol=1e-14)


def test_a_reward_of_whole_sequences_and_a_number_for_all_values_are_allowed():
    whole = np.arange(8.0).reshape(2, 2, 2)
    tables = [np.zeros(2), np.zeros(2), whole]
    close(
        toy.gae_moments(CHAIN, whole, 0.5, 0.9).covariance,
        toy.gae_moments(CHAIN, tables, [0.5] * 3, 0.9).covariance,
    )


@pytest.mark.parametrize(
    ("values", "decay", "message"),
    [
        (FACTS, 0.5, r"^values\[0\] must not depend on the token to come; got shape \(2,\)$"),
        ([0.0, 1.0], 0.5, r"^values must be a number, or have one entry for each of 3 steps"),
        ([0.0, np.nan, 0.0], 0.5, r"^values\[1\] must hold no NaN"),
        ([0.0, np.zeros(3), 0.0], 0.5, r"^values\[1\] must be a number or have shape"),
        (0.0, 1.5, r"^decay must be a single number from 0 to 1; got 1.5$"),
        (0.0, -0.1, r"^decay must be a single number from 0 to 1; got -0.1$"),
        (0.0, [0.5, 1.0], r"^decay must be a single number from 0 to 1; got \[0.5, 1.0\]$"),
        (0.0, "0.5", r"^decay must hold real numbers"),
    ],
    ids=str,
)
def test_bad_values_and_decays_are_refused_by_name_and_rule(values, decay, message):
    with pytest.raises(ValueError, match=message):
        toy.gae_moments(CHAIN, FACTS, values, decay)


def test_arguments_are_never_changed():
    values = toy.prefix_values(CHAIN, FACTS)
    arrays = [*CHAIN, *FACTS, *values]
    before = [array.copy() for array in arrays]
    toy.gae_moments(CHAIN, FACTS, values, 0.9)
    for array, copy in zip(arrays, before, strict=True):
        np.testing.assert_array_equal(array, copy)
