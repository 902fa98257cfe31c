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


def test_one_draw_of_two_responses_reports_the_slope_on_average():
    expected_reward = lambda z: 1 / (1 + np.exp(z[1] - z[0]))
    logits, step = np.array([0.0, np.log(3)]), np.array([1e-6, 0.0])
    slope = (expected_reward(logits + step) - expected_reward(logits - step)) / 2e-6
    rounded([slope, 0.25 * 1 * 0.75 + 0.75 * 0 * -0.25], 0.1875, 9)


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


def test_a_logit_may_rise_and_its_probability_fall():
    assert REWARD[0] > POLICY @ REWARD
    slope = POLICY * (TRUE - POLICY @ TRUE)
    assert TRUE[0] > 0 > slope[0]
    np.testing.assert_allclose(slope, TRUE @ (np.diag(POLICY) - np.outer(POLICY, POLICY)))


def test_the_score_of_a_text_is_the_sum_of_its_tokens_each_in_its_own_row():
    tables = [FIRST, STEP]
    text, step = (1, 0), 1e-6

    def log_probability(shift, t, row, j):
        moved = [np.log(np.atleast_2d(table)) for table in tables]
        moved[t][row, j] += shift
        rows = [toy.softmax(table) for table in moved]
        return np.log(rows[0][0, text[0]] * rows[1][text[0], text[1]])

    places = [(0, 0), (1, 0), (1, 1)]  # the first row, after a filler, after a fact
    slopes = [
        [
            (log_probability(step, *place, j) - log_probability(-step, *place, j)) / (2 * step)
            for j in (0, 1)
        ]
        for place in places
    ]
    rounded(slopes, [[-0.6, 0.6], [0.0, 0.0], [0.8, -0.8]], 6)


def test_with_shared_features_the_gradient_is_the_covariance_with_the_reward():
    features, weights = np.array([[0.0, 0.0], [1.0, 0.5], [1.0, 0.0], [0.0, 2.0]]), [0.3, -0.2]
    policy = toy.log_linear_policy(weights, features)
    covariance = policy @ (REWARD[:, None] * (features - policy @ features))
    value = lambda w: toy.log_linear_policy(w, features) @ REWARD
    steps = 1e-6 * np.eye(2)
    slopes = [(value(weights + e) - value(weights - e)) / 2e-6 for e in steps]
    np.testing.assert_allclose(covariance, slopes, rtol=1e-7)


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
    assert (sydney[0], sydney.argmax()) == (0.7, 35)
    rounded(sydney[35], 0.983)
    rounded(world.reference, [[0.700, 0.289, 0.010, 0.001]])
    rounded(world.reward, [[-0.5, -1.0, 0.3, 2.0]])
    assert [(run.policies[:, y] > 0.5).argmax() + 1 for y in (2, 3)] == [70, 2528]
    plateaus = norms[:69].min(), norms[69:2527].min()
    rounded([norms[0], norms[:500].max(), norms[500:].max()], [0.14, 0.26, 0.59], 2)
    rounded(plateaus, [0.0072, 0.0002], 4)
    assert norms[:500].max() / plateaus[0] > 30
    assert norms[500:].max() / plateaus[1] > 2000
    waiting = 69 + norms[69:2527].argmin()
    rounded(run.policies[waiting, 3], 1e-4, 4)
    rounded(world.reward[0][3] / (run.policies[waiting] @ world.reward[0]), 6.7, 1)


def test_twelve_of_twelve_sampled_learners_say_canberra_in_the_end():
    world, rng, seen = toy.SHY_REFERENCE, np.random.default_rng(1927), np.zeros(12)

    def from_a_batch(z):
        policy = toy.softmax(z)
        counts = rng.multinomial(1000, policy)
        seen[:] += counts[:, 3] * (policy[:, 3] < 0.5)
        earned = counts / 1000 * world.reward[0]
        return earned - earned.sum(axis=-1, keepdims=True) * policy

    start = np.tile(np.log(world.reference[0]), (12, 1))
    found = toy.ascend(from_a_batch, start, 4.0, 5000).policies[..., 3] > 0.5
    assert found[-1].all()
    assert 1000 < found.argmax(axis=0).min() < 2528 < found.argmax(axis=0).max() < 5000
    assert 900 < seen.min() < seen.max() < 1500


def test_adam_does_not_wait_on_the_plateau():
    world, z, m, v = toy.SHY_REFERENCE, np.log(toy.SHY_REFERENCE.reference[0]), 0.0, 0.0
    for step in range(1, 60):
        g = toy.policy_gradient(toy.softmax(z), world.reward[0])
        m, v = 0.9 * m + 0.1 * g, 0.999 * v + 0.001 * g**2
        before, z = z, z + 0.1 * (m / (1 - 0.9**step)) / (np.sqrt(v / (1 - 0.999**step)) + 1e-8)
    assert toy.softmax(before)[3] < 0.5 < toy.softmax(z)[3]


SUMMARIES, EARLY = toy.NOISY_LABELS.reward[0], np.array([0.08, 0.22, 0.70])


def mean_logits_after_two_draws(step_size):
    """The mean of REINFORCE's logits after two steps, over all nine pairs of draws."""
    mean, start = np.zeros(3), np.log(EARLY)
    for y in range(3):
        z = start + step_size * sample(start, y)
        policy = toy.softmax(z)
        for j in range(3):
            mean += EARLY[y] * policy[j] * (z + step_size * sample(z, j))
    return mean


def sample(z, y):
    policy = toy.softmax(z)
    shaped = SUMMARIES - BETA * toy.log_ratio(policy, EARLY)
    return shaped[y] * toy.score(policy)[y]


def test_unbiased_steps_do_not_make_an_unbiased_path_and_the_bias_is_of_the_step_size():
    climb = lambda z: toy.objective_gradient(toy.softmax(z), SUMMARIES, EARLY, BETA)
    gaps = []
    for step_size in (0.02, 0.01):
        exact = toy.ascend(climb, np.log(EARLY), step_size, 2).parameters[-1]
        gaps.append(mean_logits_after_two_draws(step_size) - exact)
    assert np.abs(gaps[0]).max() > 1e-8
    # One step's bias is of the third order, so that a whole climb's is of the first.
    np.testing.assert_allclose(gaps[0] / gaps[1], 8.0, rtol=0.05)


def test_at_the_optimum_a_baseline_leaves_nothing_to_scatter():
    optimum = toy.gibbs_policy(SUMMARIES, EARLY, BETA)
    paid = SUMMARIES - BETA * toy.log_ratio(optimum, EARLY)
    rounded(paid, [-0.165] * 3)
    rounded(spread(optimum, paid), 0.0145, 4)
    assert spread(optimum, paid, paid[0]) < 1e-30


def test_the_arrows_shrink_towards_the_corners_and_not_towards_the_edges():
    def move(policy):
        uphill = toy.objective_gradient(policy, SUMMARIES, EARLY, BETA)
        return np.linalg.norm(policy * (uphill - (policy * uphill).sum(-1, keepdims=True)), axis=-1)

    near_corners = move(0.97 * np.eye(3) + 0.01)
    near_edges = move(0.485 * (1 - np.eye(3)) + 0.01)
    assert near_corners.max() < 0.003 < 0.05 < near_edges.min()


def test_the_exact_path_turns_aside():
    reward, early = SUMMARIES, EARLY
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


def test_what_three_right_answers_of_eight_are_credited_with():
    eight = np.array([1.0] * 3 + [0.0] * 5)
    rules = toy.leave_one_out, toy.group_mean, toy.group_normalised
    rounded([rule(eight)[0] for rule in rules], [0.714, 0.625, 1.291])
    rounded(toy.group_normalised(eight)[0] * np.sqrt(7 / 8), 1.208)


@pytest.mark.parametrize("size", [2, 3, 5])
@pytest.mark.parametrize("price", [0.2, 0.5])
def test_a_kl_penalty_in_the_loss_costs_more_with_the_group_mean(size, price):
    def step(policy):
        up = toy.group_gradient_moments(policy, REWARD, size, toy.group_mean).mean
        return up - price * toy.kl_gradient(policy, REFERENCE)

    dearer = toy.gibbs_policy(REWARD, REFERENCE, price * size / (size - 1))
    np.testing.assert_allclose(step(dearer), 0.0, atol=1e-15)
    assert np.linalg.norm(step(toy.gibbs_policy(REWARD, REFERENCE, price))) > 0.01


def test_with_pairs_the_ascent_ends_at_the_optimum_for_twice_the_price():
    def step(z):
        up = toy.group_gradient_moments(toy.softmax(z), REWARD, 2, toy.group_mean).mean
        return up - BETA * toy.kl_gradient(toy.softmax(z), REFERENCE)

    end = toy.ascend(step, np.log(POLICY), 1.0, 4000).policies[-1]
    np.testing.assert_allclose(end, toy.gibbs_policy(REWARD, REFERENCE, 2 * BETA), atol=1e-8)
    # With the penalty in the reward the mean only shortens the step: the end is the true optimum.
    paid = lambda z: REWARD - BETA * toy.log_ratio(toy.softmax(z), REFERENCE)
    inside = lambda z: toy.group_gradient_moments(toy.softmax(z), paid(z), 2, toy.group_mean).mean
    optimum = np.log(toy.gibbs_policy(REWARD, REFERENCE, BETA))
    np.testing.assert_allclose(inside(optimum), 0.0, atol=1e-15)


def test_the_group_mean_doubles_the_weight_of_pretraining_in_the_loss_as_well():
    dearer = toy.ptx_policy(REWARD, REFERENCE, 2 * BETA, 2 * GAMMA, PRETRAINING)
    up = toy.group_gradient_moments(dearer, REWARD, 2, toy.group_mean).mean
    beside = GAMMA * (PRETRAINING - dearer) - BETA * toy.kl_gradient(dearer, REFERENCE)
    np.testing.assert_allclose(up + beside, 0.0, atol=1e-10)


def test_rounding_divided_by_itself_is_an_advantage_of_full_size():
    nearly = np.array([0.1 + 0.2, 0.3, 0.3, 0.3])
    centred = nearly - nearly.mean()
    rounded(centred / nearly.std(), [0.0, -1.155, -1.155, -1.155])
    assert np.abs(centred / (nearly.std() + 1e-4)).max() < 1e-12


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
        assert weight(p, 3) == pytest.approx(np.sqrt(2), rel=1e-14)
    for size in (4, 8, 16):
        assert weight(1e-9, size) == pytest.approx(np.sqrt(size - 1), rel=1e-6)
        assert weight(1e-9, size) == pytest.approx(weight(1 - 1e-9, size), rel=1e-6)
    rounded([weight(0.5, n) for n in (4, 8, 16)], [1.62, 1.86, 1.93], 2)
    rounded([np.sqrt(n - 1) for n in (4, 8, 16)], [1.73, 2.65, 3.87], 2)
    assert weight(0.2, 20_000) == pytest.approx(1 / np.sqrt(0.2 * 0.8), rel=1e-3)


def test_the_numbers_of_a_success_in_groups_of_four():
    rounded([root(p, 4) for p in (0.05, 0.5)], [0.0812, 0.4040], 4)
    rounded([p**4 + (1 - p) ** 4 for p in (0.05, 0.5)], [0.8145, 0.125], 4)


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


def test_a_capped_ratio_trades_variance_for_bias():
    engine, trainer = np.array([0.7, 0.2, 0.1]), np.array([0.5, 0.3, 0.2])
    for cap, mean, variance in ((np.inf, 0.7, 1.56), (1.5, 0.6, 0.99)):
        terms = np.minimum(trainer / engine, cap) * [0.0, 1.0, 2.0]
        rounded([engine @ terms, engine @ terms**2 - (engine @ terms) ** 2], [mean, variance], 12)


def test_a_bad_response_beyond_the_dual_clip_has_no_pull_of_its_own():
    relapsed = np.array([0.01, 0.01, 0.02, 0.96])
    assert relapsed[3] / POLICY[3] == pytest.approx(3.2)
    advantage = REWARD - POLICY @ REWARD
    plain, dual = (
        toy.clipped_surrogate_gradient(relapsed, POLICY, advantage, 0.2, c) for c in (None, 3.0)
    )
    rounded([plain[3], dual[3]], [-0.0845, -0.0207], 4)
    rounded(dual, toy.policy_gradient(relapsed, np.append(advantage[:3], 0.0)), 12)


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


def of_one_sign(policy_seed, sign, credit):
    """Total variance in a random tree of three tokens whose rewards have one sign."""
    rng = np.random.default_rng(policy_seed)
    policy = [rng.dirichlet(np.ones(3), (3,) * t) for t in range(3)]
    reward = [sign * rng.exponential(size=(3,) * (t + 1)) for t in range(3)]
    return toy.trajectory_moments(policy, reward, credit=credit).total_variance


@pytest.mark.parametrize("sign", [1, -1])
def test_reward_to_go_never_varies_more_if_rewards_have_one_sign_and_steps_their_own_logits(sign):
    for seed in range(20):
        to_go, whole = (
            of_one_sign(seed, sign, credit) for credit in (toy.rewards_to_go, toy.whole_return)
        )
        assert to_go < whole


@pytest.mark.parametrize(
    ("row", "first", "second", "expected"),
    [
        ([0.7, 0.3], 1.0, 4.0, (1.437, 1.714)),
        ([0.665, 0.335], 1.107, 4.771, (1.449, 1.787)),
    ],
)
def test_with_one_table_for_both_steps_the_whole_return_may_vary_less(row, first, second, expected):
    pays = [[0.0, first], [[0.0, 0.0], [second, 0.0]]]
    shared = np.hstack([np.eye(2), np.eye(2)])
    moments = [
        toy.trajectory_moments([row, row], pays, credit=credit)
        for credit in (toy.whole_return, toy.rewards_to_go)
    ]
    rounded([np.trace(shared @ m.covariance @ shared.T) for m in moments], expected)
    assert moments[1].total_variance < moments[0].total_variance


EIGHT_WORDS = [FIRST] + [STEP] * 7, [FACTS] * 8


def error_of_gae(values, decay):
    uphill = np.concatenate([g.ravel() for g in toy.trajectory_gradient(*EIGHT_WORDS)])
    moments = toy.gae_moments(*EIGHT_WORDS, values, decay)
    return float(moments.bias_length(uphill)), float(moments.total_variance)


def test_what_a_critic_that_knows_nothing_costs():
    found = [error_of_gae(0.0, decay) for decay in (0.0, 0.95, 1.0)]
    rounded(found, [(0.516, 1.117), (0.045, 25.369), (0.0, 33.652)])
    exact = [error_of_gae(toy.prefix_values(*EIGHT_WORDS), decay) for decay in (0.0, 0.95, 1.0)]
    rounded(exact, [(0.0, 2.787), (0.0, 6.880), (0.0, 8.129)])
    assert max(bias for bias, _ in exact) < 1e-14


def test_gae_is_the_advantage_and_what_later_values_are_off_by_for_every_text():
    rng, decay = np.random.default_rng(7), 0.6
    rewards, values = rng.normal(size=(2, 5))
    errors = rewards + np.append(values[1:], 0.0) - values
    off = np.append(values - toy.rewards_to_go(rewards), 0.0)
    for t in range(5):
        later = sum(decay ** (s - t - 1) * off[s] for s in range(t + 1, 5))
        advantage = sum(decay ** (s - t) * errors[s] for s in range(t, 5))
        np.testing.assert_allclose(advantage, -off[t] + (1 - decay) * later, atol=1e-14)


def test_the_more_texts_share_the_noise_the_less_an_ignorant_critic_is_to_be_trusted():
    lams = np.linspace(0, 1, 51)
    bias, variance = np.array([error_of_gae(0.0, lam) for lam in lams]).T
    best = [lams[np.argmin(bias**2 + variance / n)] for n in (1, 10, 100, 1000)]
    rounded(best, [0.0, 0.16, 0.68, 0.92], 2)


def test_the_token_mean_and_the_sequence_mean_are_different_numbers():
    short, long = np.full(1, 10.0), np.full(5, 2.0)
    assert np.mean([short.mean(), long.mean()]) == 6.0
    assert np.concatenate([short, long]).mean() == pytest.approx(10 / 3, rel=1e-15)


def test_to_divide_by_the_length_spares_long_wrong_answers():
    answer, advantage = np.array([0.4, 0.3, 0.3]), np.array([0.6, -0.4, -0.4])
    rounded(toy.policy_gradient(answer, advantage), [0.24, -0.12, -0.12], 12)
    divided = 4 * toy.policy_gradient(answer, advantage / [4, 4, 7])
    rounded(divided, [0.219, -0.135, -0.084])


def test_the_ratio_of_a_response_is_a_product():
    rounded(1.1**50, 117, 0)


# --- exercises ------------------------------------------------------------------------------------


def test_of_two_logits_that_fall_alike_the_likelier_probability_falls_three_times_as_far():
    three = np.array([0.6, 0.3, 0.1])
    g = toy.policy_gradient(three, [3.0, 2.0, 1.0])
    rounded(g, [0.3, -0.15, -0.15], 12)
    slope = three * (g - three @ g)
    rounded(slope, [0.108, -0.081, -0.027], 12)
    rounded(toy.softmax(np.log(three) + 0.1 * g) - three, [0.0107, -0.0081, -0.0027], 4)
