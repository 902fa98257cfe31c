"""Policy gradients by finite differences and autograd; estimators by every ordered group."""

import math

import numpy as np
import oracles
import pytest
import torch
from compare import close
from hypothesis import given
from hypothesis import strategies as st
from worlds import as_lists, policies, worlds

from toy.exact.bandits import HALF_TRAINED, TEMPTING
from toy.exact.distributions import entropy, expectation, log_ratio, softmax
from toy.exact.policy_gradient import (
    clipped_surrogate,
    clipped_surrogate_gradient,
    group_gradient_moments,
    group_mean,
    group_normalised,
    leave_one_out,
    objective_gradient,
    optimal_baseline,
    policy_gradient,
    reinforce_moments,
    score,
)
from toy.exact.rlhf_objective import gibbs_policy, ptx_policy, rlhf_objective

POLICY = HALF_TRAINED
REFERENCE, REWARD = TEMPTING.reference[0], TEMPTING.reward[0]
PRETRAINING = np.array([0.15, 0.05, 0.2, 0.6])
BETA, GAMMA = 0.7, 0.4
ADVANTAGES = {
    "leave one out": (leave_one_out, oracles.leave_one_out),
    "group mean": (group_mean, oracles.group_mean),
    "group normalised": (group_normalised, oracles.group_normalised),
}
advantages = pytest.mark.parametrize(("advantage", "oracle"), ADVANTAGES.values(), ids=ADVANTAGES)


def differences(function, policy, step):
    """Central differences of a function of the policy, along each of its logits."""
    logits, shifts = np.log(policy), step * np.eye(len(policy))
    ends = [(function(softmax(logits + s)), function(softmax(logits - s))) for s in shifts]
    return np.array([up - down for up, down in ends]) / (2 * step)


def autograd(function, policy):
    logits = torch.tensor(np.log(policy), requires_grad=True)
    return torch.autograd.grad(function(torch.log_softmax(logits, dim=-1)), logits)[0].numpy()


# --- scores and exact gradients -------------------------------------------------------------------


@pytest.mark.parametrize("policy", [POLICY, REFERENCE, [1e-30, 1.0], [1.0]], ids=str)
def test_the_score_is_one_hot_less_the_policy(policy):
    close(score(policy), [oracles.score(policy, y) for y in range(len(policy))], atol=1e-16)


@pytest.mark.parametrize("step", [1e-3, 1e-4, 1e-5])
def test_the_score_is_the_slope_of_the_log_probabilities(step):
    # Row y of the score is ∂ log π(y) / ∂z; the differences have one row for each logit instead.
    close(score(POLICY), differences(np.log, POLICY, step).T, rel=0, atol=step**2 + 1e-15 / step)


@pytest.mark.parametrize("lead", [1.0, 20.0, 60.0])
def test_gradients_of_a_nearly_certain_policy_are_right_in_every_digit(lead):
    # The likeliest response's reward and the mean agree to 1e-26, yet its gradient is no zero.
    exact = [oracles.exp(x) for x in oracles.log_softmax([lead, 0.0, -1.0])]
    policy, reward, reference = softmax([lead, 0.0, -1.0]), [2.0, -1.0, 0.5], [0.5, 0.2, 0.3]
    close(score(policy), [oracles.score(exact, y) for y in range(3)])
    mean = oracles.expectation(exact, reward)
    expected = [p * (r - mean) for p, r in zip(exact, reward, strict=True)]
    close(policy_gradient(policy, reward), expected)
    close(reinforce_moments(policy, reward).mean, expected)
    kept = [
        r - oracles.mpf(BETA) * d
        for r, d in zip(reward, oracles.log_ratio(exact, reference), strict=True)
    ]
    mean = oracles.expectation(exact, kept)
    expected = [p * (a - mean) for p, a in zip(exact, kept, strict=True)]
    close(objective_gradient(policy, reward, reference, BETA), expected)
    exact_pretraining = [oracles.exp(x) for x in oracles.log_softmax([lead, 0.5, -2.0])]
    pull = objective_gradient(
        policy, np.zeros(3), policy, BETA, gamma=1.0, pretraining=softmax([lead, 0.5, -2.0])
    )
    close(pull, [p - q for p, q in zip(exact_pretraining, exact, strict=True)])


def test_responses_that_share_nearly_everything_and_tie_still_gain_on_the_rest():
    close(policy_gradient([0.5, 0.5, 1e-20], [1.0, 1.0, 0.0]), [5e-21, 5e-21, -1e-20])


@given(policies(5))
def test_the_score_has_mean_zero_so_that_the_extra_kl_term_vanishes(policy):
    np.testing.assert_allclose(policy @ score(policy), np.zeros(5), atol=1e-15)


@pytest.mark.parametrize("step", [1e-3, 1e-4, 1e-5])
def test_the_policy_gradient_is_the_slope_of_the_expected_reward(step):
    slope = differences(lambda policy: expectation(policy, REWARD), POLICY, step)
    close(policy_gradient(POLICY, REWARD), slope, rel=0, atol=step**2 + 1e-15 / step)


def test_the_policy_gradient_is_the_mean_of_reward_times_score():
    exact = [
        sum(
            oracles.mpf(q) * oracles.mpf(r) * oracles.score(POLICY, y)[j]
            for y, (q, r) in enumerate(zip(POLICY, REWARD, strict=True))
        )
        for j in range(4)
    ]
    close(policy_gradient(POLICY, REWARD), exact)


def test_autograd_of_the_expected_reward_is_the_policy_gradient():
    reward = torch.tensor(REWARD)
    close(
        policy_gradient(POLICY, REWARD),
        autograd(lambda log_policy: (log_policy.exp() * reward).sum(), POLICY),
        atol=1e-16,
    )


def test_autograd_of_the_mean_of_sampled_rewards_is_zero():
    # Every draw's reward is a number from a table: the logits do not reach it.
    draws = torch.tensor([1, 1, 2, 0, 3, 1])
    sampled = lambda log_policy: torch.tensor(REWARD)[draws].mean() + 0 * log_policy.sum()
    np.testing.assert_array_equal(autograd(sampled, POLICY), np.zeros(4))


def test_autograd_of_reward_times_log_probability_is_the_gradient_on_average():
    weights = torch.tensor(POLICY * REWARD)
    close(
        policy_gradient(POLICY, REWARD),
        autograd(lambda log_policy: (weights * log_policy).sum(), POLICY),
        atol=1e-16,
    )


@pytest.mark.parametrize("gamma", [0.0, GAMMA])
@pytest.mark.parametrize("step", [1e-3, 1e-4, 1e-5])
def test_the_objective_gradient_is_the_slope_of_the_objective(gamma, step):
    terms = REWARD, REFERENCE, BETA, gamma, PRETRAINING
    slope = differences(lambda policy: rlhf_objective(policy, *terms), POLICY, step)
    close(objective_gradient(POLICY, *terms), slope, rel=0, atol=3 * step**2 + 1e-14 / step)


def test_autograd_of_all_three_terms_is_the_objective_gradient():
    reward, reference, pretraining = map(torch.tensor, (REWARD, REFERENCE, PRETRAINING))

    def objective(log_policy):
        kl = (log_policy.exp() * (log_policy - reference.log())).sum()
        likelihood = (pretraining * log_policy).sum()
        return (log_policy.exp() * reward).sum() - BETA * kl + GAMMA * likelihood

    close(
        objective_gradient(POLICY, REWARD, REFERENCE, BETA, GAMMA, PRETRAINING),
        autograd(objective, POLICY),
        atol=1e-15,
    )


def test_the_kl_penalty_acts_as_a_reward_of_minus_beta_times_the_log_ratio():
    shaped = REWARD - BETA * log_ratio(POLICY, REFERENCE)
    close(objective_gradient(POLICY, REWARD, REFERENCE, BETA), policy_gradient(POLICY, shaped))


def test_at_price_zero_the_objective_gradient_is_the_rewards_and_the_pretrainings():
    expected = policy_gradient(POLICY, REWARD) + GAMMA * (PRETRAINING - POLICY)
    several = objective_gradient(POLICY, REWARD, REFERENCE, [0.0, BETA], GAMMA, PRETRAINING)
    close(several[0], expected)
    close(several[1], objective_gradient(POLICY, REWARD, REFERENCE, BETA, GAMMA, PRETRAINING))


def test_the_objective_gradient_vanishes_at_the_optimum_and_not_at_the_reference():
    best = gibbs_policy(REWARD, REFERENCE, BETA)
    close(objective_gradient(best, REWARD, REFERENCE, BETA), np.zeros(4), atol=1e-15)
    mixed = ptx_policy(REWARD, REFERENCE, BETA, GAMMA, PRETRAINING)
    terms = REWARD, REFERENCE, BETA, GAMMA, PRETRAINING
    close(objective_gradient(mixed, *terms), np.zeros(4), atol=1e-15)
    assert np.abs(objective_gradient(REFERENCE, *terms)).max() > 0.1


def test_the_third_terms_gradient_is_p_minus_pi_and_the_entropys_is_not():
    # The homework's numbers: uniform π, p = (.6, .3, .1).
    uniform, pretraining = np.full(3, 1 / 3), np.array([0.6, 0.3, 0.1])
    third = objective_gradient(uniform, np.zeros(3), uniform, 1.0, 1.0, pretraining)
    close(third, [0.6 - 1 / 3, 0.3 - 1 / 3, 0.1 - 1 / 3], atol=1e-16)
    close(third.round(3), [0.267, -0.033, -0.233])
    close(differences(entropy, uniform, 1e-4), np.zeros(3), atol=1e-8)


def test_the_third_term_pulls_gamma_times_p_minus_pi_at_every_policy():
    with_term = objective_gradient(POLICY, REWARD, REFERENCE, BETA, GAMMA, PRETRAINING)
    without = objective_gradient(POLICY, REWARD, REFERENCE, BETA)
    close(with_term - without, GAMMA * (PRETRAINING - POLICY), atol=1e-16)
    unweighted = objective_gradient(POLICY, REWARD, REFERENCE, BETA, 0.0, PRETRAINING)
    np.testing.assert_array_equal(unweighted, without)


def test_a_response_that_is_never_given_has_no_gradient():
    certain = [0.0, 0.6, 0.4]
    gradient = objective_gradient(certain, [5.0, 1.0, 0.0], [0.2, 0.3, 0.5], 0.5)
    assert gradient[0] == 0
    assert np.isfinite(gradient).all()


# --- REINFORCE ------------------------------------------------------------------------------------


@pytest.mark.parametrize("baseline", [0.0, 0.3, -7.0])
def test_reinforce_moments_are_the_sums_over_responses(baseline):
    advantage = lambda rewards: [r - oracles.mpf(baseline) for r in rewards]
    mean, covariance = oracles.group_gradient_moments(POLICY, REWARD, 1, advantage)
    moments = reinforce_moments(POLICY, REWARD, baseline)
    close(moments.mean, mean, atol=1e-15)
    close(moments.covariance, covariance, atol=1e-14)
    close(moments.total_variance, sum(covariance[j][j] for j in range(4)))


@given(worlds(widest=8.0), st.floats(-10, 10))
def test_no_baseline_changes_the_mean(world, baseline):
    policy, reward = world[0], np.log(world[1])
    moments = reinforce_moments(policy, reward, baseline)
    close(moments.mean, policy_gradient(policy, reward), rel=1e-9, atol=1e-13)


def test_what_depends_on_the_response_is_no_baseline():
    biased = reinforce_moments(POLICY, REWARD - [0.0, 0.5, 0.0, 0.0])
    assert np.abs(biased.mean - policy_gradient(POLICY, REWARD)).max() > 0.1


def test_no_baseline_has_less_total_variance_than_the_optimal_one():
    best = optimal_baseline(POLICY, REWARD)
    least = reinforce_moments(POLICY, REWARD, best).total_variance
    squares = np.square(score(POLICY)).sum(axis=-1)
    for shift in (-2.0, -0.1, -1e-3, 1e-3, 0.1, 2.0):
        # The trace is a parabola in the baseline, with E‖∇ log π‖² as its curvature.
        more = reinforce_moments(POLICY, REWARD, best + shift).total_variance
        close(more - least, shift**2 * (POLICY @ squares), rel=1e-8)


@given(worlds(widest=8.0))
def test_the_optimal_baseline_is_the_reward_weighted_by_squared_scores(world):
    policy, reward = as_lists(world[0]), as_lists(np.log(world[1]))
    squares = [sum(s * s for s in oracles.score(policy, y)) for y in range(len(policy))]
    weights = [oracles.mpf(q) * s for q, s in zip(policy, squares, strict=True)]
    total = sum(weights)
    expected = sum(w * oracles.mpf(r) for w, r in zip(weights, reward, strict=True)) / total
    close(optimal_baseline(policy, reward), expected, rel=1e-10, atol=1e-14)


def test_the_optimal_baseline_is_not_the_value_function():
    value, best = expectation(POLICY, REWARD), optimal_baseline(POLICY, REWARD)
    assert abs(best - value) > 0.01
    least = reinforce_moments(POLICY, REWARD, best).total_variance
    assert reinforce_moments(POLICY, REWARD, value).total_variance > least


def test_with_two_responses_the_optimal_baseline_is_the_other_responses_value():
    # b* weighs each reward by the other's probability: then ĝ is the same whichever is drawn.
    close(optimal_baseline([0.9, 0.1], [1.0, 0.0]), 0.1)
    close(reinforce_moments([0.9, 0.1], [1.0, 0.0], 0.1).total_variance, 0.0, atol=1e-30)
    assert reinforce_moments([0.9, 0.1], [1.0, 0.0], 0.9).total_variance > 0.1


def test_a_bad_baseline_raises_the_variance_and_even_the_value_function_can():
    none = reinforce_moments(POLICY, REWARD).total_variance
    assert reinforce_moments(POLICY, REWARD, 3.0).total_variance > 10 * none
    policy, reward = [0.9, 0.1], [0.0, 1.0]
    close(optimal_baseline(policy, reward), 0.9)
    policy, reward = [0.9, 0.1], [1.0, -1.0]  # b* = −0.8, the value is +0.8
    with_value = reinforce_moments(policy, reward, 0.8).total_variance
    assert with_value > 2 * reinforce_moments(policy, reward).total_variance


def test_the_optimal_baseline_of_a_certain_policy_is_its_value():
    assert optimal_baseline([0.0, 1.0], [3.0, 2.0]) == 2.0
    assert optimal_baseline([[1.0]], [[5.0]]).tolist() == [5.0]
    assert reinforce_moments([0.0, 1.0], [3.0, 2.0]).total_variance == 0.0


@given(policies(4))
def test_a_covariance_is_symmetric_positive_and_blind_to_a_shift_of_all_logits(policy):
    covariance = reinforce_moments(policy, REWARD, 0.2).covariance
    np.testing.assert_allclose(covariance, covariance.T, rtol=1e-12, atol=1e-16)
    assert np.linalg.eigvalsh(covariance).min() > -1e-14
    np.testing.assert_allclose(covariance.sum(axis=-1), np.zeros(4), atol=1e-14)


# --- groups ---------------------------------------------------------------------------------------


@pytest.mark.parametrize("rewards", [[0.3, -2.0], [1.0, 0.0, 0.0, 5.0], [0.1, 0.1, 0.1]], ids=str)
@advantages
def test_advantages_are_right_in_every_digit(advantage, oracle, rewards):
    close(advantage(rewards), oracle([oracles.mpf(r) for r in rewards]), rel=1e-14, atol=1e-16)


@advantages
def test_advantages_work_group_by_group_and_sum_to_zero(advantage, oracle):
    rewards = np.random.default_rng(1).normal(size=(2, 3, 5))
    together = advantage(rewards)
    assert together.shape == rewards.shape
    close(together.sum(axis=-1), np.zeros((2, 3)), atol=1e-14)
    for i, j in np.ndindex(2, 3):
        close(together[i, j], oracle([oracles.mpf(r) for r in rewards[i, j]]), rel=1e-13)


@advantages
def test_equal_rewards_have_no_advantage_at_all(advantage, oracle):
    del oracle
    # 0.1 + 0.1 + 0.1 is not 0.3: a mean of equal rewards may differ from each of them.
    np.testing.assert_array_equal(advantage([[0.1] * 3, [1e300] * 3]), np.zeros((2, 3)))


@pytest.mark.parametrize("scale", [1e-300, 1.0, 1e300])
def test_group_normalised_ignores_shift_and_scale(scale):
    rewards = np.array([0.25, 0.5, -1.0, 0.125])
    close(group_normalised(scale * rewards), group_normalised(rewards), rel=1e-14)
    close(group_normalised(rewards + 8), group_normalised(rewards), rel=1e-14)
    close(np.square(group_normalised(rewards)).mean(), 1.0)


def test_group_normalised_divides_by_the_population_and_not_the_sample_deviation():
    rewards = np.array([1.0, 0.0, 0.0, 0.0])
    close(group_normalised(rewards), group_mean(rewards) / rewards.std(ddof=0))
    assert abs(group_normalised(rewards)[0] - (0.75 / rewards.std(ddof=1))) > 0.2


def test_leave_one_out_is_group_mean_stretched():
    rewards = np.array([0.3, -1.0, 2.0, 0.9])
    close(leave_one_out(rewards), group_mean(rewards) * 4 / 3)


@pytest.mark.parametrize("group_size", [2, 3, 4])
@advantages
def test_group_moments_are_the_sums_over_all_ordered_groups(advantage, oracle, group_size):
    policy, reward = [0.6, 0.1, 0.3], [0.2, 1.0, -1.5]
    mean, covariance = oracles.group_gradient_moments(policy, reward, group_size, oracle)
    moments = group_gradient_moments(policy, reward, group_size, advantage)
    close(moments.mean, mean, atol=1e-16)
    close(moments.covariance, covariance, atol=1e-15)


@advantages
def test_equally_good_responses_are_told_apart_only_by_their_own_logits(advantage, oracle):
    policy, reward = [0.6, 0.1, 0.3], [1.0, 0.0, 1.0]
    mean, covariance = oracles.group_gradient_moments(policy, reward, 3, oracle)
    moments = group_gradient_moments(policy, reward, 3, advantage)
    close(moments.mean, mean, atol=1e-16)
    close(moments.covariance, covariance, atol=1e-15)


@given(worlds(widest=6.0), st.integers(2, 5))
def test_leave_one_out_is_unbiased(world, group_size):
    policy, reward = world[0], np.log(world[1])
    moments = group_gradient_moments(policy, reward, group_size, leave_one_out)
    close(moments.mean, policy_gradient(policy, reward), rel=1e-9, atol=1e-13)


@given(worlds(widest=6.0), st.integers(1, 5))
def test_the_group_mean_shrinks_the_gradient_by_one_member(world, group_size):
    policy, reward = world[0], np.log(world[1])
    moments = group_gradient_moments(policy, reward, group_size, group_mean)
    shrunk = (group_size - 1) / group_size * policy_gradient(policy, reward)
    close(moments.mean, shrunk, rel=1e-9, atol=1e-13)


def test_group_normalised_turns_the_expected_gradient():
    exact = policy_gradient(POLICY, REWARD)
    mean = group_gradient_moments(POLICY, REWARD, 4, group_normalised).mean
    cosine = (mean @ exact) / np.linalg.norm(mean) / np.linalg.norm(exact)
    assert 0.9 < cosine < 0.999
    assert np.ptp(mean / exact) > 0.1
    parallel = group_gradient_moments(POLICY, REWARD, 4, group_mean).mean
    close(np.ptp(parallel / exact), 0.0, atol=1e-13)


def test_groups_without_a_baseline_are_a_mean_of_independent_estimates():
    one = reinforce_moments(POLICY, REWARD)
    many = group_gradient_moments(POLICY, REWARD, 6, lambda rewards: rewards)
    close(many.mean, one.mean, atol=1e-15)
    close(many.covariance, one.covariance / 6, atol=1e-15)


def test_a_group_of_one_has_no_advantage_by_its_own_mean():
    for advantage in (group_mean, group_normalised):
        moments = group_gradient_moments(POLICY, REWARD, 1, advantage)
        np.testing.assert_array_equal(moments.mean, np.zeros(4))
        np.testing.assert_array_equal(moments.covariance, np.zeros((4, 4)))


def test_larger_groups_have_less_variance():
    traces = [
        group_gradient_moments(POLICY, REWARD, size, leave_one_out).total_variance
        for size in (2, 3, 4, 8, 12)
    ]
    assert (np.diff(traces) < 0).all()


def test_leave_one_out_may_vary_more_than_no_baseline_at_all():
    # The value is hardly nearer to the optimal baseline than 0 is, and the others only estimate it.
    best, value = optimal_baseline(POLICY, REWARD), expectation(POLICY, REWARD)
    assert 0.8 * best < value - best < best
    alone = reinforce_moments(POLICY, REWARD).total_variance
    together = group_gradient_moments(POLICY, REWARD, 12, leave_one_out).total_variance
    assert together > 1.1 * alone / 12


def test_responses_that_the_policy_never_gives_are_in_no_group():
    policy, reward = [0.6, 0.0, 0.4], [0.2, 1e6, -1.5]
    moments = group_gradient_moments(policy, reward, 3, leave_one_out)
    fewer = group_gradient_moments([0.6, 0.4], [0.2, -1.5], 3, leave_one_out)
    close(moments.mean, [fewer.mean[0], 0.0, fewer.mean[1]], atol=1e-16)
    close(moments.covariance[::2, ::2], fewer.covariance, atol=1e-15)


def test_groups_too_many_to_list_are_refused_with_a_way_out():
    uniform = np.full(16, 1 / 16)
    expected = f"got {math.comb(31, 15):,} for 16 draws of 16 responses; take a smaller group"
    with pytest.raises(ValueError, match=rf"^group_size must leave at most 2,000,000 .*{expected}"):
        group_gradient_moments(uniform, np.arange(16.0), 16, leave_one_out)


# --- the clipped surrogate ------------------------------------------------------------------------

#: Ratios 1.25, 0.5, 1.0, 2.0, 0.0 against ε = 0.2, with advantages of both signs.
SAMPLER = np.array([0.2, 0.4, 0.3, 0.05, 0.05])
NEWER = np.array([0.25, 0.2, 0.3, 0.1, 0.15])
GOOD_OR_BAD = np.array([1.0, -0.5, 0.3, -2.0, 0.7])


#: Clip ranges and, in some, dual clipping; the ratio 2 of a bad response lies beyond 1.7.
CLIPS = [
    (0.05,),
    (0.2,),
    (0.6,),
    (5.0,),
    ((0.2, 0.28),),
    ((0.6, 0.1),),
    (0.2, 1.7),
    ((0.1, 1.5), 2.5),
]
clips = pytest.mark.parametrize("clip", CLIPS, ids=str)
signs = pytest.mark.parametrize("sign", [1, -1])


@clips
@signs
def test_the_clipped_surrogate_is_the_mean_of_the_lesser_of_two_gains(clip, sign):
    world = NEWER, SAMPLER, sign * GOOD_OR_BAD, *clip
    close(clipped_surrogate(*world), oracles.clipped_surrogate(*world), atol=1e-16)


@given(worlds(widest=6.0), st.floats(1e-3, 3.0), st.floats(1e-3, 3.0))
def test_two_bounds_are_the_upper_one_for_the_good_and_the_lower_one_for_the_bad(world, low, high):
    policy, sampler = world
    advantage = np.cos(np.arange(policy.size) * 2.0)
    good, bad = np.maximum(advantage, 0.0), np.minimum(advantage, 0.0)
    for function in (clipped_surrogate, clipped_surrogate_gradient):
        parts = function(policy, sampler, good, high) + function(policy, sampler, bad, low)
        close(function(policy, sampler, advantage, (low, high)), parts, rel=1e-12, atol=1e-15)


def test_two_clip_ranges_are_no_two_worlds():
    pair = clipped_surrogate(NEWER, SAMPLER, GOOD_OR_BAD, (0.2, 0.28))
    assert pair.shape == ()
    assert pair != clipped_surrogate(NEWER, SAMPLER, GOOD_OR_BAD, 0.2)
    close(
        clipped_surrogate(NEWER, SAMPLER, GOOD_OR_BAD, (0.2, 0.2)),
        clipped_surrogate(NEWER, SAMPLER, GOOD_OR_BAD, 0.2),
    )
    two_worlds = clipped_surrogate([NEWER, SAMPLER], SAMPLER, GOOD_OR_BAD, (0.2, 0.28))
    close(two_worlds[0], pair)


def test_dual_clipping_stops_a_bad_response_that_has_become_much_likelier():
    world = [0.9, 0.1], [0.25, 0.75], [-1.0, 0.0], 0.2  # ρ = 3.6
    np.testing.assert_array_equal(clipped_surrogate_gradient(*world, 3.0), [0.0, 0.0])
    close(clipped_surrogate(*world, 3.0), -0.75)
    corrected = policy_gradient(world[0], world[2])
    for dual_clip in (None, 3.7, 3.6):  # at the corner, the unclipped side's
        np.testing.assert_array_equal(clipped_surrogate_gradient(*world, dual_clip), corrected)
    good = [0.9, 0.1], [0.25, 0.75], [1.0, 0.0], 5.0
    np.testing.assert_array_equal(
        clipped_surrogate_gradient(*good, 3.0), policy_gradient(good[0], good[2])
    )


def test_what_the_sampler_never_gives_does_not_count():
    for advantage in ([1.0, -1.0, -9.0], [1.0, -1.0, 9.0]):
        world = [0.3, 0.3, 0.4], [0.5, 0.5, 0.0], advantage, 0.2
        close(clipped_surrogate(*world), oracles.clipped_surrogate(*world))
        close(
            clipped_surrogate_gradient(*world),
            policy_gradient(world[0], [1.0, 0.0, 0.0]),
            atol=1e-16,
        )


@pytest.mark.parametrize("step", [1e-3, 1e-4, 1e-5])
@pytest.mark.parametrize("clip", [(0.17,), ((0.17, 0.3), 1.9)], ids=str)
@signs
def test_the_clipped_gradient_is_the_slope_of_the_surrogate(step, clip, sign):
    world = SAMPLER, sign * GOOD_OR_BAD, *clip
    slope = differences(lambda policy: clipped_surrogate(policy, *world), NEWER, step)
    gradient = clipped_surrogate_gradient(NEWER, *world)
    close(gradient, slope, rel=0, atol=2 * step**2 + 1e-15 / step)


@clips
@signs
def test_autograd_of_the_loss_as_practitioners_write_it_is_the_clipped_gradient(clip, sign):
    sampler, advantage = torch.tensor(SAMPLER), torch.tensor(sign * GOOD_OR_BAD)
    low, high = np.broadcast_to(clip[0], 2)

    def surrogate(log_policy):
        ratio = (log_policy - sampler.log()).exp()
        gain = torch.minimum(ratio * advantage, ratio.clamp(1 - low, 1 + high) * advantage)
        for dual_clip in clip[1:]:
            gain = torch.where(advantage < 0, torch.maximum(gain, dual_clip * advantage), gain)
        return (sampler * gain).sum()

    gradient = clipped_surrogate_gradient(NEWER, SAMPLER, sign * GOOD_OR_BAD, *clip)
    close(gradient, autograd(surrogate, NEWER), atol=1e-15)


def test_the_gradient_is_zero_where_the_clipping_bites():
    # The good response is already more likely than allowed, the bad one less.
    good, bad = ([0.5, 0.5], [0.25, 0.75], [1.0, 0.0]), ([0.5, 0.5], [0.75, 0.25], [-1.0, 0.0])
    for world in (good, bad):
        np.testing.assert_array_equal(clipped_surrogate_gradient(*world, 0.2), [0.0, 0.0])
        np.testing.assert_array_equal(
            clipped_surrogate_gradient(*world, 5.0), policy_gradient(world[0], world[2])
        )


def test_the_clipping_never_bites_on_the_way_back():
    # A good response that became rarer, or a bad one that became likelier, is still corrected.
    for world in (([0.5, 0.5], [0.75, 0.25], [1.0, 0.0]), ([0.5, 0.5], [0.25, 0.75], [-1.0, 0.0])):
        gradient = clipped_surrogate_gradient(*world, 0.2)
        np.testing.assert_array_equal(gradient, policy_gradient(world[0], world[2]))


def test_at_a_corner_the_clipped_gradient_is_the_unclipped_sides():
    upper = [0.5, 0.5], [0.25, 0.75], [1.0, 0.0], 1.0  # ρ = 2 = 1 + ε
    lower = [0.25, 0.75], [0.5, 0.5], [-1.0, 0.0], 0.5  # ρ = 1/2 = 1 − ε
    for world in (upper, lower):
        gradient = clipped_surrogate_gradient(*world)
        np.testing.assert_array_equal(gradient, policy_gradient(world[0], world[2]))


def test_at_the_sampler_itself_the_clipped_surrogate_is_the_policy_gradient():
    close(clipped_surrogate(POLICY, POLICY, REWARD, 0.2), expectation(POLICY, REWARD))
    gradient = clipped_surrogate_gradient(POLICY, POLICY, REWARD, 0.2)
    close(gradient, policy_gradient(POLICY, REWARD), atol=1e-16)


@given(worlds(widest=6.0), st.floats(1e-3, 3.0))
def test_the_clipped_surrogate_never_promises_more_than_the_unclipped_one(world, clip_range):
    policy, sampler = world
    advantage = np.cos(np.arange(policy.size) * 2.0)
    plain = expectation(policy, advantage)
    clipped = clipped_surrogate(policy, sampler, advantage, clip_range)
    assert clipped <= plain + 1e-15


# --- many worlds at once, purity, bad input -------------------------------------------------------

FUNCTIONS = {
    "score": lambda p, _: score(p),
    "policy_gradient": policy_gradient,
    "objective_gradient": lambda p, r: objective_gradient(p, r, REFERENCE, 0.7, 0.4, PRETRAINING),
    "mean": lambda p, r: reinforce_moments(p, r, 0.3).mean,
    "covariance": lambda p, r: reinforce_moments(p, r, 0.3).covariance,
    "total_variance": lambda p, r: reinforce_moments(p, r).total_variance,
    "optimal_baseline": optimal_baseline,
    "group mean": lambda p, r: group_gradient_moments(p, r, 3, leave_one_out).mean,
    "group covariance": lambda p, r: group_gradient_moments(p, r, 3, group_normalised).covariance,
    "clipped_surrogate": lambda p, r: clipped_surrogate(p, REFERENCE, r, 0.2),
    "clipped_surrogate_gradient": lambda p, r: clipped_surrogate_gradient(p, REFERENCE, r, 0.2),
}
functions = pytest.mark.parametrize("function", FUNCTIONS.values(), ids=FUNCTIONS)
of_rewards = pytest.mark.parametrize("name", [name for name in FUNCTIONS if name != "score"])


@functions
def test_functions_are_the_same_for_one_prompt_and_for_many(function):
    rng = np.random.default_rng(2)
    policy, reward = rng.dirichlet(np.ones(4), (2, 3)), rng.normal(size=(3, 4))
    together = function(policy, reward)
    for i, j in np.ndindex(2, 3):
        close(together[i, j], function(policy[i, j], reward[j]), rel=1e-12, atol=1e-15)


def test_one_world_serves_many_baselines_and_weights():
    baselines = np.array([0.0, optimal_baseline(POLICY, REWARD), 3.0])
    traces = reinforce_moments(POLICY, REWARD, baselines).total_variance
    assert traces.argmin() == 1
    close(traces[2], reinforce_moments(POLICY, REWARD, 3.0).total_variance)
    several = objective_gradient(POLICY, REWARD, REFERENCE, [0.5, 2.0], [0.1, 0.0], PRETRAINING)
    alone = objective_gradient(POLICY, REWARD, REFERENCE, 2.0)
    close(several[1], alone, rel=1e-14)


@functions
def test_inputs_are_never_changed(function):
    policy, reward = POLICY.copy(), REWARD.copy()
    policy.setflags(write=False)
    reward.setflags(write=False)
    result = function(policy, reward)
    assert not np.shares_memory(result, policy)
    assert not np.shares_memory(result, reward)
    np.testing.assert_array_equal([policy, reward], [POLICY, REWARD])


@advantages
def test_advantages_never_change_or_alias_the_rewards(advantage, oracle):
    del oracle
    rewards = np.array([1.0, 2.0])
    advantage(rewards)[:] = 7.0
    assert rewards.tolist() == [1.0, 2.0]


@functions
def test_bad_policies_are_refused(function):
    with pytest.raises(ValueError, match=r"^policy must sum to 1 along its last axis"):
        function(POLICY / 2, REWARD)
    with pytest.raises(ValueError, match=r"^policy must hold no NaN"):
        function([np.nan, 0.5, 0.25, 0.25], REWARD)


@of_rewards
def test_bad_rewards_are_refused(name):
    with pytest.raises(ValueError, match=r"^(reward|advantage) must be finite.*; got inf"):
        FUNCTIONS[name](POLICY, [np.inf, 0.0, 0.0, 0.0])
    with pytest.raises(ValueError, match=r"must have the same number of responses"):
        FUNCTIONS[name](POLICY, [1.0])
    with pytest.raises(ValueError, match=r"must have leading axes that broadcast"):
        FUNCTIONS[name](np.tile(POLICY, (2, 1)), np.tile(REWARD, (3, 1)))


def test_bad_weights_baselines_and_clip_ranges_are_refused():
    terms = POLICY, REWARD, REFERENCE
    with pytest.raises(ValueError, match=r"^beta must be >= 0; got -0.1$"):
        objective_gradient(*terms, -0.1)
    with pytest.raises(ValueError, match=r"^gamma must be one number, or have axes"):
        objective_gradient(*terms, [0.1, 0.2], [0.1, 0.2, 0.3], PRETRAINING)
    with pytest.raises(ValueError, match=r"^policy and pretraining must have leading axes"):
        objective_gradient(*terms, [0.1, 0.2], 0.1, np.tile(PRETRAINING, (3, 1)))
    with pytest.raises(ValueError, match=r"^beta must be one number, or have axes"):
        objective_gradient(np.tile(POLICY, (2, 1)), REWARD, REFERENCE, [1.0, 1.0, 1.0])
    with pytest.raises(ValueError, match=r"^reference must be > 0 wherever the policy is"):
        objective_gradient(POLICY, REWARD, [0.0, 0.5, 0.25, 0.25], BETA)
    with pytest.raises(ValueError, match=r"^gamma must be >= 0; got -1"):
        objective_gradient(*terms, BETA, -1.0, PRETRAINING)
    with pytest.raises(ValueError, match=r"^gamma must be one number, or have axes"):
        objective_gradient(np.tile(POLICY, (2, 1)), *terms[1:], BETA, [1.0] * 3, PRETRAINING)
    with pytest.raises(ValueError, match=r"^pretraining must be given where gamma > 0; got None"):
        objective_gradient(*terms, BETA, 0.1)
    with pytest.raises(ValueError, match=r"^pretraining must sum to 1"):
        objective_gradient(*terms, BETA, 0.1, PRETRAINING / 2)
    with pytest.raises(ValueError, match=r"^baseline must be finite.*; got inf$"):
        reinforce_moments(POLICY, REWARD, np.inf)
    with pytest.raises(ValueError, match=r"^baseline must be one number, or have axes"):
        reinforce_moments(np.tile(POLICY, (3, 1)), REWARD, REWARD)
    with pytest.raises(ValueError, match=r"^clip_range must be > 0; got 0.0$"):
        clipped_surrogate(POLICY, REFERENCE, REWARD, 0.0)
    for function in (clipped_surrogate, clipped_surrogate_gradient):
        for clip_range in ([0.1, 0.2, 0.3], [[0.1, 0.2]], [0.1]):
            with pytest.raises(
                ValueError, match=r"^clip_range must be one number, or two: the low"
            ):
                function(np.tile(POLICY, (3, 1)), REFERENCE, REWARD, clip_range)
        with pytest.raises(ValueError, match=r"^clip_range must be > 0; got -0.1$"):
            function(POLICY, REFERENCE, REWARD, (0.2, -0.1))
        for dual_clip in (1.0, -3.0, [3.0, 2.0]):
            with pytest.raises(ValueError, match=r"^dual_clip must be a single number > 1; got"):
                function(POLICY, REFERENCE, REWARD, 0.2, dual_clip)
        with pytest.raises(ValueError, match=r"^dual_clip must be finite.*; got inf$"):
            function(POLICY, REFERENCE, REWARD, 0.2, np.inf)
    with pytest.raises(ValueError, match=r"^sampler must sum to 1"):
        clipped_surrogate_gradient(POLICY, REFERENCE / 2, REWARD, 0.2)


def test_groups_that_would_not_fit_in_memory_are_refused_in_one_line():
    message = (
        r"^group_size must leave at most 20,000,000 numbers to list; got 400,020,000 in shape "
        r"\(1, 20001, 20000\); take a smaller group$"
    )
    with pytest.raises(ValueError, match=message):
        group_gradient_moments([0.25, 0.75], [1.0, 0.0], 20_000, group_mean)
    with pytest.raises(ValueError, match=r"in shape \(200, 1001, 1000\); take a smaller group$"):
        group_gradient_moments(np.full((200, 2), 0.5), [1.0, 0.0], 1000, group_mean)


@pytest.mark.parametrize("scale", [1e-300, 1.0, 1e299])
def test_rewards_that_differ_by_rounding_alone_are_equal(scale):
    apart = np.array([0.1 + 0.2, 0.3, 0.3, 0.3])
    assert apart[0] != apart[1]
    assert group_normalised(scale * apart).tolist() == [0.0] * 4
    # Ten parts, summed forwards and backwards, come further apart than two.
    parts = np.random.default_rng(5).normal(size=10)
    assert (ends := np.array([sum(parts), sum(parts[::-1])]))[0] != ends[1]
    assert group_normalised(scale * ends).tolist() == [0.0, 0.0]
    # A difference that somebody may have meant counts in full.
    close(group_normalised(scale * np.array([1.0, 1.0 + 1e-14])), [-1.0, 1.0], rel=1e-9)


def test_rounding_is_no_signal_in_the_gradient_of_a_group():
    policy, rewards = [0.25, 0.25, 0.5], [0.1 + 0.2, 0.3, 0.0]
    mean = group_gradient_moments(policy, rewards, 4, group_normalised).mean
    close(mean, group_gradient_moments(policy, [0.3, 0.3, 0.0], 4, group_normalised).mean)
    np.testing.assert_allclose(mean, [0.2020, 0.2020, -0.4040], atol=5e-5)


def test_bad_groups_are_refused():
    with pytest.raises(ValueError, match=r"^rewards must have at least two members in a group"):
        leave_one_out([1.0])
    with pytest.raises(ValueError, match=r"^rewards must have at least two members"):
        group_gradient_moments(POLICY, REWARD, 1, leave_one_out)
    for size in (0, 2.5, None):
        with pytest.raises(ValueError, match=r"^group_size must"):
            group_gradient_moments(POLICY, REWARD, size, leave_one_out)
    with pytest.raises(ValueError, match=r"^advantage must return shape \(10, 2\); got shape \(10"):
        group_gradient_moments(POLICY, REWARD, 2, lambda rewards: rewards[:, :1])
    with pytest.raises(ValueError, match=r"^advantage\(rewards\) must hold no NaN"):
        group_gradient_moments(POLICY, REWARD, 2, lambda rewards: rewards * np.nan)
    with pytest.raises(ValueError, match=r"^advantage\(rewards\) must hold real numbers; got <U1"):
        group_gradient_moments(POLICY, REWARD, 2, lambda rewards: np.full(rewards.shape, "a"))


def test_groups_of_very_different_size_are_normalised_each_by_itself():
    small, large = np.array([1.0, 2.0, 4.0]) * 1e-300, np.array([3.0, -1.0, 0.0]) * 1e299
    both = group_normalised(np.stack([small, large]))
    close(both, [group_normalised([1.0, 2.0, 4.0]), group_normalised([3.0, -1.0, 0.0])])


@advantages
def test_bad_rewards_of_a_group_are_refused(advantage, oracle):
    del oracle
    with pytest.raises(ValueError, match=r"^rewards must be finite.*; got inf at index \(1,\)"):
        advantage([0.0, np.inf])
    with pytest.raises(ValueError, match=r"^rewards must have shape"):
        advantage([])


def test_bias_and_cosine_compare_a_mean_with_a_gradient():
    gradient = policy_gradient(POLICY, REWARD)
    own = group_gradient_moments(POLICY, REWARD, 4, group_mean)  # three quarters of the gradient
    close(own.bias_length(gradient), np.linalg.norm(gradient) / 4)
    close([own.cosine(gradient), own.cosine(-gradient)], [1.0, -1.0])
    close(
        own.cosine([3.0, 1.0, -2.0, 0.5]),
        own.mean @ [3.0, 1.0, -2.0, 0.5] / np.linalg.norm(own.mean) / np.sqrt(14.25),
    )


def test_a_vanishing_gradient_points_nowhere():
    moments = reinforce_moments([POLICY, [0.0, 1.0, 0.0, 0.0]], [REWARD, REWARD])
    assert np.isnan(moments.cosine([REWARD, REWARD])).tolist() == [False, True]
    assert np.isnan(moments.cosine([REWARD * 1e-13, REWARD])).all()


def test_bias_and_cosine_of_several_worlds_look_at_each_for_itself():
    policies, rewards = np.array([POLICY, POLICY[::-1]]), np.array([REWARD, REWARD])
    gradients = policy_gradient(policies, rewards)[::-1]
    both = reinforce_moments(policies, rewards)
    for i in range(2):
        alone = reinforce_moments(policies[i], rewards[i])
        close(both.bias_length(gradients)[i], alone.bias_length(gradients[i]))
        close(both.cosine(gradients)[i], alone.cosine(gradients[i].tolist()))
