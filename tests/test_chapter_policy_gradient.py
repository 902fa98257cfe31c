"""What the chapter on the policy gradient states beyond the tests of its modules."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from worlds import policies

import toy

POLICY, REWARD = toy.HALF_TRAINED, toy.TEMPTING.reward[0]
REFERENCE, PRETRAINING = toy.TEMPTING.reference[0], np.array([0.15, 0.05, 0.20, 0.60])
BETA, GAMMA = 0.5, 0.2
PAIR, PAIR_REWARD = np.array([0.9, 0.1]), np.array([1.0, -1.0])
FIRST, STEP = np.array([0.6, 0.4]), np.array([[0.7, 0.3], [0.2, 0.8]])
FACTS = np.array([0.0, 1.0])
TRUE = toy.policy_gradient(POLICY, REWARD)


def spread(policy, reward, baseline=0.0):
    return toy.reinforce_moments(policy, reward, baseline).total_variance


def rounded(actual, expected, digits=3):
    np.testing.assert_allclose(actual, expected, rtol=0, atol=0.5 * 10.0**-digits)


# --- the score, the objective, the plateau --------------------------------------------------------


@given(policies(5))
def test_the_squared_length_of_a_score_is_one_less_twice_its_probability_plus_their_squares(policy):
    squares = np.square(toy.score(policy)).sum(axis=-1)
    np.testing.assert_allclose(squares, 1 - 2 * policy + policy @ policy, atol=1e-15)
    np.testing.assert_allclose(policy @ squares, 1 - policy @ policy, atol=1e-15)


def test_the_numbers_of_the_objectives_gradient():
    kl_pull = -BETA * toy.kl_gradient(POLICY, REFERENCE)
    rounded(TRUE, [0.002, 0.336, 0.160, -0.498])
    rounded(kl_pull, [0.057, -0.099, 0.134, -0.092])
    rounded(GAMMA * (PRETRAINING - POLICY), [0.02, -0.07, -0.01, 0.06])
    whole = toy.objective_gradient(POLICY, REWARD, REFERENCE, BETA, GAMMA, PRETRAINING)
    rounded(whole, [0.079, 0.167, 0.284, -0.530])
    assert (TRUE.argmax(), kl_pull.argmax(), whole.argmax()) == (1, 2, 2)
    rounded(np.linalg.norm(whole - TRUE), 0.226)


def test_the_extra_kl_term_is_a_baseline_of_height_beta():
    log_ratio = toy.log_ratio(POLICY, REFERENCE)
    shaped = REWARD - BETA * log_ratio
    samples = (shaped[:, None] - BETA) * toy.score(POLICY)
    with_extra = shaped[:, None] * toy.score(POLICY) - BETA * toy.score(POLICY)
    np.testing.assert_allclose(samples, with_extra, atol=1e-15)
    rounded([spread(POLICY, shaped), spread(POLICY, shaped, BETA)], [0.777, 0.993])


@given(policies(4), st.lists(st.floats(-5, 5), min_size=4, max_size=4))
def test_a_policy_that_is_sure_of_anything_hardly_learns(policy, reward):
    bound = 2 * np.ptp(reward) * (1 - policy)
    assert (np.abs(toy.policy_gradient(policy, reward)).sum() <= bound + 1e-12).all()


def test_exact_ascent_waits_twice_before_it_says_canberra():
    world = toy.SHY_REFERENCE
    climb = lambda z: toy.policy_gradient(toy.softmax(z), world.reward[0])
    run = toy.ascend(climb, np.log(world.reference[0]), 4.0, 5000)
    norms, sydney = np.linalg.norm(run.gradients, axis=-1), run.policies[:, 0]
    assert (sydney[0], sydney[:100].max().round(2)) == (0.7, 0.98)
    assert [(run.policies[:, y] > 0.5).argmax() + 1 for y in (2, 3)] == [70, 2528]
    plateaus = norms[:69].min(), norms[69:2527].min()
    rounded([norms[0], norms[:500].max(), norms[500:].max()], [0.14, 0.26, 0.59], 2)
    rounded(plateaus, [0.0072, 0.0002], 4)
    assert norms[:500].max() / plateaus[0] > 30
    assert norms[500:].max() / plateaus[1] > 2000
    waiting = 69 + norms[69:2527].argmin()
    rounded(run.policies[waiting, 3], 1e-4, 4)
    rounded(world.reward[0][3] / (run.policies[waiting] @ world.reward[0]), 6.7, 1)


def test_sampled_learners_follow_the_exact_path_on_average():
    reward, early = toy.NOISY_LABELS.reward[0], np.array([0.08, 0.22, 0.70])
    climb = lambda z: toy.objective_gradient(toy.softmax(z), reward, early, BETA)
    exact = toy.ascend(climb, np.log(early), 0.4, 75).policies
    rounded(toy.gibbs_policy(reward, early, BETA), [0.61, 0.31, 0.09], 2)
    # On its way the path turns aside, towards the summary that is long and faithful.
    assert exact[:, 1].max() > 2 * early[1] > exact[-1, 1]


# --- baselines ------------------------------------------------------------------------------------


@given(policies(4, widest=8.0))
def test_the_best_baseline_is_the_value_less_twice_a_covariance(policy):
    value = policy @ REWARD
    covariance = policy @ (REWARD * policy) - value * (policy @ policy)
    expected = value - 2 * covariance / (1 - policy @ policy)
    np.testing.assert_allclose(toy.optimal_baseline(policy, REWARD), expected, rtol=1e-8)


def test_the_value_is_the_best_baseline_of_the_uniform_policy():
    uniform = np.full(4, 0.25)
    np.testing.assert_allclose(toy.optimal_baseline(uniform, REWARD), REWARD.mean(), rtol=1e-14)


def test_a_baseline_helps_exactly_between_zero_and_twice_the_best():
    best = toy.optimal_baseline(POLICY, REWARD)
    rounded(2 * best, 0.17, 2)
    for share, helps in ((-0.01, False), (0.01, True), (1.99, True), (2.01, False)):
        assert (spread(POLICY, REWARD, share * best) < spread(POLICY, REWARD)) == helps


def test_the_numbers_of_the_baselines():
    rounded([POLICY @ REWARD, toy.optimal_baseline(POLICY, REWARD)], [0.160, 0.087])
    rounded([spread(POLICY, REWARD, b) for b in (0, 0.16)], [0.4350, 0.4335], 4)
    rounded(spread(POLICY, REWARD, toy.optimal_baseline(POLICY, REWARD)), 0.4298, 4)
    rounded([spread(POLICY, REWARD, 3), spread(POLICY, REWARD + 1)], [6.24, 1.24], 2)
    rounded(toy.optimal_baseline(PAIR, PAIR_REWARD), -0.8)
    rounded([spread(PAIR, PAIR_REWARD, b) for b in (0, 0.8, -0.8)], [0.115, 0.461, 0.0])
    rounded(spread(POLICY, REWARD + 5) / spread(POLICY, REWARD), 42, 0)


# --- groups ---------------------------------------------------------------------------------------


def test_the_group_mean_is_leave_one_out_shortened_in_every_group():
    rewards = np.random.default_rng(3).normal(size=(5, 4))
    shortened = 0.75 * toy.leave_one_out(rewards)
    np.testing.assert_allclose(toy.group_mean(rewards), shortened, atol=1e-15)


def bias_and_variance(advantage, size):
    m = toy.group_gradient_moments(POLICY, REWARD, size, advantage)
    scale = 1.0 if advantage is not toy.group_normalised else m.mean @ TRUE / (m.mean @ m.mean)
    bias = np.linalg.norm(scale * m.mean - TRUE) / np.linalg.norm(TRUE)
    return bias, size * scale**2 * m.total_variance


@pytest.mark.parametrize(
    ("advantage", "first", "last"),
    [
        (toy.leave_one_out, (0.0, 1.65), (0.0, 0.51)),
        (toy.group_mean, (0.5, 0.41), (0.06, 0.45)),
        (toy.group_normalised, (0.39, 1.55), (0.01, 0.30)),
    ],
)
def test_the_numbers_of_the_groups(advantage, first, last):
    rounded(bias_and_variance(advantage, 2), first, 2)
    rounded(bias_and_variance(advantage, 16), last, 2)


def test_leave_one_out_beats_no_baseline_from_groups_of_three_if_rewards_are_raised_by_one():
    without = spread(POLICY, REWARD + 1)
    assert bias_and_variance(toy.leave_one_out, 2)[1] > without
    assert bias_and_variance(toy.leave_one_out, 3)[1] < without


def test_the_normalised_gradient_of_four_has_a_wrong_sign():
    mean = toy.group_gradient_moments(POLICY, REWARD, 4, toy.group_normalised).mean
    rounded(mean @ TRUE / np.linalg.norm(mean) / np.linalg.norm(TRUE), 0.980)
    rounded([mean[0], TRUE[0], REWARD[0] - POLICY @ REWARD], [-0.016, 0.002, 0.04])


def root(p, size):
    """E[√(p̂ (1 − p̂))] for p̂ = k/G, by the binomial distribution."""
    counts = np.array([[k, size - k] for k in range(size + 1)])
    share = counts[:, 0] / size
    chances = [toy.exact.enumeration.count_probabilities(np.array([p, 1 - p]), counts)]
    return float(chances[0] @ np.sqrt(share * (1 - share)))


@pytest.mark.parametrize("size", [2, 4, 7])
def test_normalising_multiplies_a_prompts_gradient_by_the_mean_root_over_its_variance(size):
    # Three responses, two of which succeed: the direction is the true gradient's in every logit.
    policy, reward = np.array([0.1, 0.25, 0.65]), np.array([1.0, 1.0, 0.0])
    mean = toy.group_gradient_moments(policy, reward, size, toy.group_normalised).mean
    weight = root(0.35, size) / (0.35 * 0.65)
    np.testing.assert_allclose(mean, weight * toy.policy_gradient(policy, reward), rtol=1e-12)


def test_a_prompts_weight_is_one_for_pairs_and_grows_with_the_group_at_the_ends():
    weight = lambda p, size: root(p, size) / (p * (1 - p))
    for p in (0.02, 0.3, 0.9):
        assert weight(p, 2) == pytest.approx(1.0, rel=1e-14)
    for size in (4, 8, 16):
        assert weight(1e-9, size) == pytest.approx(np.sqrt(size - 1), rel=1e-6)
        assert weight(1e-9, size) == pytest.approx(weight(1 - 1e-9, size), rel=1e-6)
    rounded([weight(0.5, n) for n in (4, 8, 16)], [1.62, 1.86, 1.93], 2)
    rounded([np.sqrt(n - 1) for n in (4, 8, 16)], [1.73, 2.65, 3.87], 2)
    assert weight(0.2, 20_000) == pytest.approx(1 / np.sqrt(0.2 * 0.8), rel=1e-3)


def test_large_groups_climb_the_arcsine_of_the_success_rate():
    p, step = 0.2, 1e-6
    climbed = lambda p: 2 * np.arcsin(np.sqrt(p))
    slope = (climbed(p + step) - climbed(p - step)) / (2 * step)
    assert slope == pytest.approx(1 / np.sqrt(p * (1 - p)), rel=1e-8)


def test_in_pairs_only_the_order_of_the_rewards_is_left():
    assert toy.group_normalised([[10.0, 0.0], [0.51, 0.5]]).round(12).tolist() == [[1, -1]] * 2
    richer = REWARD * [1, 10, 1, 1]
    before, after = (
        toy.group_gradient_moments(POLICY, reward, 2, toy.group_normalised).mean
        for reward in (REWARD, richer)
    )
    np.testing.assert_allclose(before, after, atol=1e-15)


# --- clipping -------------------------------------------------------------------------------------


def clipped_walk(clip_range=0.2):
    advantage = REWARD - POLICY @ REWARD
    climb = lambda z: toy.clipped_surrogate_gradient(toy.softmax(z), POLICY, advantage, clip_range)
    return toy.ascend(climb, np.log(POLICY), 0.05, 150).policies / POLICY


def test_clipping_does_not_keep_the_ratios_in_their_range():
    ratios = clipped_walk()
    rounded(ratios[-1], [0.883, 1.204, 1.204, 0.577])
    assert (ratios[:, 3] < 0.8).argmax() == 9
    assert (ratios[:, 1] > 1.2).argmax() == 22
    assert (ratios[:, 2] > 1.2).argmax() == 68
    # A gradient step is finite, so a ratio may pass its line by one step, never by more.
    assert ratios[:, 1:3].max() < 1.2 + 0.015


# --- trajectories ---------------------------------------------------------------------------------


def variances(num_words):
    chain, facts = [FIRST] + [STEP] * (num_words - 1), [FACTS] * num_words
    values = toy.prefix_values(chain, facts)
    moments = (
        toy.trajectory_moments(chain, facts, credit=toy.whole_return),
        toy.trajectory_moments(chain, facts),
        toy.trajectory_moments(chain, facts, values),
    )
    return [m.total_variance for m in moments]


def test_the_numbers_of_the_trajectories():
    rounded(variances(1), [0.17, 0.17, 0.02], 2)
    rounded(variances(2), [1.12, 0.94, 0.25], 2)
    rounded(variances(3), [3.5649, 2.6305, 0.8050], 4)
    whole, to_go, less = variances(8)
    rounded([whole, to_go, less], [64.49, 33.65, 8.13], 2)
    rounded([whole / to_go, whole / less], [1.92, 7.93], 2)


def test_a_reward_at_the_end_makes_reward_to_go_and_whole_return_the_same_estimate():
    rewards = np.array([0.0, 0.0, 0.7])
    assert toy.rewards_to_go(rewards).tolist() == toy.whole_return(rewards).tolist()


def test_reward_to_go_one_step_late_is_a_baseline_that_peeks_at_the_reward():
    chain, facts = [FIRST, STEP, STEP], [FACTS] * 3
    late = toy.trajectory_moments(
        chain, facts, credit=lambda rewards: toy.rewards_to_go(rewards) - rewards
    ).mean
    peeked = toy.trajectory_gradient(chain, facts, baseline=facts)
    np.testing.assert_allclose(late, np.concatenate([g.ravel() for g in peeked]), atol=1e-15)
    np.testing.assert_allclose(peeked[2], 0.0, atol=1e-16)
    rounded(peeked[0], [-0.18, 0.18], 2)
