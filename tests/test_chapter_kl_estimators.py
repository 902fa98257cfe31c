"""What the chapter on estimating the KL divergence states beyond the tests of its module."""

import mpmath
import numpy as np
import oracles
import pytest
import torch
from compare import close
from worlds import EVEN, SKEWED

import toy

#: The planet question: its reward and reference, and the optimum at β = ½.
REWARD, PLANETS = toy.TEMPTING.reward[0], toy.TEMPTING.reference[0]
OPTIMUM = toy.gibbs_policy(REWARD, PLANETS, beta=0.5)

#: The deeper pages' pair for it, which is less extreme.
POLICY, REFERENCE = toy.HALF_TRAINED, toy.RETICENT_REFERENCE

#: The chapter's reply of two tokens, policy and reference.
REPLIES = (
    [[0.8, 0.2], np.array([[0.6, 0.4], [0.3, 0.7]])],
    [[0.3, 0.7], np.array([[0.2, 0.8], [0.9, 0.1]])],
)


def test_the_smallest_case_by_hand():
    d = toy.log_ratio(EVEN, SKEWED)
    np.testing.assert_array_equal(d.round(3), [3.912, -0.683])
    np.testing.assert_array_equal(toy.k2(d).round(3), [7.652, 0.233])
    assert toy.kl_divergence(EVEN, SKEWED).round(3) == 1.614
    assert toy.kl_divergence(SKEWED, EVEN).round(3) == 0.637


def test_the_numbers_of_the_world_of_four_responses():
    d = toy.log_ratio(POLICY, REFERENCE)
    rounds_to = lambda value, digits: pytest.approx(value, abs=0.5 * 10.0**-digits)
    assert toy.kl_divergence(POLICY, REFERENCE) == rounds_to(0.371, 3)
    assert POLICY[d < 0].sum() == rounds_to(0.30, 2)
    assert toy.optimal_coefficient(POLICY, REFERENCE) < 0.5
    assert toy.variance_crossover(POLICY, REFERENCE) == rounds_to(0.90, 2)
    assert toy.estimator_moments(toy.k2, POLICY, REFERENCE).bias == rounds_to(-0.055, 3)
    assert toy.estimator_moments(toy.k2, EVEN, SKEWED).bias == rounds_to(2.328, 3)
    repair = oracles.homework_estimator_mean(POLICY, REFERENCE, 4, 1) - oracles.kl_divergence(
        POLICY, REFERENCE
    )
    assert float(repair) == rounds_to(-0.046, 3)
    off_policy = toy.estimator_moments(toy.k3, POLICY, REFERENCE, sampler=REFERENCE)
    assert off_policy.mean == rounds_to(1.49, 2)
    estimates, chances = toy.estimate_distribution(toy.k3, POLICY, REFERENCE, 50)
    assert chances[estimates < toy.kl_divergence(POLICY, REFERENCE)].sum() > 0.5
    ratio = [toy.estimator_moments(k, SKEWED[::-1], EVEN).variance for k in (toy.k3, toy.k1)]
    assert 90 < ratio[0] / ratio[1] < 100


def test_far_from_the_reference_the_best_coefficient_is_small_and_k3_scatters_twice_as_much():
    close, far = toy.geometric_mixture(POLICY, REFERENCE, [0.3, 1.3])
    assert toy.optimal_coefficient(close, REFERENCE) == pytest.approx(0.89, abs=0.005)
    assert toy.optimal_coefficient(far, REFERENCE) == pytest.approx(0.28, abs=0.005)
    k1, k3 = (toy.estimator_moments(k, far, REFERENCE).std for k in (toy.k1, toy.k3))
    assert k3 / k1 == pytest.approx(2.09, abs=0.005)


def test_ten_draws_often_miss_the_rare_response_and_regression_then_overrates_the_coefficient():
    assert (1 - POLICY[0]) ** 10 == rounds_to(0.60, 2)
    rest, d, c = POLICY[1:] / 0.95, toy.log_ratio(POLICY, REFERENCE)[1:], (REFERENCE / POLICY)[1:]
    covariance = rest @ (d * c) - (rest @ d) * (rest @ c)
    assert -covariance / (rest @ c**2 - (rest @ c) ** 2) == rounds_to(1.4, 1)


def test_k3_and_k1_can_change_places_three_times():
    policy, reference = [0.97, 0.015, 0.015], [0.89, 0.10999, 0.00001]
    path = toy.geometric_mixture(policy, reference, [0.5, 0.9, 1.4, 2.0])
    k1, k3 = (toy.estimator_moments(k, path, reference).variance for k in (toy.k1, toy.k3))
    assert (k3 < k1).tolist() == [True, False, True, False]
    weight = toy.variance_crossover(policy, reference)
    there = toy.geometric_mixture(policy, reference, weight)
    close(toy.optimal_coefficient(there, reference), 0.5, rel=1e-10)


def test_merging_two_responses_can_raise_the_mean_of_k2_and_never_the_kl():
    fine = [0.01, 0.01, 0.98], [0.04, 0.40, 0.56]
    merged = [0.02, 0.98], [0.44, 0.56]
    assert toy.kl_divergence(*merged) < toy.kl_divergence(*fine)
    k2 = [toy.estimator_moments(toy.k2, *world).mean for world in (merged, fine)]
    assert k2[0] > k2[1] + 0.01


def test_two_gaussians_change_places_at_0_628_nats():
    for kl, k3_is_better in ((0.6281, True), (0.6283, False)):
        moments = toy.gaussian_moments(np.sqrt(2 * kl))
        assert (moments["k3"].variance < moments["k1"].variance) == k3_is_better


def test_the_numbers_of_the_reply_of_two_tokens():
    policy, reference = REPLIES
    pull = lambda tables: [tables[0][0], *tables[1][:, 0]]
    true = pull(toy.sequence_kl_gradient(policy, reference))
    k2, k3 = (pull(toy.token_loss_gradient(k, policy, reference)) for k in (toy.k2, toy.k3))
    forward = pull(toy.sequence_loss_gradient(toy.k3, policy, reference))
    to_the_digit = {"abs": 0.0005}
    assert true == pytest.approx([0.253, 0.344, -0.128], **to_the_digit)
    assert k2 == pytest.approx([0.357, 0.344, -0.128], **to_the_digit)
    assert k3 == pytest.approx([0.5, 0.32, -0.12], abs=1e-12)
    assert forward == pytest.approx([0.5, 0.12, -0.42], abs=1e-12)
    to_come = toy.kl_divergence(policy[1], reference[1])
    assert to_come == pytest.approx([0.382, 1.033], **to_the_digit)
    assert policy[0] @ to_come == pytest.approx(0.512, **to_the_digit)
    assert true[0] - k2[0] == pytest.approx(toy.policy_gradient(policy[0], to_come)[0], abs=1e-12)
    assert true[0] - k2[0] == pytest.approx(-0.104, **to_the_digit)


def test_a_ratio_of_the_whole_prefix_brings_the_gradient_to_every_earlier_token():
    policy, reference = REPLIES
    logits = [torch.tensor(np.log(table), requires_grad=True) for table in policy]
    first, second = (torch.log_softmax(z, dim=-1) for z in logits)
    written = first[:, None] + second
    for k in (lambda d: d, lambda d: torch.exp(-d) - 1 + d):
        charges = [
            (first, first - torch.tensor(reference[0]).log()),
            (written, second - torch.tensor(reference[1]).log()),
        ]
        loss = sum(
            (log_prob.detach().exp() * (log_prob - log_prob.detach()).exp() * k(d)).sum()
            for log_prob, d in charges
        )
        for autograd, table in zip(
            torch.autograd.grad(loss, logits, retain_graph=True),
            toy.sequence_kl_gradient(policy, reference),
            strict=True,
        ):
            np.testing.assert_allclose(autograd, table, atol=1e-15)


def test_a_mean_over_the_tokens_of_each_reply_turns_the_pull_of_k3_where_lengths_differ():
    row, reference = np.array([0.5, 0.3, 0.2]), torch.tensor([0.2, 0.3, 0.5], dtype=torch.float64)
    logits = torch.tensor(np.log(row), requires_grad=True)
    d = logits.log_softmax(-1) - reference.log()
    for lengths, pull in (([1, 1, 1], [0.3, 0.0, -0.3]), ([2, 2, 1], [0.225, 0.045, -0.27])):
        loss = torch.tensor(row / lengths) @ (torch.exp(-d) - 1 + d)
        (autograd,) = torch.autograd.grad(loss, logits, retain_graph=True)
        np.testing.assert_allclose(autograd, pull, atol=1e-15)


def test_k3_in_the_reward_drives_a_rare_response_further_away():
    d = toy.log_ratio(OPTIMUM, PLANETS)
    in_reward = toy.policy_gradient(OPTIMUM, toy.k3(d))
    true = toy.kl_gradient(OPTIMUM, PLANETS)
    assert [in_reward[3], true[3]] == pytest.approx([0.093, -0.006], abs=0.0005)
    np.testing.assert_allclose(in_reward, true - (OPTIMUM - PLANETS), atol=1e-15)


def test_near_the_reference_k3_scatters_a_sixth_of_what_k1_does():
    near = toy.gibbs_policy(REWARD, PLANETS, beta=5)
    kl = toy.kl_divergence(near, PLANETS)
    k1, k2, k3 = (toy.estimator_moments(k, near, PLANETS).std for k in (toy.k1, toy.k2, toy.k3))
    assert (kl, k1) == (rounds_to(0.0084, 4), rounds_to(0.123, 3))
    assert k1 / kl == rounds_to(15, 0)
    assert [k1 / k2, k1 / k3] == pytest.approx([6.1, 6.1], abs=0.6)


def test_at_the_optimum_k3_lives_on_a_response_that_is_hardly_ever_drawn():
    d, kl = toy.log_ratio(OPTIMUM, PLANETS), toy.kl_divergence(OPTIMUM, PLANETS)
    assert kl == rounds_to(0.237, 3)
    assert OPTIMUM * toy.k1(d) == pytest.approx([-0.110, 0.195, 0.157, -0.006], abs=0.0005)
    assert OPTIMUM * toy.k3(d) == pytest.approx([0.072, 0.053, 0.019, 0.093], abs=0.0005)
    assert OPTIMUM[3] * toy.k3(d)[3] / kl == rounds_to(0.4, 1)
    assert 1 / OPTIMUM[3] == rounds_to(761, 0)
    assert (1 - OPTIMUM[3]) ** 100 == rounds_to(0.88, 2)
    k1, k3 = (toy.estimator_moments(k, OPTIMUM, PLANETS) for k in (toy.k1, toy.k3))
    assert (k1.std, k3.std) == (rounds_to(0.494, 3), rounds_to(2.565, 3))
    assert k3.variance / k1.variance == rounds_to(27, 0)


@pytest.mark.parametrize("world", [(OPTIMUM, PLANETS), (POLICY, REFERENCE), (EVEN, SKEWED)])
def test_k3_scatters_more_than_k1_once_chi_square_exceeds_twice_both_divergences(world):
    k1, k3 = (toy.estimator_moments(k, *world).variance for k in (toy.k1, toy.k3))
    there_and_back = toy.kl_divergence(*world) + toy.kl_divergence(*world[::-1])
    chi_square = toy.chi_square_divergence(*world[::-1])
    assert k3 - k1 == pytest.approx(chi_square - 2 * there_and_back, rel=1e-12)


def test_k3_as_a_loss_pulls_at_the_sun_sixteen_times_as_hard_and_rests_elsewhere():
    true = toy.kl_gradient(OPTIMUM, PLANETS)
    k3 = toy.loss_gradient(toy.k3, OPTIMUM, PLANETS)
    assert true == pytest.approx([-0.138, 0.126, 0.018, -0.006], abs=0.0005)
    assert k3 == pytest.approx([-0.182, 0.142, 0.138, -0.099], abs=0.0005)
    assert k3[3] / true[3] == rounds_to(16, 0)
    rest = toy.forward_kl_policy(REWARD, PLANETS, 0.5)
    # Against the optimum it falls in the reward up to the mean, and rises from there.
    against = (rest / OPTIMUM)[np.argsort(REWARD)]
    low = np.sort(REWARD) < rest @ REWARD
    assert (np.diff(against[low]) < 0).all()
    assert (np.diff(against[~low]) > 0).all()
    assert (rest > OPTIMUM).tolist() == [True, True, False, True]
    multiplier = 0.5 + rest @ REWARD
    close(rest, 0.5 * PLANETS / (multiplier - REWARD))
    assert multiplier > REWARD.max()


def test_the_numbers_of_replies_that_end():
    rows = np.array([0.5, 0.3, 0.2]), np.array([0.4, 0.4, 0.2])
    end = np.array([0.0, 0.0, 1.0])
    for num_steps, truth, counting_on in ((4, 0.0745886, 0.10107), (1000, 0.1263358, 25.26715)):
        replies = [[row, *[[row, row, end]] * (num_steps - 1)] for row in rows]
        assert toy.sequence_kl(*replies) == pytest.approx(truth, abs=5e-8)
        padded = [[row] * num_steps for row in rows]
        assert toy.sequence_kl(*padded) == pytest.approx(counting_on, abs=5e-6)


def rounds_to(value, digits):
    return pytest.approx(value, abs=0.5 * 10.0**-digits)


def test_a_draw_of_k1_is_often_negative_and_a_mean_of_many_hardly_ever():
    def chance(policy, num_samples):
        means, chances = toy.estimate_distribution(toy.k1, policy, REFERENCE, num_samples)
        return chances[means < 0].sum()

    assert chance(POLICY, 1) == rounds_to(0.3, 12)
    assert chance(POLICY, 16) == rounds_to(0.031, 3)
    assert chance(POLICY, 64) == rounds_to(8e-5, 5)
    assert chance(POLICY, 100) == rounds_to(1.1e-6, 7)
    near = toy.geometric_mixture(POLICY, REFERENCE, 0.1)
    assert toy.kl_divergence(near, REFERENCE) == rounds_to(0.006, 3)
    assert chance(near, 100) == rounds_to(0.29, 2)


@pytest.mark.parametrize("weight", [0.3, 0.1, 1e-3])
def test_near_in_ratio_k1_scatters_like_the_root_of_2_kl_and_near_in_kl_alone_it_need_not(weight):
    policy = toy.geometric_mixture(POLICY, REFERENCE, weight)
    reach, kl = np.abs(toy.log_ratio(policy, REFERENCE)).max(), toy.kl_divergence(policy, REFERENCE)
    half_square = toy.estimator_moments(toy.k2, policy, REFERENCE).mean
    assert np.exp(-reach) * kl < half_square < np.exp(reach) * kl
    assert kl < reach**2 / 2 * np.exp(reach)
    rare, reference = [1 - 1e-9, 1e-9], [0.999, 0.001]
    stds = [toy.estimator_moments(k, rare, reference).std for k in (toy.k1, toy.k3)]
    assert toy.kl_divergence(rare, reference) == rounds_to(0.0010, 4)
    assert stds == [rounds_to(0.0004, 4), rounds_to(31.6, 1)]
    assert np.sqrt(2 * toy.kl_divergence(rare, reference)) / stds[0] == pytest.approx(102, abs=1)


def errors_of_same_draws(num_samples):
    estimates, _, chances = toy.regression_distribution(POLICY, REFERENCE, num_samples)
    errors = estimates - toy.kl_divergence(POLICY, REFERENCE)
    return chances @ errors, np.sqrt(chances @ errors**2)


def variance_with_pilot(num_samples):
    _, coefficients, chances = toy.regression_distribution(POLICY, REFERENCE, num_samples)
    best = toy.optimal_coefficient(POLICY, REFERENCE)
    spread = chances @ (coefficients - best) ** 2
    least = toy.estimator_moments(toy.control_variate(best), POLICY, REFERENCE).variance
    return least + toy.chi_square_divergence(REFERENCE, POLICY) * spread


def cross_fitted(num_samples):
    bias, _ = errors_of_same_draws(num_samples // 2)
    return np.sqrt(variance_with_pilot(num_samples // 2) / num_samples + bias**2 / 2)


def test_an_estimated_coefficient_pays_only_with_many_draws():
    k1, k3 = (toy.estimator_moments(k, POLICY, REFERENCE) for k in (toy.k1, toy.k3))
    assert errors_of_same_draws(20) == (rounds_to(-0.115, 3), rounds_to(0.205, 3))
    assert errors_of_same_draws(50) == (rounds_to(-0.028, 3), rounds_to(0.100, 3))
    assert [np.sqrt(k.mse(20)) for k in (k1, k3)] == [rounds_to(0.157, 3), rounds_to(0.192, 3)]
    assert cross_fitted(20) == rounds_to(0.292, 3)
    assert np.sqrt(variance_with_pilot(50) / 20) == rounds_to(0.113, 3)
    same_draws = lambda n: errors_of_same_draws(n)[1]
    for rmse, first, step in ((same_draws, 51, 1), (cross_fitted, 74, 2)):
        assert rmse(first - step) > np.sqrt(k1.mse(first - step))
        assert rmse(first) < np.sqrt(k1.mse(first))


def under_policy(function, share, reach):
    """E[f(d); |x| < reach] for π = N(0, 1) and a share N(0, 4) in the reference, by mpmath."""
    ratio = lambda x: 1 - share + mpmath.mpf(share) / 2 * mpmath.exp(3 * x**2 / 8)
    density = lambda x: mpmath.exp(-(x**2) / 2) / mpmath.sqrt(2 * mpmath.pi)
    pieces = [0, *range(5, reach + 1, 5)]
    with mpmath.workdps(20):
        return 2 * mpmath.quad(lambda x: density(x) * function(-mpmath.log(ratio(x))), pieces)


@pytest.mark.parametrize(("share", "printed"), [(1e-2, 5.5e-4), (1e-6, 1.7e-9)])
def test_a_wider_share_in_the_reference_leaves_k3_without_a_variance(share, printed):
    kl = under_policy(oracles.k3, share, 40)
    close(float(kl), under_policy(oracles.k1, share, 40), rel=1e-6)
    assert kl < -mpmath.log(1 - mpmath.mpf(share))
    assert float(kl) == pytest.approx(printed, rel=0.03)
    # Beyond 5 the second moment of k3 is that of its largest term, (ε/2)² e^(3x²/4): it diverges.
    squares = [under_policy(lambda d: oracles.k3(d) ** 2, share, reach) for reach in (10, 20, 30)]
    tails = [
        mpmath.quad(lambda x: mpmath.exp(x**2 / 4), [reach - 5, reach])
        * mpmath.mpf(share) ** 2
        / (2 * mpmath.sqrt(2 * mpmath.pi))
        for reach in (10, 20, 30)
    ]
    assert squares[1] > 1e20 * squares[0]
    assert squares[2] > 1e20 * squares[1]
    close(float(squares[2]), tails[2], rel=1e-9)


def test_the_mean_inverse_ratio_betrays_another_sampler_but_not_every_one():
    inverse = lambda d: np.exp(-d)
    read = lambda sampler, k: toy.estimator_moments(k, POLICY, REFERENCE, sampler)
    close(read(POLICY, inverse).mean, 1.0)
    close(read(POLICY, inverse).variance, toy.chi_square_divergence(REFERENCE, POLICY))
    top_p = np.array([0.0, 0.40, 0.25, 0.30]) / 0.95
    close(read(top_p, inverse).mean, 0.65 / 0.95)
    close(read(top_p, toy.k1).mean, toy.kl_divergence(top_p, REFERENCE) + np.log(0.95))
    stale = toy.geometric_mixture(REFERENCE, POLICY, [0.54, 0.55, 1.0])
    assert np.sign(read(stale, toy.k1).mean).tolist() == [1, -1, -1]
    close(read(stale, inverse).mean[-1], 1 + toy.chi_square_divergence(REFERENCE, POLICY))
    assert read(stale, inverse).mean[-1] == rounds_to(3.0, 2)
    unseen = np.array([0.05, 0.528, 0.32, 0.102])
    close(read(unseen, inverse).mean, 1.0)
    assert read(unseen, toy.k1).bias == rounds_to(0.033, 3)
    never = [0.0, 0.45, 0.25, 0.30]
    close(toy.estimator_moments(inverse, never, REFERENCE).mean, 0.65)
    # The mean of π/μ is 1 whoever draws, unless something is left out; single ratios tell.
    for sampler, mean in ((REFERENCE, 1.0), (unseen, 1.0), (top_p, 0.95)):
        drawn = sampler > 0
        ratio = POLICY[drawn] / sampler[drawn]
        close(sampler[drawn] @ ratio, mean)
        assert np.abs(ratio - 1).max() > 0.04
    means, chances = toy.estimate_distribution(inverse, SKEWED[::-1], EVEN, 50)
    assert (means.min(), chances[means.argmin()]) == (rounds_to(0.505, 3), rounds_to(0.605, 3))


def test_a_kl_to_ten_per_cent_takes_many_draws_of_k1_near_the_reference():
    near = toy.geometric_mixture(POLICY, REFERENCE, 0.1)
    needed = lambda k, policy: (
        (
            10
            * toy.estimator_moments(k, policy, REFERENCE).std
            / toy.kl_divergence(policy, REFERENCE)
        )
        ** 2
    )
    assert needed(toy.k1, POLICY) == rounds_to(359, 0)
    assert needed(toy.k3, POLICY) == rounds_to(535, 0)
    assert needed(toy.k1, near) == pytest.approx(200 / toy.kl_divergence(near, REFERENCE), rel=0.02)
    assert needed(toy.k3, near) == rounds_to(64, 0)


def test_a_law_can_be_skewed_to_the_right_and_above_its_mean_more_often_than_not():
    values, chances = toy.estimate_distribution(toy.k3, [0.42, 0.38, 0.2], [0.11, 0.2, 0.69], 1)
    mean = chances @ values
    assert chances @ (values - mean) ** 3 > 0
    assert chances[values < mean].sum() == pytest.approx(0.38)


@pytest.mark.parametrize("d", [-3e-4, 3e-4])
def test_in_float32_k3_as_a_difference_is_0_or_the_distance_to_the_next_number(d):
    d = torch.tensor(d, dtype=torch.float32)
    assert (torch.exp(-d) + d - 1).item() in (0.0, 2.0**-23)
    close(toy.k3(float(d)), 4.5e-8, rel=2e-4)
