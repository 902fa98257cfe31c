"""The RLHF objective against 50-digit sums, an independent optimiser and its identities."""

import re

import numpy as np
import oracles
import pytest
import scipy.optimize
import scipy.special
from compare import close
from hypothesis import given
from hypothesis import strategies as st
from worlds import as_lists, worlds

from toy.exact import rlhf_objective as module
from toy.exact.bandits import HALF_TRAINED, TEMPTING
from toy.exact.distributions import entropy, expectation, kl_divergence, log_ratio, softmax
from toy.exact.rlhf_objective import (
    best_of_n_policy,
    beta_of_even_odds,
    forward_kl_policy,
    gibbs_policy,
    greedy_policy,
    log_partition,
    objective_terms,
    optimality_gap,
    ptx_policy,
    reward_kl_frontier,
    rlhf_objective,
    shaped_reward,
)

POLICY = HALF_TRAINED
REFERENCE, REWARD = TEMPTING.reference[0], TEMPTING.reward[0]
PRETRAINING = np.array([0.15, 0.05, 0.2, 0.6])
BETA, GAMMA = 0.7, 0.4
WORLD = POLICY, REWARD, REFERENCE, BETA

#: Reward, reference and β, of every kind: mild, at the end of the promised range, hardly varied.
TILTS = {
    "mild": (REWARD, REFERENCE, BETA),
    "strong": (REWARD, REFERENCE, 0.02),
    "weak": (REWARD, REFERENCE, 500.0),
    "three hundred nats": ([90.0, -90.0, 89.7], [0.2, 0.5, 0.3], 0.3),
    "rare and good": ([200.0, 0.0], [1e-100, 1.0], 1.0),
    # Dyadic references sum to one exactly, so that the oracle sees the same worlds.
    "nearly constant": ([1e-9, -3e-9, 2e-9], [0.25, 0.5, 0.25], 2.0),
    "shifted by 100": ([100.0, 101.0, 99.0], [0.25, 0.5, 0.25], 1.0),
}
tilts = pytest.mark.parametrize(("reward", "reference", "beta"), TILTS.values(), ids=TILTS)


# --- the objective and its terms ------------------------------------------------------------------


@pytest.mark.parametrize("gamma", [0.0, GAMMA])
def test_the_objective_is_reward_less_kl_plus_pretraining_likelihood(gamma):
    terms = objective_terms(*WORLD, gamma, PRETRAINING)
    close(terms.reward, oracles.expectation(POLICY, REWARD))
    close(terms.kl, oracles.kl_divergence(POLICY, REFERENCE))
    close(terms.pretraining, oracles.log_likelihood(PRETRAINING, POLICY))
    close(terms.total, oracles.rlhf_objective(*WORLD, gamma, PRETRAINING))
    assert rlhf_objective(*WORLD, gamma, PRETRAINING) == terms.total


def test_without_pretraining_the_third_term_is_zero():
    terms = objective_terms(*WORLD)
    assert terms.pretraining == 0.0
    close(terms.total, oracles.rlhf_objective(*WORLD))


def test_the_second_term_is_the_mean_log_ratio_under_the_policy_and_not_the_other_kl():
    kl = objective_terms(*WORLD).kl
    close(kl, expectation(POLICY, log_ratio(POLICY, REFERENCE)))
    assert abs(kl - kl_divergence(REFERENCE, POLICY)) > 0.05


def test_the_third_term_is_minus_the_entropy_and_the_forward_kl_of_the_pretraining_data():
    likelihood = objective_terms(*WORLD, GAMMA, PRETRAINING).pretraining
    close(likelihood, -entropy(PRETRAINING) - kl_divergence(PRETRAINING, POLICY))
    assert abs(likelihood - entropy(POLICY)) > 1


def test_the_third_term_punishes_without_limit_what_the_policy_never_says():
    certain = [1.0, 0.0]
    terms = objective_terms(certain, [0.0, 0.0], [0.5, 0.5], 1.0, 0.1, [0.9, 0.1])
    assert terms.pretraining == terms.total == -np.inf
    ignored = objective_terms(certain, [0.0, 0.0], [0.5, 0.5], 1.0, 0.0, [0.9, 0.1])
    assert ignored.pretraining == -np.inf
    close(ignored.total, -np.log(2))
    unasked = objective_terms(certain, [0.0, 0.0], [0.5, 0.5], 1.0, 0.1, [1.0, 0.0])
    assert unasked.pretraining == 0.0


# --- log-partition, Gibbs policy, gap -------------------------------------------------------------


@tilts
def test_log_partition_is_the_logarithm_of_the_sum(reward, reference, beta):
    expected = oracles.log(oracles.partition(reward, reference, beta))
    close(log_partition(reward, reference, beta), expected)


@given(worlds(), st.floats(1e-3, 1e3))
def test_log_partition_agrees_with_scipy(world, beta):
    reward, reference = np.log(world[0]), world[1]
    expected = scipy.special.logsumexp(reward / beta, b=reference)
    close(log_partition(reward, reference, beta), expected, rel=1e-12, atol=1e-15)


@tilts
def test_the_gibbs_policy_is_the_tilted_reference(reward, reference, beta):
    close(gibbs_policy(reward, reference, beta), oracles.gibbs_policy(reward, reference, beta))


@given(worlds(widest=8.0), st.floats(0.05, 20.0))
def test_the_objective_is_beta_log_z_less_beta_times_the_kl_to_the_optimum(world, beta):
    policy, reference = world
    reward = np.cos(np.arange(policy.size)) * 2
    best = gibbs_policy(reward, reference, beta)
    value = rlhf_objective(policy, reward, reference, beta)
    top = beta * log_partition(reward, reference, beta)
    gap = beta * kl_divergence(policy, best)
    close(value, top - gap, rel=1e-12, atol=1e-12 * (1 + beta * abs(np.log(reference)).max()))
    close(optimality_gap(policy, reward, reference, beta), gap, rel=1e-9, atol=1e-15 * beta)


@tilts
def test_the_gap_is_what_the_objective_lacks(reward, reference, beta):
    policy = np.arange(1.0, len(reward) + 1)
    policy = as_lists(policy / policy.sum())
    top = oracles.mpf(beta) * oracles.log(oracles.partition(reward, reference, beta))
    expected = top - oracles.rlhf_objective(policy, reward, reference, beta)
    close(optimality_gap(policy, reward, reference, beta), expected)


def test_the_gap_keeps_its_digits_next_to_the_optimum_where_subtraction_loses_them():
    # At constant reward the optimum is the reference itself, and all numbers here are dyadic.
    reference, step = [0.25, 0.5, 0.25], 2.0**-30
    policy = [0.25 + step, 0.5, 0.25 - step]
    expected = 2 * oracles.kl_divergence(policy, reference)
    close(optimality_gap(policy, [0.75] * 3, reference, beta=2.0), expected, rel=1e-8)
    subtracted = 0.75 - rlhf_objective(policy, [0.75] * 3, reference, beta=2.0)
    assert abs(subtracted / float(expected) - 1) > 1e-3


def test_the_gap_is_finite_where_the_optimum_underflows():
    policy, reward, reference = [0.5, 0.5], [0.0, -2000.0], [0.25, 0.75]
    assert gibbs_policy(reward, reference, 1.0)[1] == 0
    top = oracles.log(oracles.partition(reward, reference, 1))
    expected = top - oracles.rlhf_objective(policy, reward, reference, 1)
    close(optimality_gap(policy, reward, reference, 1.0), expected)
    close(optimality_gap([1.0, 0.0], reward, reference, 1.0), 0.0, atol=1e-15)


@given(worlds(), st.floats(1e-3, 1e3))
def test_the_gap_is_never_negative_and_vanishes_at_the_optimum(world, beta):
    policy, reference = world
    reward = np.sin(np.arange(policy.size) + 1.0)
    assert optimality_gap(policy, reward, reference, beta) >= 0
    best = gibbs_policy(reward, reference, beta)
    reach = np.abs(reward).max() / beta + np.abs(np.log(reference)).max()
    assert 0 <= optimality_gap(best, reward, reference, beta) <= beta * (1e-15 * reach) ** 2 * 100


def test_the_optimal_value_is_beta_log_z_and_neither_log_z_nor_the_mean_reward():
    best = gibbs_policy(REWARD, REFERENCE, BETA)
    value = rlhf_objective(best, REWARD, REFERENCE, BETA)
    log_z = log_partition(REWARD, REFERENCE, BETA)
    close(value, BETA * log_z)
    assert abs(value - log_z) > 0.1
    assert abs(value - expectation(best, REWARD)) > 0.05


def test_the_multiplier_is_beta_log_z_minus_beta_and_not_z():
    # ∂J/∂π(y) = r − β log π/π_ref − β is the same for all y at the optimum: λ.
    best = gibbs_policy(REWARD, REFERENCE, BETA)
    multiplier = REWARD - BETA * log_ratio(best, REFERENCE) - BETA
    log_z = log_partition(REWARD, REFERENCE, BETA)
    close(multiplier, np.full(4, BETA * log_z - BETA))
    assert np.abs(multiplier - np.exp(log_z)).min() > 1


def test_no_other_policy_does_better():
    best = gibbs_policy(REWARD, REFERENCE, BETA)
    top = rlhf_objective(best, REWARD, REFERENCE, BETA)
    others = np.random.default_rng(2).dirichlet(np.ones(4), 1000)
    assert (rlhf_objective(others, REWARD, REFERENCE, BETA) < top).all()


def test_a_constant_reward_leaves_the_reference():
    close(gibbs_policy([3.0] * 4, REFERENCE, BETA), REFERENCE)
    close(log_partition([3.0] * 4, REFERENCE, BETA), 3.0 / BETA)


def test_adding_a_constant_to_the_reward_adds_it_to_the_value_and_changes_no_policy():
    close(gibbs_policy(REWARD + 5, REFERENCE, BETA), gibbs_policy(REWARD, REFERENCE, BETA))
    raised = log_partition(REWARD + 5, REFERENCE, BETA)
    close(BETA * raised, BETA * log_partition(REWARD, REFERENCE, BETA) + 5)


def test_a_large_common_part_of_the_rewards_costs_no_digit():
    shifted, plain = [1e12 + 1, 1e12], [1.0, 0.0]
    close(gibbs_policy(shifted, [0.5, 0.5], 0.3), gibbs_policy(plain, [0.5, 0.5], 0.3), rel=1e-15)
    gaps = [optimality_gap([0.3, 0.7], r, [0.5, 0.5], 0.3) for r in (shifted, plain)]
    close(gaps[0], gaps[1], rel=1e-15)
    value = log_partition(shifted, [0.5, 0.5], 0.3) - log_partition(plain, [0.5, 0.5], 0.3)
    close(value, 1e12 / 0.3, rel=1e-15)


def test_doubling_the_rewards_changes_the_optimum_unless_beta_doubles_too():
    once = gibbs_policy(REWARD, REFERENCE, BETA)
    assert np.abs(gibbs_policy(2 * REWARD, REFERENCE, BETA) - once).max() > 0.09
    close(gibbs_policy(2 * REWARD, REFERENCE, 2 * BETA), once)


def test_a_large_beta_leaves_the_reference_and_a_small_one_takes_the_best_response():
    close(gibbs_policy(REWARD, REFERENCE, 1e14), REFERENCE)
    close(log_partition(REWARD, REFERENCE, 1e14), (REFERENCE @ REWARD) / 1e14)
    close(gibbs_policy(REWARD, REFERENCE, 1e-3), [0, 1, 0, 0], atol=1e-80)
    close(1e-6 * log_partition(REWARD, REFERENCE, 1e-6), 1.0, rel=1e-5)


def test_equally_good_responses_keep_their_odds_however_small_beta():
    close(gibbs_policy([1.0, 1.0, 0.0], [0.1, 0.3, 0.6], 1e-3), [0.25, 0.75, 0.0], atol=1e-300)


# --- the frontier ---------------------------------------------------------------------------------


def test_a_larger_beta_keeps_closer_to_the_reference_and_earns_less():
    frontier = reward_kl_frontier(REWARD, REFERENCE, np.geomspace(0.05, 50, 40))
    assert (np.diff(frontier.kl) < 0).all()
    assert (np.diff(frontier.reward) < 0).all()


def test_the_frontier_holds_the_gibbs_policies_in_the_order_asked_for():
    betas = [2.0, 0.1, 0.5]
    frontier = reward_kl_frontier(REWARD, REFERENCE, betas)
    np.testing.assert_array_equal(frontier.beta, betas)
    for i, beta in enumerate(betas):
        best = gibbs_policy(REWARD, REFERENCE, beta)
        close(frontier.policy[i], best, rel=1e-15)
        close(frontier.reward[i], oracles.expectation(best, REWARD))
        close(frontier.kl[i], oracles.kl_divergence(best, REFERENCE))


@pytest.mark.parametrize("step", [1e-3, 1e-4, 1e-5])
@pytest.mark.parametrize("beta", [0.2, 0.7, 3.0])
def test_the_slope_of_the_frontier_is_beta(beta, step):
    ends = reward_kl_frontier(REWARD, REFERENCE, beta * np.array([1 - step, 1 + step]))
    slope = np.diff(ends.reward) / np.diff(ends.kl)
    close(slope, [beta], rel=step**2 * 10 + 1e-14 / step**2)


def test_no_policy_lies_above_the_frontier():
    frontier = reward_kl_frontier(REWARD, REFERENCE, np.geomspace(0.01, 100, 400))
    for policy in np.random.default_rng(3).dirichlet(np.ones(4), 300):
        cheaper = frontier.kl <= kl_divergence(policy, REFERENCE)
        dearer = frontier.reward[~cheaper].min() if (~cheaper).any() else 1.0
        assert policy @ REWARD <= dearer + 1e-12


def test_a_frontier_of_several_prompts_has_the_betas_first():
    rewards = np.stack([REWARD, REWARD[::-1], REWARD * 3])
    frontier = reward_kl_frontier(rewards, REFERENCE, [0.3, 2.0])
    assert frontier.policy.shape == (2, 3, 4)
    assert frontier.reward.shape == frontier.kl.shape == (2, 3)
    close(frontier.policy[1, 2], gibbs_policy(rewards[2], REFERENCE, 2.0))


# --- the optimum with the pretraining term --------------------------------------------------------

PTX = {
    "mild": (REWARD, REFERENCE, BETA, GAMMA, PRETRAINING),
    "no pretraining of one": (REWARD, REFERENCE, BETA, GAMMA, [0.5, 0.0, 0.3, 0.2]),
    "one alone": (REWARD, REFERENCE, BETA, 2.0, [0.0, 0.0, 0.0, 1.0]),
    "hardly any": (REWARD, REFERENCE, BETA, 1e-9, PRETRAINING),
    "nearly all": (REWARD, REFERENCE, BETA, 1e9, PRETRAINING),
    "against the reward": ([90.0, -90.0, 89.7], [0.2, 0.5, 0.3], 0.3, 1e-3, [0.1, 0.8, 0.1]),
    "tiny numbers": ([0.0, 0.02], [1e-250, 1.0], 1e-3, 5e-4, [0.7, 0.3]),
    "off": (REWARD, REFERENCE, BETA, 0.0, PRETRAINING),
}
ptx = pytest.mark.parametrize(
    ("reward", "reference", "beta", "gamma", "pretraining"), PTX.values(), ids=PTX
)


@ptx
def test_the_optimum_with_pretraining_is_the_lagrangians(
    reward, reference, beta, gamma, pretraining
):
    expected = oracles.ptx_policy(reward, reference, beta, gamma, pretraining)
    policy = ptx_policy(reward, reference, beta, gamma, pretraining)
    close(policy, expected, rel=1e-12, atol=1e-300)
    close(policy.sum(), 1.0, rel=1e-14)


@ptx
def test_the_optimum_with_pretraining_has_one_multiplier(
    reward, reference, beta, gamma, pretraining
):
    # λ = γ + β log Z − β − β KL(π ‖ π*): with γ = 0 it is the multiplier of the Gibbs policy.
    policy = ptx_policy(reward, reference, beta, gamma, pretraining)
    best = gibbs_policy(reward, reference, beta)
    gap = optimality_gap(policy, reward, reference, beta)
    assert (best > 0).all()
    multiplier = gamma + beta * log_partition(reward, reference, beta) - beta - gap
    seen = policy > 0
    slope = np.asarray(reward)[seen] - beta * log_ratio(policy, reference)[seen] - beta
    residual = policy[seen] * (multiplier - slope) - gamma * np.asarray(pretraining)[seen]
    scale = max(gamma, beta, np.abs(reward).max())
    close(residual, np.zeros(seen.sum()), atol=1e-13 * scale)


def test_without_weight_the_pretraining_leaves_the_gibbs_policy_exactly_where_it_was():
    best = gibbs_policy(REWARD, REFERENCE, BETA)
    close(ptx_policy(REWARD, REFERENCE, BETA, 0.0, PRETRAINING), best, rel=1e-15)
    for gamma in (1e-6, 1e-9):
        near = ptx_policy(REWARD, REFERENCE, BETA, gamma, PRETRAINING)
        # The first-order change is γ/β (p − π*).
        close(near - best, gamma / BETA * (PRETRAINING - best), rel=1e3 * gamma, atol=1e-15)


def test_with_all_the_weight_the_pretraining_data_are_copied():
    for gamma in (1e6, 1e9):
        policy = ptx_policy(REWARD, REFERENCE, BETA, gamma, PRETRAINING)
        close(policy, PRETRAINING, rel=20 / gamma)
        assert np.abs(policy - PRETRAINING).max() > 0.01 / gamma
    never = ptx_policy(REWARD, REFERENCE, BETA, 1e9, [0.5, 0.5, 0.0, 0.0])
    close(never, [0.5, 0.5, 0.0, 0.0], atol=1e-8)


def test_a_response_without_pretraining_keeps_its_share_of_the_tilted_reference():
    pretraining = [0.5, 0.0, 0.5, 0.0]
    policy = ptx_policy(REWARD, REFERENCE, BETA, GAMMA, pretraining)
    best = gibbs_policy(REWARD, REFERENCE, BETA)
    close(policy[1] / policy[3], best[1] / best[3])
    assert (policy[[1, 3]] < best[[1, 3]]).all()


def test_an_optimiser_that_knows_no_theory_finds_the_same_optimum():
    found = scipy.optimize.minimize(
        lambda logits: (
            -rlhf_objective(softmax(logits), REWARD, REFERENCE, BETA, GAMMA, PRETRAINING)
        ),
        np.zeros(4),
        method="BFGS",
        options={"gtol": 1e-9},
    )
    policy = ptx_policy(REWARD, REFERENCE, BETA, GAMMA, PRETRAINING)
    close(softmax(found.x), policy, rel=1e-6)
    value = rlhf_objective(policy, REWARD, REFERENCE, BETA, GAMMA, PRETRAINING)
    assert -found.fun <= value + 1e-14
    others = np.random.default_rng(4).dirichlet(np.ones(4), 1000)
    assert (rlhf_objective(others, REWARD, REFERENCE, BETA, GAMMA, PRETRAINING) < value).all()


@given(worlds(), st.floats(-6, 6), st.floats(-8, 8))
def test_the_optimum_with_pretraining_is_found_in_every_world(
    world, log_beta, log_ratio_of_weights
):
    pretraining, reference = world
    beta = 10.0**log_beta
    gamma = beta * 10.0**log_ratio_of_weights
    reward = beta * 10 * np.cos(np.arange(reference.size) * 2.0)
    policy = ptx_policy(reward, reference, beta, gamma, pretraining)
    close(policy.sum(), 1.0, rel=1e-14)
    pull = gamma * pretraining / policy
    multiplier = reward - beta * log_ratio(policy, reference) - beta + pull
    spread = (policy * np.abs(multiplier - expectation(policy, multiplier))).sum()
    assert spread <= 1e-12 * (beta * 40 + gamma)


def test_newton_never_needs_many_steps_and_says_so_if_it_is_not_given_them(monkeypatch):
    rng = np.random.default_rng(5)
    reference, pretraining = rng.dirichlet(np.full(5, 0.3), (2, 500))
    reference = softmax(np.log(np.maximum(reference, 1e-300)))
    pretraining = np.where(pretraining > 0.1, pretraining, 0.0)
    pretraining /= pretraining.sum(axis=-1, keepdims=True)
    reward, gamma = rng.uniform(-3000, 3000, (500, 5)), 10 ** rng.uniform(-12, 30, 500)
    monkeypatch.setattr(module, "_MAX_STEPS", 10)
    policy = ptx_policy(reward, reference, 1.0, gamma, pretraining)
    close(policy.sum(axis=-1), np.ones(500), rel=1e-13)
    monkeypatch.setattr(module, "_MAX_STEPS", 1)
    late = r"^Newton's method has not arrived after 1 steps, .*: a row of the policy sums to \d"
    with pytest.raises(RuntimeError, match=late):
        ptx_policy(reward, reference, 1.0, gamma, pretraining)
    with pytest.raises(RuntimeError, match=late):
        forward_kl_policy(REWARD, REFERENCE, BETA)


# --- best of n ------------------------------------------------------------------------------------

GOODS = {"distinct": [0.2, 1.0, 0.8], "tied": [1.0, 0.5, 1.0], "all the same": [0.3, 0.3, 0.3]}


@pytest.mark.parametrize("reward", GOODS.values(), ids=GOODS)
@pytest.mark.parametrize("num_samples", [1, 2, 5])
def test_best_of_n_is_the_law_over_all_sequences_of_draws(reward, num_samples):
    reference = [0.5, 0.2, 0.3]
    expected = oracles.best_of_n(reward, reference, num_samples)
    close(best_of_n_policy(reward, reference, num_samples), expected, rel=1e-14)


def test_best_of_n_of_many_worlds_is_that_of_each():
    tied = np.where(REWARD > 0, 1.0, REWARD)  # three responses equally good, of unequal chances
    reward = np.array([REWARD, tied, np.negative(REWARD)])
    policies = best_of_n_policy(reward, REFERENCE, [2, 5, 3])
    for policy, row, n in zip(policies, reward, [2, 5, 3], strict=True):
        close(policy, best_of_n_policy(row, REFERENCE, n))


def test_the_log_partition_of_a_narrow_world_keeps_its_digits_beside_a_wide_one():
    narrow, wide = 1e-9 * REWARD, 100 * REWARD
    both = log_partition(np.stack([narrow, wide]), REFERENCE, BETA)
    alone = [log_partition(narrow, REFERENCE, BETA), log_partition(wide, REFERENCE, BETA)]
    np.testing.assert_array_equal(both, alone)


def test_a_gamma_that_fits_no_world_is_refused_by_name():
    with pytest.raises(ValueError, match=r"^gamma must be one number, or have axes"):
        ptx_policy(np.tile(REWARD, (2, 1)), REFERENCE, BETA, [0.1] * 3, REFERENCE)


def test_terms_have_the_shape_of_the_worlds():
    terms = objective_terms(np.tile(REFERENCE, (3, 1)), REWARD, REFERENCE, 0.5)
    assert all(np.shape(term) == (3,) for term in (terms.reward, terms.kl, terms.pretraining))


def test_best_of_n_costs_at_most_log_n_minus_its_share_and_less_for_few_responses():
    n = np.array([1, 2, 4, 16, 256, 10**6])
    kl = kl_divergence(best_of_n_policy(REWARD, REFERENCE, n), REFERENCE)
    bound = np.log(n) - (n - 1) / n
    assert (kl <= bound + 1e-15).all()
    # In the limit only the best response is left, and log n has gone far beyond.
    close(kl[-1], -np.log(REFERENCE[1]))
    assert bound[-1] > 6 * kl[-1]


def test_best_of_n_approaches_its_bound_as_the_rewards_become_continuous():
    gaps = []
    for size in (10, 100, 1000):
        policy = best_of_n_policy(np.arange(size), np.full(size, 1 / size), 4)
        gaps.append(np.log(4) - 3 / 4 - kl_divergence(policy, np.full(size, 1 / size)))
    assert gaps[0] > 8 * gaps[1] > 8 * 8 * gaps[2] > 0


def test_best_of_n_keeps_the_digits_of_a_rare_response():
    close(best_of_n_policy([0.0, 1.0], [1.0, 1e-30], 10)[1], 1e-29)
    close(best_of_n_policy([1.0, 0.0], [0.75, 0.25], 400)[1], 0.25**400)


def test_the_best_of_one_is_the_reference_in_every_digit():
    close(best_of_n_policy([0.0, 1.0, 2.0], [1e-14, 0.5, 0.5], 1), [1e-14, 0.5, 0.5], rel=1e-14)
    close(best_of_n_policy([0.0, 1.0], [1e-12, 1 - 1e-12], 1)[0], 1e-12, rel=1e-14)
    close(best_of_n_policy([0.0, 1.0], [1e-12, 1 - 1e-12], 3)[0], 1e-36, rel=1e-13)


def test_best_of_n_stays_below_the_frontier():
    for n in (2, 4, 16):
        policy = best_of_n_policy(REWARD, REFERENCE, n)
        spent = lambda beta, policy=policy: (
            reward_kl_frontier(REWARD, REFERENCE, [beta]).kl[0] - kl_divergence(policy, REFERENCE)
        )
        beta = scipy.optimize.brentq(spent, 1e-2, 1e3)
        top = reward_kl_frontier(REWARD, REFERENCE, [beta]).reward[0]
        assert 0 < top - policy @ REWARD < 0.05


# --- the price of even odds -----------------------------------------------------------------------


@pytest.mark.parametrize(
    ("reward", "reference"),
    [
        (REWARD, REFERENCE),
        ([-0.5, -1.0, 0.3, 2.0], [0.700, 0.289, 0.010, 0.001]),
        ([1.0, -2.0, 1.0, 0.5], [0.10, 0.20, 0.15, 0.55]),
        ([1.0, 0.0, -300.0], [1e-100, 0.3, 0.7]),
        ([1e-6, 0.0, -3e-6], [0.01, 0.9, 0.09]),
    ],
)
def test_at_the_price_of_even_odds_the_best_are_given_half_of_the_time(reward, reference):
    best = np.array(reward) == np.max(reward)
    said = lambda beta: gibbs_policy(reward, reference, beta)[best].sum()
    beta = beta_of_even_odds(reward, reference)
    close(said(beta), 0.5, rel=1e-12)
    assert said(0.99 * beta) > 0.5 > said(1.01 * beta)


def test_even_odds_of_two_responses_are_the_lead_over_the_log_ratio():
    close(beta_of_even_odds([0.0, 2.5], [0.999, 0.001]), 2.5 / np.log(999), rel=1e-14)


def test_any_price_is_low_enough_where_the_reference_prefers_the_best():
    assert beta_of_even_odds([1.0, 0.0], [0.6, 0.4]) == np.inf
    assert beta_of_even_odds([1.0, 1.0, 1.0], [0.2, 0.3, 0.5]) == np.inf
    several = beta_of_even_odds([[1.0, 0.0], [0.0, 2.0], [3.0, 3.0]], [0.75, 0.25])
    close(several, [np.inf, 2 / np.log(3), np.inf])


def test_even_odds_up_to_rounding_are_even_odds():
    assert beta_of_even_odds([1.0, 0.0, 0.0, 0.0], [0.5, 0.2, 0.2, 0.1]) == np.inf
    assert beta_of_even_odds([1, 1, 1, 0, 0, 0], [1 / 6] * 6) == np.inf
    nearly = [0.5 - 1e-12, 0.2, 0.2, 0.1 + 1e-12]  # 2 · 10⁻¹² short is no rounding
    close(beta_of_even_odds([1.0, 0.0, 0.0, 0.0], nearly), 1 / 4e-12, rel=1e-3)


def test_a_shift_leaves_the_price_of_even_odds_and_a_scale_scales_it():
    beta = beta_of_even_odds(REWARD, REFERENCE)
    close(beta_of_even_odds(REWARD + 8, REFERENCE), beta, rel=1e-14)
    close(beta_of_even_odds(4 * REWARD, REFERENCE), 4 * beta, rel=1e-14)


# --- many worlds at once, purity, bad input -------------------------------------------------------

FUNCTIONS = {
    "rlhf_objective": lambda p, r, f, b: rlhf_objective(p, r, f, b, 0.4, PRETRAINING),
    "log_partition": lambda _, r, f, b: log_partition(r, f, b),
    "gibbs_policy": lambda _, r, f, b: gibbs_policy(r, f, b),
    "optimality_gap": optimality_gap,
    "ptx_policy": lambda p, r, f, b: ptx_policy(r, f, b, 0.4, p),
}
functions = pytest.mark.parametrize("function", FUNCTIONS.values(), ids=FUNCTIONS)


@functions
def test_functions_are_the_same_for_one_prompt_and_for_many(function):
    rng = np.random.default_rng(6)
    policy, reference = rng.dirichlet(np.ones(4), (2, 3)), rng.dirichlet(np.ones(4), 3)
    reward, beta = rng.normal(size=(2, 1, 4)), np.array([0.1, 1.0, 10.0])
    together = function(policy, reward, reference, beta)
    for i, j in np.ndindex(2, 3):
        alone = function(policy[i, j], reward[i, 0], reference[j], beta[j])
        close(np.broadcast_to(together, (2, 3, *alone.shape))[i, j], alone, rel=1e-13, atol=1e-15)


@functions
def test_one_world_serves_many_betas(function):
    several = function(POLICY, REWARD, REFERENCE, [0.5, 2.0])
    for value, beta in zip(several, [0.5, 2.0], strict=True):
        close(value, function(POLICY, REWARD, REFERENCE, beta), rel=1e-14)


@functions
def test_inputs_are_never_changed(function):
    arrays = [a.copy() for a in (POLICY, REWARD, REFERENCE, np.array(BETA))]
    for array in arrays:
        array.setflags(write=False)
    result = np.asarray(function(*arrays))
    assert not any(np.shares_memory(result, array) for array in arrays)
    for array, before in zip(arrays, (POLICY, REWARD, REFERENCE, BETA), strict=True):
        np.testing.assert_array_equal(array, before)


def test_the_frontier_does_not_alias_the_betas():
    betas = np.array([1.0, 2.0])
    reward_kl_frontier(REWARD, REFERENCE, betas).beta[:] = 7.0
    assert betas.tolist() == [1.0, 2.0]


BAD = {
    "reward": ([np.nan, 0.0, 0.0, 0.0], "reward must hold no NaN; got NaN at index (0,)"),
    "infinite reward": (
        [np.inf, 0.0, 0.0, 0.0],
        "reward must be finite, within ±1e300; got inf at index (0,)",
    ),
    "few rewards": ([0.0, 0.0], "must have the same number of responses (last axis)"),
    "many rewards": (np.zeros((2, 2, 4)), "must have leading axes that broadcast"),
}


@pytest.mark.parametrize(("reward", "message"), BAD.values(), ids=BAD)
@functions
def test_bad_rewards_are_refused(function, reward, message):
    reference = np.broadcast_to(REFERENCE, (3, 4))
    with pytest.raises(ValueError, match=re.escape(message)):
        function(POLICY, reward, reference, BETA)


@functions
def test_bad_references_are_refused(function):
    with pytest.raises(ValueError, match=r"^reference must sum to 1 along its last axis"):
        function(POLICY, REWARD, REFERENCE / 2, BETA)


@pytest.mark.parametrize("name", ["rlhf_objective", "optimality_gap", "ptx_policy"])
def test_a_reference_without_what_policy_or_data_give_is_refused(name):
    with pytest.raises(ValueError, match=r"^reference must be > 0 wherever the p.* is"):
        FUNCTIONS[name](POLICY, REWARD, [0.5, 0.25, 0.25, 0.0], BETA)


def test_pretraining_without_weight_may_give_what_the_reference_never_does():
    reference = [0.5, 0.25, 0.25, 0.0]
    found = ptx_policy(REWARD, reference, BETA, 0.0, PRETRAINING)
    close(found, gibbs_policy(REWARD, reference, BETA), rel=1e-14)


#: What reads a reference and no policy, as functions of reward and reference.
OF_REFERENCE = {
    "gibbs_policy": lambda r, f: gibbs_policy(r, f, [0.02, 500.0]),
    "log_partition": lambda r, f: log_partition(r, f, [0.02, 500.0]),
    "reward_kl_frontier": lambda r, f: reward_kl_frontier(r, f, [0.3, 2.0]).reward,
    "greedy_policy": greedy_policy,
    "best_of_n_policy": lambda r, f: best_of_n_policy(r, f, [1, 7]),
    "beta_of_even_odds": beta_of_even_odds,
    "ptx_policy": lambda r, f: ptx_policy(
        r, f, 0.3, [0.0, 0.1], [0.2, 0.1, 0.3, 0.4, 0.0][: len(f)]
    ),
}


@pytest.mark.filterwarnings("error")
@pytest.mark.parametrize("function", OF_REFERENCE.values(), ids=OF_REFERENCE)
@pytest.mark.parametrize("worth", [-9.0, 0.9, 1e9])
def test_what_the_reference_never_gives_no_optimum_gives_whatever_its_reward(function, worth):
    without = function(REWARD, REFERENCE)
    found = function(np.append(REWARD, worth), np.append(REFERENCE, 0.0))
    if without.shape[-1:] == (4,):
        assert (found[..., 4] == 0).all()
        found = found[..., :4]
    close(found, without, rel=1e-15)


@functions
@pytest.mark.parametrize(
    ("beta", "message"),
    [
        (-0.1, r"^beta must be >=? 0.*; got -0.1$"),
        ([1.0, -2.0], r"^beta must be >=? 0.*; got -2.0$"),
        (np.inf, r"^beta must be finite, within ±1e300; got inf$"),
        (np.nan, r"^beta must hold no NaN"),
        ("small", r"^beta must hold real numbers"),
        ([1.0, 2.0, 3.0], r"^beta must be one number, or have axes .* shape \(3,\) for worlds"),
    ],
)
def test_bad_betas_are_refused(function, beta, message):
    with pytest.raises(ValueError, match=message):
        function(POLICY, np.tile(REWARD, (2, 1)), REFERENCE, beta)


OPTIMA = ["log_partition", "gibbs_policy", "optimality_gap", "ptx_policy"]


@pytest.mark.parametrize("name", OPTIMA)
def test_without_a_price_there_is_no_optimum_and_the_refusal_names_the_limit(name):
    with pytest.raises(ValueError, match=r"^beta must be > 0, for the optimum .* greedy_policy"):
        FUNCTIONS[name](POLICY, REWARD, REFERENCE, 0.0)


@pytest.mark.parametrize("gamma", [0.0, GAMMA])
def test_at_price_zero_the_objective_is_the_reward_and_what_the_pretraining_adds(gamma):
    terms = objective_terms(POLICY, REWARD, REFERENCE, [0.0, BETA], gamma, PRETRAINING)
    close(terms.total[0], POLICY @ REWARD + gamma * (PRETRAINING @ np.log(POLICY)))
    close(terms.total[1], oracles.rlhf_objective(*WORLD, gamma, PRETRAINING))
    assert shaped_reward(POLICY, REWARD, REFERENCE, 0.0).tolist() == REWARD.tolist()


@pytest.mark.parametrize(
    ("prices", "message"),
    [
        (([0.1, 0.2], [0.1, 0.2, 0.3], PRETRAINING), "^gamma must be one number, or have axes"),
        (([0.1, 0.2], 0.1, np.tile(PRETRAINING, (3, 1))), "^beta must be one number, or have axes"),
        ((0.1, [0.1, 0.2], np.tile(PRETRAINING, (3, 1))), "^gamma must be one number, or have"),
    ],
)
def test_prices_and_data_that_do_not_fit_each_other_are_refused_by_name(prices, message):
    with pytest.raises(ValueError, match=message):
        rlhf_objective(POLICY, REWARD, REFERENCE, *prices)


@pytest.mark.parametrize("name", OPTIMA)
def test_a_tilt_beyond_float64_is_refused(name):
    with pytest.raises(ValueError, match=r"^beta must be large enough for a reward / beta"):
        FUNCTIONS[name](POLICY, REWARD, REFERENCE, 1e-320)


def test_bad_policies_are_refused():
    for function in (rlhf_objective, optimality_gap):
        with pytest.raises(ValueError, match=r"^policy must sum to 1 along its last axis"):
            function([0.5, 0.6], [0.0, 0.0], [0.5, 0.5], 1.0)


def test_bad_pretraining_is_refused():
    with pytest.raises(ValueError, match=r"^pretraining must be given where gamma > 0; got None"):
        rlhf_objective(*WORLD, gamma=0.1)
    with pytest.raises(ValueError, match=r"^gamma must be >= 0; got -0.1$"):
        rlhf_objective(*WORLD, gamma=-0.1, pretraining=PRETRAINING)
    with pytest.raises(ValueError, match=r"^gamma must be one number, or have axes"):
        rlhf_objective(np.tile(POLICY, (3, 1)), REWARD, REFERENCE, BETA, [0.1, 0.1], PRETRAINING)
    for bad, rule in ((PRETRAINING * 2, "sum to 1"), ([1.0], "have the same number of responses")):
        with pytest.raises(ValueError, match=f"pretraining must {rule}"):
            rlhf_objective(*WORLD, GAMMA, bad)
        with pytest.raises(ValueError, match=f"pretraining must {rule}"):
            ptx_policy(REWARD, REFERENCE, BETA, GAMMA, bad)
    with pytest.raises(ValueError, match=r"^gamma must be >= 0; got -1"):
        ptx_policy(REWARD, REFERENCE, BETA, -1, PRETRAINING)
    with pytest.raises(ValueError, match=r"^gamma must be small enough for a gamma / beta"):
        ptx_policy(REWARD, REFERENCE, BETA / 10, 1e300, PRETRAINING)


def test_bad_frontiers_and_numbers_of_draws_are_refused():
    with pytest.raises(ValueError, match=r"^betas must be > 0, for the optimum .* got 0.0$"):
        reward_kl_frontier(REWARD, REFERENCE, [0.0, 1.0])
    with pytest.raises(ValueError, match=r"^betas must have shape \(B,\); got shape \(\)"):
        reward_kl_frontier(REWARD, REFERENCE, 1.0)
    with pytest.raises(ValueError, match=r"^num_samples must be a whole number >= 1; got 0"):
        best_of_n_policy(REWARD, REFERENCE, 0)
    with pytest.raises(ValueError, match=r"^num_samples must be below 2\^63.*; got 1e\+19"):
        best_of_n_policy(REWARD, REFERENCE, 1e19)
    with pytest.raises(ValueError, match=r"^num_samples must be one number, or have axes"):
        best_of_n_policy(np.zeros((2, 4)), REFERENCE, [1, 2, 3])


# --- the penalty the other way round --------------------------------------------------------------


@tilts
def test_the_forward_kl_policy_is_the_lagrangians(reward, reference, beta):
    policy = forward_kl_policy(reward, reference, beta)
    close(policy, oracles.forward_kl_policy(reward, reference, beta), rel=1e-11)
    close(policy.sum(), 1.0, rel=1e-13)


def test_no_other_policy_does_better_under_the_forward_penalty():
    def loss(logits):
        policy = softmax(logits)
        return BETA * kl_divergence(REFERENCE, policy) - expectation(policy, REWARD)

    found = scipy.optimize.minimize(loss, np.zeros(4), tol=1e-12)
    close(forward_kl_policy(REWARD, REFERENCE, BETA), softmax(found.x), rel=1e-4)


def test_the_forward_kl_policy_is_where_the_gradient_with_k3_as_loss_vanishes():
    policy = forward_kl_policy(REWARD, REFERENCE, BETA)
    pull = policy * (REWARD - expectation(policy, REWARD))
    close(pull, BETA * (policy - REFERENCE), rel=1e-12)


def test_the_forward_penalty_never_lets_a_response_of_the_reference_go():
    """e^(−10) of the reference's share is left by the Gibbs policy, a tenth by this one."""
    reverse = gibbs_policy([0.0, -10.0], [0.5, 0.5], 1.0)
    forward = forward_kl_policy([0.0, -10.0], [0.5, 0.5], 1.0)
    assert reverse[1] < 1e-4
    assert 0.04 < forward[1] < 0.05


def test_forward_kl_policies_of_several_prompts_are_found_together():
    rewards, betas = np.array([REWARD, -REWARD]), np.array([0.1, 3.0])
    both = forward_kl_policy(rewards, REFERENCE, betas)
    for policy, reward, beta in zip(both, rewards, betas, strict=True):
        close(policy, forward_kl_policy(reward, REFERENCE, beta), rel=1e-13)


def test_a_bad_world_of_the_forward_penalty_is_refused():
    with pytest.raises(ValueError, match="beta"):
        forward_kl_policy(REWARD, REFERENCE, 0.0)
    with pytest.raises(ValueError, match="reference"):
        forward_kl_policy(REWARD, [0.5, 0.5, 0.0, 0.0], BETA)


def test_the_shaped_reward_has_the_objective_for_a_mean():
    shaped = module.shaped_reward(*WORLD)
    np.testing.assert_allclose(shaped, REWARD - BETA * log_ratio(POLICY, REFERENCE), rtol=1e-15)
    np.testing.assert_allclose(expectation(POLICY, shaped), rlhf_objective(*WORLD), rtol=1e-14)


def test_the_shaped_reward_charges_nothing_for_what_the_policy_never_gives():
    shaped = module.shaped_reward([0.0, 1.0], [2.0, 1.0], [0.25, 0.75], 0.5)
    np.testing.assert_allclose(shaped, [2.0, 1.0 + 0.5 * np.log(0.75)], rtol=1e-15)


def test_the_shaped_reward_takes_a_price_for_each_world():
    prices = np.array([0.1, 3.0])
    policies, rewards = np.tile(POLICY, (2, 1)), np.tile(REWARD, (2, 1))
    both = module.shaped_reward(policies, rewards, np.tile(REFERENCE, (2, 1)), prices)
    for row, price in zip(both, prices, strict=True):
        assert (row == module.shaped_reward(POLICY, REWARD, REFERENCE, price)).all()


def test_the_greedy_policy_is_where_the_optimum_goes_as_nats_get_cheap():
    reward = np.array([0.2, 1.0, 0.8, 1.0])
    greedy = greedy_policy(reward, REFERENCE)
    np.testing.assert_allclose(greedy, [0.0, 0.6, 0.0, 0.4], rtol=1e-15)
    np.testing.assert_allclose(gibbs_policy(reward, REFERENCE, 1e-3), greedy, atol=1e-15)
    np.testing.assert_allclose(best_of_n_policy(reward, REFERENCE, 1000), greedy, atol=1e-15)
    assert (greedy_policy([reward, REWARD], [REFERENCE, REFERENCE])[1] == [0, 1, 0, 0]).all()


def test_the_greedy_policy_of_several_worlds_looks_at_each_for_itself():
    rewards = np.array([[1.0, 0.0, 0.0, 0.0], [0.0, 9.0, 9.0, 0.0]])
    both = greedy_policy(rewards, np.tile(REFERENCE, (2, 1)))
    for row, reward in zip(both, rewards, strict=True):
        assert (row == greedy_policy(reward, REFERENCE)).all()


@pytest.mark.parametrize(
    ("beta", "rule"),
    [(-0.5, "beta must be >= 0"), ([1.0, 2.0, 3.0], "beta must be one number, or")],
)
def test_the_shaped_reward_refuses_a_price_by_its_name(beta, rule):
    tables = np.tile(POLICY, (2, 1)), np.tile(REWARD, (2, 1)), np.tile(REFERENCE, (2, 1))
    with pytest.raises(ValueError, match=f"^{rule}"):
        module.shaped_reward(*tables, beta)


def test_how_far_the_reverse_solver_came_is_told_as_the_sum_of_a_row(monkeypatch):
    monkeypatch.setattr(module, "_MAX_STEPS", 1)
    with pytest.raises(RuntimeError, match=r"a row of the policy sums to 1\.1653543307"):
        module.forward_kl_policy([3.0, 0.0, 0.0, 0.0], [0.25] * 4, 0.7)


@pytest.mark.filterwarnings("error")
def test_a_price_of_next_to_nothing_leaves_the_pretraining_its_say():
    # As β → 0 it is π = γ p/(λ − r), with one λ.
    reward, pretraining = np.array([-27.0, -5.0]), np.array([0.64, 0.36])
    policy = ptx_policy(reward, [1 - 1e-28, 1e-28], 1e-283, 1.3, pretraining)
    close(policy.sum(), 1.0, rel=1e-14)
    multipliers = 1.3 * pretraining / policy + reward
    close(multipliers[0], multipliers[1], rel=1e-12)


@pytest.mark.filterwarnings("error")
def test_even_odds_scale_with_the_rewards_from_end_to_end():
    plain = beta_of_even_odds([1.0, -1.0], [0.3, 0.7])
    for scale in (1e-300, 1e300):
        close(beta_of_even_odds([scale, -scale], [0.3, 0.7]) / scale, plain, rel=1e-14)
    wide = beta_of_even_odds([1e113, -1e256, 0.0], [0.3, 0.3, 0.4])
    close(wide, 1e113 / np.log(4 / 3), rel=1e-12)
