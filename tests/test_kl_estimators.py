"""The KL estimators by exact expectation: no Monte-Carlo tolerance decides anything here."""

import math

import numpy as np
import oracles
import pytest
import scipy.stats
import torch
from compare import close
from hypothesis import given
from worlds import EVEN, PAIRS, SKEWED, worlds

import toy

pairs = pytest.mark.parametrize(("policy", "reference"), PAIRS.values(), ids=PAIRS)
ESTIMATORS = [(toy.k1, oracles.k1), (toy.k2, oracles.k2), (toy.k3, oracles.k3)]
estimators = pytest.mark.parametrize(
    ("estimator", "oracle"),
    [*ESTIMATORS, (toy.control_variate(0.7), oracles.control_variate(0.7))],
    ids=["k1", "k2", "k3", "control variate"],
)
POLICY, REFERENCE = (np.array(x) for x in PAIRS["four responses"])
SAMPLER = np.array([0.3, 0.1, 0.45, 0.15])


# --- values ---------------------------------------------------------------------------------------


@pytest.mark.parametrize("d", [0.0, 1e-12, -1e-8, 3e-4, -0.03, 0.0313, -0.5, 2.0, -30.0, 700.0])
@estimators
def test_estimators_are_right_in_every_digit(estimator, oracle, d):
    # The control variate is (1 − λ) d + λ k3: two terms of both signs, hence the small allowance.
    close(estimator(d), oracle(oracles.mpf(d)), rel=2e-14, atol=1e-30)
    assert np.shape(estimator(d)) == ()


@pytest.mark.parametrize("size", [1e-3, 0.01, 0.0624, 0.0626, 0.1])
def test_k3_is_as_precise_where_it_is_a_series_as_where_it_is_not(size):
    for d in (size, -size):
        close(toy.k3(d), oracles.k3(oracles.mpf(d)), rel=1e-13)
        close(toy.k3([d, 2.0])[0], toy.k3(d), rel=0)


def test_k3_keeps_the_digits_that_float32_code_loses():
    # TRL 1.16.0, in its float32 and its order: 0 on one side, 2.6 times too much on the other.
    for d, theirs in ((-3e-4, 0.0), (3e-4, 2.0**-23)):
        one = torch.tensor(d, dtype=torch.float32)
        assert float(torch.exp(-one) - (-one) - 1) == theirs
        close(toy.k3(d), oracles.k3(oracles.mpf(d)), rel=1e-13)


def test_k1_can_be_negative_and_k2_and_k3_cannot():
    d = np.linspace(-40, 40, 1001)
    assert toy.k1(d).min() < 0
    assert toy.k2(d).min() >= 0
    assert toy.k3(d).min() >= 0


def test_k3_of_a_response_the_policy_never_gives_is_infinite():
    assert toy.k3(-np.inf) == np.inf
    assert toy.k3([np.inf, -800.0]).tolist() == [np.inf, np.inf]


def test_a_control_variate_is_k1_at_zero_and_has_its_limit_where_k3_is_infinite():
    far = np.array([-813.77, -np.inf, np.inf])
    np.testing.assert_array_equal(toy.control_variate(0.0)(far), far)
    np.testing.assert_array_equal(toy.control_variate(1.0)(far), np.full(3, np.inf))
    np.testing.assert_array_equal(toy.control_variate(-0.5)(far), [-np.inf, -np.inf, np.inf])
    assert toy.control_variate(0.0)(far[:1] + 1j).tolist() == [-813.77 + 1j]


def test_control_variate_runs_from_k1_to_k3():
    d = np.array([-2.0, 1e-9, 0.3, 5.0])
    np.testing.assert_array_equal(toy.control_variate(0.0)(d), toy.k1(d))
    np.testing.assert_array_equal(toy.control_variate(1.0)(d), toy.k3(d))
    several = toy.control_variate([0.0, 1.0])(np.stack([d, d]))
    np.testing.assert_array_equal(several, [toy.k1(d), toy.k3(d)])


@pytest.mark.parametrize("estimator", [toy.k1, toy.k2, toy.k3, toy.control_variate(0.7)])
def test_estimators_never_change_or_alias_their_input(estimator):
    d = np.array([-0.5, 0.25])
    result = estimator(d)
    result[:] = 7.0
    assert d.tolist() == [-0.5, 0.25]


# --- moments --------------------------------------------------------------------------------------


@pairs
@estimators
def test_moments_are_the_sums_over_responses(estimator, oracle, policy, reference):
    mean, variance = oracles.mean_and_variance(oracle, policy, reference)
    moments = toy.estimator_moments(estimator, policy, reference)
    # A mean may cancel between terms of the size of its standard deviation; that is its scale.
    scale = float(oracles.sqrt(variance)) + abs(float(mean))
    close(moments.mean, mean, atol=1e-14 * scale)
    close(moments.bias, mean - oracles.kl_divergence(policy, reference), atol=1e-14 * scale)
    close(moments.variance, variance, rel=1e-11)
    close(moments.std**2, moments.variance, rel=1e-15)


@estimators
def test_moments_of_another_sampler_are_the_sums_over_what_it_draws(estimator, oracle):
    mean, variance = oracles.mean_and_variance(oracle, POLICY, REFERENCE, SAMPLER)
    moments = toy.estimator_moments(estimator, POLICY, REFERENCE, SAMPLER)
    close(moments.mean, mean)
    close(moments.bias, mean - oracles.kl_divergence(POLICY, REFERENCE))
    close(moments.variance, variance)


@given(worlds(widest=8.0))
def test_k1_k3_and_every_control_variate_are_unbiased_when_the_policy_samples(world):
    for estimator in (toy.k1, toy.k3, toy.control_variate(0.4), toy.control_variate(-3.0)):
        moments = toy.estimator_moments(estimator, *world)
        assert abs(moments.bias) <= 1e-12 * (1 + moments.std)


def test_k3_is_biased_when_another_policy_samples():
    for estimator in (toy.k1, toy.k2, toy.k3):
        off_policy = toy.estimator_moments(estimator, POLICY, REFERENCE, SAMPLER)
        assert abs(off_policy.bias) > 0.01


def test_importance_weights_make_any_sampler_unbiased():
    weights = POLICY / SAMPLER
    weighted = (SAMPLER * weights * toy.k3(toy.log_ratio(POLICY, REFERENCE))).sum()
    close(weighted, toy.kl_divergence(POLICY, REFERENCE))


def test_k3_misses_the_reference_mass_on_responses_the_policy_never_gives():
    policy, reference = [0.25, 0.75, 0.0], [0.5, 0.3, 0.2]
    close(toy.estimator_moments(toy.k3, policy, reference).bias, -0.2)
    close(toy.estimator_moments(toy.k1, policy, reference).bias, 0.0, atol=1e-15)


def test_an_inverted_ratio_turns_k1_into_minus_kl_and_k3_into_chi_square_minus_kl():
    kl, chi_square = (
        toy.kl_divergence(POLICY, REFERENCE),
        toy.chi_square_divergence(POLICY, REFERENCE),
    )
    inverted = lambda k: toy.estimator_moments(lambda d: k(-d), POLICY, REFERENCE).mean
    close(inverted(toy.k1), -kl)
    close(inverted(toy.k3), chi_square - kl)


def test_clamping_the_ratio_as_verl_does_makes_k3_biased():
    policy, reference = toy.softmax([[50.0, -50.0], [-50.0, 50.0]])
    clamped = lambda d: np.clip(toy.k3(np.clip(d, -20, 20)), -10, 10)
    close(toy.kl_divergence(policy, reference), 100.0)
    close(toy.estimator_moments(clamped, policy, reference).mean, 10.0)


def test_the_homework_numbers():
    moments = {k.__name__: toy.estimator_moments(k, EVEN, SKEWED) for k, _ in ESTIMATORS}
    close(toy.kl_divergence(EVEN, SKEWED), 1.614, rel=5e-4)
    close(moments["k2"].mean, 3.943, rel=2e-4)
    close([m.std for m in moments.values()], [2.298, 3.709, 1.318], rel=4e-4)
    other = [toy.estimator_moments(k, SKEWED[::-1], EVEN).std for k, _ in ESTIMATORS]
    close(other, [0.457, 0.738, 4.468], rel=1e-3)


@pairs
def test_k2_estimates_another_divergence_half_the_mean_squared_log_ratio(policy, reference):
    bias = toy.estimator_moments(toy.k2, policy, reference).bias
    half_square = sum(
        oracles.mpf(q) * d**2 / 2
        for q, d in zip(policy, oracles.log_ratio(policy, reference), strict=True)
    )
    close(bias, half_square - oracles.kl_divergence(policy, reference), rel=1e-9, atol=1e-24)


def test_near_the_reference_k2_has_the_curvature_of_the_kl():
    # Fisher: both are half the χ² to second order, so the bias is of third order in the step.
    step = np.array([0.3, -0.5, 0.2, 0.0])
    biases = [
        toy.estimator_moments(toy.k2, REFERENCE + h * step, REFERENCE).bias for h in (1e-2, 5e-3)
    ]
    assert biases[0] / biases[1] == pytest.approx(8, rel=0.05)


def test_moments_do_not_depend_on_where_the_blocks_fall():
    rng, start = np.random.default_rng(5), toy.exact.kl_estimators._BLOCK
    policy, reference = rng.dirichlet(np.ones(2 * start + 1), 2)
    policy[:start] = 0.0
    policy /= policy.sum()
    moments = toy.estimator_moments(toy.k2, policy, reference)
    d = np.log(policy[start:] / reference[start:])
    mean = (policy[start:] * d**2 / 2).sum()
    close(moments.mean, mean)
    close(moments.variance, (policy[start:] * (d**2 / 2 - mean) ** 2).sum())
    close(moments.bias, mean - (policy[start:] * d).sum())


def test_variance_of_k3_survives_where_its_square_overflows():
    policy, reference = toy.softmax([[300.0, -300.0], [-300.0, 300.0]])
    moments = toy.estimator_moments(toy.k3, policy, reference)
    close(moments.variance, oracles.exp(600), rel=1e-11)


@pytest.mark.parametrize("block", [65536, 3], ids=["one block", "two blocks"])
def test_moments_of_many_worlds_are_the_moments_of_each(monkeypatch, block):
    monkeypatch.setattr(toy.exact.kl_estimators, "_BLOCK", block)
    rng = np.random.default_rng(6)
    policy, reference = rng.dirichlet(np.ones(5), (2, 3)), rng.dirichlet(np.ones(5), 3)
    together = toy.estimator_moments(toy.k3, policy, reference)
    for i, j in np.ndindex(2, 3):
        mean, variance = oracles.mean_and_variance(oracles.k3, policy[i, j], reference[j])
        close(together.mean[i, j], mean)
        close(together.bias[i, j], 0, atol=1e-14)
        close(together.variance[i, j], variance)


@estimators
@pytest.mark.parametrize("num_samples", [1, 2, 4])
def test_mse_is_bias_squared_plus_variance_over_n(estimator, oracle, num_samples):
    policy, reference = PAIRS["three responses"]
    mean, variance = oracles.sample_mean_moments(oracle, policy, reference, num_samples)
    mse = variance + (mean - oracles.kl_divergence(policy, reference)) ** 2
    close(toy.estimator_moments(estimator, policy, reference).mse(num_samples), mse)


def test_from_samples_to_beat_on_the_unbiased_estimator_errs_less():
    k1, k2 = (toy.estimator_moments(k, POLICY, REFERENCE) for k in (toy.k1, toy.k2))
    n = k1.samples_to_beat(k2)
    before, after = int(np.floor(n)), int(np.ceil(n))
    assert k1.mse(before) > k2.mse(before)
    assert k1.mse(after) <= k2.mse(after)
    assert k2.samples_to_beat(k1) == np.inf, "no number of samples cures a bias"


def test_samples_to_beat_is_one_where_neither_bias_nor_variance_is_larger():
    moments = toy.exact.kl_estimators.Moments
    same, better = moments(1.0, 0.0, 2.0), moments(1.0, 0.0, 1.5)
    assert same.samples_to_beat(same) == 1
    assert better.samples_to_beat(same) == 1
    assert same.samples_to_beat(better) == np.inf
    assert better.samples_to_beat(moments(1.5, 0.5, 4.0)) == 1
    many = moments(1.0, np.array([0.0, 0.3]), np.array([8.5, 8.5]))
    assert np.allclose(many.samples_to_beat(moments(1.5, 0.5, 2.0)), [26, 6.5 / 0.16])


def test_mse_takes_many_sample_counts_at_once():
    moments = toy.Moments(mean=np.array(1.0), bias=np.array(0.5), variance=np.array(2.0))
    assert moments.mse([1, 2, 8]).tolist() == [2.25, 1.25, 0.5]


@pytest.mark.parametrize("num_samples", [2, 3])
def test_the_homework_estimator_adds_a_bias_of_minus_lambda_n_minus_1_over_2n2_var(num_samples):
    policy, reference, penalty = *PAIRS["three responses"], 0.8
    variance = toy.estimator_moments(toy.k1, policy, reference).variance
    predicted = -penalty * (num_samples - 1) / (2 * num_samples**2) * variance
    actual = oracles.homework_estimator_mean(policy, reference, num_samples, penalty)
    close(predicted, actual - oracles.kl_divergence(policy, reference))
    assert predicted < -0.01


# --- the best control variate ---------------------------------------------------------------------


@pytest.mark.parametrize("name", sorted(PAIRS.keys() - {"nearly equal"}))
def test_optimal_coefficient_is_the_regression_of_k1_on_the_control(name):
    policy, reference = PAIRS[name]
    expected = oracles.optimal_coefficient(policy, reference)
    close(toy.optimal_coefficient(policy, reference), expected)


@given(worlds(widest=6.0))
def test_no_coefficient_has_less_variance_than_the_optimal_one(world):
    best = toy.optimal_coefficient(*world)
    variance = toy.estimator_moments(toy.control_variate(best), *world).variance
    for other in (best * 0.9, best * 1.1, best + 0.05, 0.0, 1.0):
        worse = toy.estimator_moments(toy.control_variate(other), *world).variance
        assert variance <= worse * (1 + 1e-9) + 1e-300


@given(worlds(widest=6.0))
def test_k3_has_less_variance_than_k1_exactly_when_the_optimal_coefficient_exceeds_half(world):
    margin = toy.optimal_coefficient(*world) - 0.5
    k1, k3 = (toy.estimator_moments(k, *world).variance for k in (toy.k1, toy.k3))
    if abs(margin) > 1e-6 and k1 > 1e-20:
        assert (k3 < k1) == (margin > 0)


@given(worlds(widest=6.0))
def test_the_optimal_coefficient_exceeds_the_smallest_ratio(world):
    policy, reference = world
    smallest = (policy / reference).min()
    if smallest < 1 - 1e-6:
        assert toy.optimal_coefficient(policy, reference) > smallest


def test_optimal_coefficient_tends_to_one_for_equal_policies():
    assert toy.optimal_coefficient(REFERENCE, REFERENCE) == 1.0
    near = toy.geometric_mixture(POLICY, REFERENCE, 1e-6)
    close(toy.optimal_coefficient(near, REFERENCE), 1.0, rel=1e-5)


@pytest.mark.parametrize(
    "name", ["homework 1E", "homework 1F", "three responses", "tiny probability"]
)
def test_k1_and_k3_have_the_same_variance_at_the_crossover_and_not_beside_it(name):
    policy, reference = PAIRS[name]
    weight = toy.variance_crossover(policy, reference)

    def surplus(w):
        path = toy.geometric_mixture(policy, reference, w)
        k1, k3 = (toy.estimator_moments(k, path, reference).variance for k in (toy.k1, toy.k3))
        return k1 / k3 - 1

    assert surplus(weight) == pytest.approx(0, abs=1e-11)
    assert surplus(weight * 0.99) > 1e-4
    assert surplus(weight * 1.01) < -1e-4


# --- the best control variate, estimated ----------------------------------------------------------

REGRESSION_PAIRS = ["homework 1E", "homework 1F", "three responses", "close"]


@pytest.mark.parametrize("num_samples", [1, 2, 4])
@pytest.mark.parametrize("name", REGRESSION_PAIRS)
def test_the_regression_estimate_has_the_law_over_all_sequences(name, num_samples):
    policy, reference = PAIRS[name]
    estimates, coefficients, chances = toy.regression_distribution(policy, reference, num_samples)
    d, expected = oracles.log_ratio(policy, reference), np.zeros(4)
    for draws, weight in oracles.sample_sequences(policy, num_samples):
        estimate, coefficient = oracles.regression_estimate([d[y] for y in draws])
        moments = estimate, estimate**2, coefficient, coefficient * estimate
        expected += np.array([weight * x for x in moments], dtype=float)
    columns = estimates, estimates**2, coefficients, coefficients * estimates
    close(chances.sum(), 1.0)
    close([chances @ column for column in columns], expected, rel=1e-11)


def test_draws_that_are_all_alike_have_no_regression_and_are_reported_as_they_are():
    twins = np.array([0.1, 0.3, 0.6]), np.array([0.2, 0.6, 0.2])
    estimates, coefficients, _ = toy.regression_distribution(*twins, 2)
    d = toy.log_ratio(*twins)
    counts = np.array([[0, 0, 2], [0, 2, 0], [2, 0, 0], [1, 1, 0]])
    alike = np.isin(estimates.round(12), (counts @ d / 2).round(12))
    assert alike.sum() == 4
    np.testing.assert_array_equal(coefficients == 0, alike)
    equal = toy.regression_distribution(REFERENCE, REFERENCE, 3)
    assert not equal[0].any()
    assert not equal[1].any()


@pytest.mark.parametrize("name", REGRESSION_PAIRS)
def test_cross_fitting_is_unbiased_and_its_error_follows_from_the_law_of_one_half(name):
    # Each half's mean has the variance of k_λ̂ over n draws; the two halves' covariance is the
    # squared bias of the estimate that takes λ̂ from its own n draws.
    policy, reference = PAIRS[name]
    n, kl = 2, toy.kl_divergence(policy, reference)
    estimates, coefficients, chances = toy.regression_distribution(policy, reference, n)
    best = toy.optimal_coefficient(policy, reference)
    least = toy.estimator_moments(toy.control_variate(best), policy, reference).variance
    of_one = least + toy.chi_square_divergence(reference, policy) * (
        chances @ (coefficients - best) ** 2
    )
    mse = (of_one / n + (chances @ estimates - kl) ** 2) / 2
    d, exact = oracles.log_ratio(policy, reference), oracles.kl_divergence(policy, reference)
    errors = [
        (weight, oracles.cross_fitted_estimate([d[y] for y in draws]) - exact)
        for draws, weight in oracles.sample_sequences(policy, 2 * n)
    ]
    close(0.0, sum(weight * error for weight, error in errors), atol=1e-16)
    close(mse, sum(weight * error**2 for weight, error in errors), rel=1e-11)


def test_a_regression_beyond_the_range_of_float64_is_refused():
    with pytest.raises(ValueError, match=r"^policy must have log-ratios >= -350.*got -351.6"):
        toy.regression_distribution([1e-153, 1.0], EVEN, 3)
    estimates, _, chances = toy.regression_distribution([1e-152, 1.0], EVEN, 3)
    close(chances @ estimates, np.log(2))


# --- as a loss ------------------------------------------------------------------------------------

SLOPES = [
    (toy.k1, lambda _: oracles.mpf(1)),
    (toy.k2, lambda d: d),
    (toy.k3, lambda d: 1 - oracles.exp(-d)),
    (toy.control_variate(0.3), lambda d: 1 - oracles.mpf(0.3) * oracles.exp(-d)),
]


@pairs
@pytest.mark.parametrize(("estimator", "slope"), SLOPES, ids=["k1", "k2", "k3", "control variate"])
def test_loss_gradient_is_the_mean_of_the_sampled_gradients(estimator, slope, policy, reference):
    expected = oracles.loss_gradient(slope, policy, reference)
    scale = max(abs(float(x)) for x in expected) + 1
    close(toy.loss_gradient(estimator, policy, reference), expected, rel=1e-9, atol=1e-15 * scale)


def test_loss_gradient_of_another_sampler_is_the_mean_over_what_it_draws():
    for estimator, slope in SLOPES:
        expected = oracles.loss_gradient(slope, POLICY, REFERENCE, SAMPLER)
        close(toy.loss_gradient(estimator, POLICY, REFERENCE, SAMPLER), expected, atol=1e-16)


def torch_gradient(estimator, sampler=None):
    """Autograd of the mean over responses, each weighted by a detached sampling probability."""
    logits = torch.tensor(np.log(POLICY), requires_grad=True)
    log_policy = torch.log_softmax(logits, dim=-1)
    weights = torch.tensor(POLICY if sampler is None else sampler)
    loss = (weights * estimator(log_policy - torch.tensor(REFERENCE).log())).sum()
    return torch.autograd.grad(loss, logits)[0].numpy()


@pytest.mark.parametrize("sampler", [None, SAMPLER], ids=["on policy", "off policy"])
@pytest.mark.parametrize(
    ("estimator", "in_torch"),
    [
        (toy.k1, lambda d: d),
        (toy.k2, lambda d: 0.5 * d**2),
        (toy.k3, lambda d: torch.expm1(-d) + d),
    ],
)
def test_autograd_returns_the_loss_gradient(estimator, in_torch, sampler):
    close(
        toy.loss_gradient(estimator, POLICY, REFERENCE, sampler),
        torch_gradient(in_torch, sampler),
        atol=1e-15,
    )


@given(worlds(widest=6.0))
def test_k1_as_a_loss_has_no_gradient_on_average(world):
    np.testing.assert_allclose(toy.loss_gradient(toy.k1, *world), 0.0, atol=1e-15)


@given(worlds(widest=6.0))
def test_k2_as_a_loss_has_the_gradient_of_the_reverse_kl(world):
    np.testing.assert_allclose(
        toy.loss_gradient(toy.k2, *world), toy.kl_gradient(*world), rtol=1e-9, atol=1e-13
    )


@given(worlds(widest=6.0))
def test_k3_as_a_loss_has_the_gradient_of_the_forward_kl(world):
    policy, reference = world
    np.testing.assert_allclose(
        toy.loss_gradient(toy.k3, *world), policy - reference, rtol=1e-9, atol=1e-13
    )


@pytest.mark.parametrize(
    ("divergence", "gradient"),
    [
        (lambda p: toy.kl_divergence(p, REFERENCE), toy.kl_gradient(POLICY, REFERENCE)),
        (lambda p: toy.kl_divergence(REFERENCE, p), POLICY - REFERENCE),
    ],
    ids=["reverse", "forward"],
)
def test_the_named_kl_gradients_are_the_finite_differences_of_the_divergences(divergence, gradient):
    logits = np.log(POLICY)
    for step in (1e-3, 1e-4, 1e-5):
        shifts = step * np.eye(4)
        differences = [
            divergence(toy.softmax(logits + s)) - divergence(toy.softmax(logits - s))
            for s in shifts
        ]
        close(
            np.array(differences) / (2 * step), gradient, rel=0, atol=step**2 + 1e-10 / step * 1e-1
        )


@pytest.mark.parametrize("lead", [1.0, 20.0, 60.0])
def test_gradients_of_a_nearly_certain_policy_are_right_in_every_digit(lead):
    exact = [oracles.exp(x) for x in oracles.log_softmax([lead, 0.0, -1.0])]
    policy, reference = toy.softmax([lead, 0.0, -1.0]), [0.5, 0.2, 0.3]
    d = oracles.log_ratio(exact, reference)
    mean = oracles.kl_divergence(exact, reference)
    expected = [p * (x - mean) for p, x in zip(exact, d, strict=True)]
    close(toy.kl_gradient(policy, reference), expected)
    close(toy.loss_gradient(toy.k2, policy, reference), expected)
    assert not toy.loss_gradient(toy.k1, policy, reference).any()
    drawn = [oracles.exp(x) for x in oracles.log_softmax([lead, 0.5, -2.0])]
    expected = oracles.loss_gradient(lambda x: x, exact, reference, drawn)
    sampler = toy.softmax([lead, 0.5, -2.0])
    close(toy.loss_gradient(toy.k2, policy, reference, sampler), expected)


def test_a_score_function_term_completes_every_unbiased_loss_to_the_kl_gradient():
    d = toy.log_ratio(POLICY, REFERENCE)
    for estimator in (toy.k1, toy.k3, toy.control_variate(0.6)):
        values = estimator(d)
        score_term = POLICY * (values - (POLICY * values).sum())
        total = score_term + toy.loss_gradient(estimator, POLICY, REFERENCE)
        close(total, toy.kl_gradient(POLICY, REFERENCE), atol=1e-15)


@pairs
def test_the_ratio_completes_every_unbiased_loss_to_the_kl_gradient(policy, reference):
    # torch's π/π.detach(): the value stays, and the gradient gains k ∇log π.
    true = toy.kl_gradient(policy, reference)
    for estimator in (toy.k1, toy.k3, toy.control_variate(0.6)):
        corrected = toy.ratio_corrected(estimator)
        d = toy.log_ratio(policy, reference)
        np.testing.assert_array_equal(corrected(d), estimator(d))
        size = np.abs(estimator(d)).max() * max(policy)
        close(toy.loss_gradient(corrected, policy, reference), true, atol=1e-14 * (1 + size))


def test_the_ratio_leaves_the_values_of_an_estimator_alone():
    corrected = toy.ratio_corrected(toy.k3)
    assert corrected([-0.5, 0.5, -np.inf]).tolist() == toy.k3([-0.5, 0.5, -np.inf]).tolist()
    assert toy.estimator_moments(corrected, POLICY, REFERENCE) == toy.estimator_moments(
        toy.k3, POLICY, REFERENCE
    )


def test_a_clamped_estimator_has_no_gradient_where_the_clamp_bites():
    policy, reference = toy.softmax([[50.0, -50.0], [-50.0, 50.0]])
    clamped = lambda d: toy.k3(np.clip(d, -20, 20))
    np.testing.assert_array_equal(toy.loss_gradient(clamped, policy, reference), [0.0, 0.0])


@pytest.mark.parametrize(
    "function",
    [
        toy.kl_gradient,
        toy.optimal_coefficient,
        lambda policy, reference: toy.loss_gradient(toy.k2, policy, reference),
    ],
)
def test_gradients_and_coefficients_of_many_worlds_are_those_of_each(function):
    rng = np.random.default_rng(13)
    policy, reference = rng.dirichlet(np.ones(4), (2, 3)), rng.dirichlet(np.ones(4), 3)
    together = function(policy, reference)
    for i, j in np.ndindex(2, 3):
        close(together[i, j], function(policy[i, j], reference[j]), atol=1e-16)


def test_a_response_the_policy_never_gives_has_no_part_in_the_gradients():
    policy, reference = [0.25, 0.75, 0.0], [0.5, 0.3, 0.2]
    d = np.log([0.25 / 0.5, 0.75 / 0.3])
    expected = [0.25, 0.75] * (d - [0.25, 0.75] @ d)
    close(toy.kl_gradient(policy, reference), [*expected, 0.0])
    close(toy.loss_gradient(toy.k2, policy, reference), [*expected, 0.0])


# --- sampling -------------------------------------------------------------------------------------


def test_sampled_estimates_follow_the_exact_law():
    # χ² goodness of fit over all 15 count vectors; a false alarm has probability 1e-4, seed fixed.
    policy, reference = PAIRS["three responses"]
    estimates, probabilities = toy.estimate_distribution(toy.k3, policy, reference, 4)
    rng = np.random.default_rng(7)
    drawn = toy.sample_estimates(rng, toy.k3, policy, reference, 4, 20_000)
    assert drawn.shape == (20_000,)
    nearest = np.abs(drawn[:, None] - estimates).argmin(axis=1)
    np.testing.assert_allclose(drawn, estimates[nearest], rtol=1e-12)
    counts = np.bincount(nearest, minlength=estimates.size)
    assert scipy.stats.chisquare(counts, probabilities * 20_000).pvalue > 1e-4


def test_sampled_estimates_come_for_every_world_and_from_the_named_sampler():
    policy, sampler = np.stack([POLICY, REFERENCE]), np.eye(4)[[1, 2]]
    rng = np.random.default_rng(8)
    drawn = toy.sample_estimates(rng, toy.k1, policy, REFERENCE, 3, 5, sampler=sampler)
    assert drawn.shape == (5, 2)
    expected = toy.log_ratio(policy, REFERENCE)[[0, 1], [1, 2]]
    np.testing.assert_allclose(drawn, np.tile(expected, (5, 1)), rtol=1e-15)


def test_responses_that_are_never_drawn_do_not_disturb_the_sampled_mean():
    # k3 is infinite where the policy is 0; such a response has no count, and 0 · ∞ must not arise.
    drawn = toy.sample_estimates(np.random.default_rng(11), toy.k3, [1.0, 0.0], EVEN, 5, 3)
    np.testing.assert_allclose(drawn, toy.k3(np.log(2)), rtol=1e-15)


def test_a_row_that_sums_to_one_but_for_rounding_can_be_sampled():
    drawn = toy.sample_estimates(np.random.default_rng(12), toy.k1, [1 + 9e-10, 0.0], EVEN, 5, 3)
    np.testing.assert_allclose(drawn, np.log(2), rtol=1e-8)


def test_sampling_depends_on_the_generator_alone():
    draw = lambda seed: toy.sample_estimates(
        np.random.default_rng(seed), toy.k1, POLICY, REFERENCE, 10, 50
    )
    np.testing.assert_array_equal(draw(9), draw(9))
    assert (draw(9) != draw(10)).any()
    before = np.random.get_state()[1].copy()  # noqa: NPY002 - the legacy state must stay untouched
    draw(9)
    np.testing.assert_array_equal(np.random.get_state()[1], before)  # noqa: NPY002


@pytest.mark.parametrize("num_samples", [1, 3])
@estimators
def test_estimate_distribution_is_the_law_over_all_sequences(estimator, oracle, num_samples):
    policy, reference = PAIRS["three responses"]
    estimates, probabilities = toy.estimate_distribution(estimator, policy, reference, num_samples)
    assert estimates.size == math.comb(num_samples + 2, 2)
    expected = {}
    d = oracles.log_ratio(policy, reference)
    for draws, weight in oracles.sample_sequences(policy, num_samples):
        value = round(float(sum(oracle(d[y]) for y in draws) / num_samples), 10)
        expected[value] = expected.get(value, 0) + weight
    actual = {}
    for value, weight in zip(estimates, probabilities, strict=True):
        actual[round(float(value), 10)] = actual.get(round(float(value), 10), 0) + weight
    assert actual.keys() == expected.keys()
    for value, weight in expected.items():
        close(actual[value], weight)


def test_estimate_distribution_has_the_exact_moments():
    for sampler in (None, SAMPLER):
        moments = toy.estimator_moments(toy.k3, POLICY, REFERENCE, sampler)
        estimates, weights = toy.estimate_distribution(toy.k3, POLICY, REFERENCE, 30, sampler)
        close(weights.sum(), 1.0)
        close(weights @ estimates, moments.mean)
        close(weights @ (estimates - moments.mean) ** 2, moments.variance / 30, rel=1e-11)


def test_the_law_of_a_single_response_is_one_point_for_any_number_of_draws():
    estimates, weights = toy.estimate_distribution(toy.k1, [1.0, 0.0], [0.25, 0.75], 10**15)
    assert (estimates.tolist(), weights.tolist()) == ([np.log(4)], [1.0])
    assert [x.tolist() for x in toy.regression_distribution([1.0], [1.0], 10**15)] == [
        [0],
        [0],
        [1],
    ]


def test_estimate_distribution_of_a_certain_policy_is_one_point():
    estimates, weights = toy.estimate_distribution(toy.k1, [1.0, 0.0], [0.25, 0.75], 5)
    close(estimates, [np.log(4)])
    close(weights, [1.0])


# --- two Gaussians --------------------------------------------------------------------------------


@pytest.mark.parametrize("shift", [0.1, 1.0, -0.7])
def test_gaussian_moments_are_the_integrals(shift):
    for name, moments in toy.gaussian_moments(shift).items():
        mean, variance = oracles.gaussian_mean_and_variance(getattr(oracles, name), shift)
        close(moments.mean, mean)
        close(moments.variance, variance)
        close(moments.bias, mean - oracles.mpf(shift) ** 2 / 2, atol=1e-16)


def test_schulmans_table_is_reproduced_to_its_printed_digits():
    # Rows of schulman2020: bias and standard deviation over the true KL, for shifts 0.1 and 1.
    printed = {0.1: {"k1": (0, 20), "k2": (0.002, 1.42), "k3": (0, 1.42)}}
    printed[1.0] = {"k1": (0, 2), "k2": (0.25, 1.73), "k3": (0, 1.7)}
    for shift, rows in printed.items():
        for name, (bias, std) in rows.items():
            moments = toy.gaussian_moments(shift)[name]
            kl = shift**2 / 2
            assert float(moments.bias / kl) == pytest.approx(bias, abs=6e-4)
            assert float(moments.std / kl) == pytest.approx(std, abs=6e-3)


# --- the chapter's world --------------------------------------------------------------------------


# --- bad input ------------------------------------------------------------------------------------

FUNCTIONS = [
    lambda policy, reference: toy.estimator_moments(toy.k1, policy, reference),
    lambda policy, reference: toy.loss_gradient(toy.k2, policy, reference),
    lambda policy, reference: toy.estimate_distribution(toy.k3, policy, reference, 2),
    lambda policy, reference: toy.sample_estimates(
        np.random.default_rng(0), toy.k1, policy, reference, 2, 2
    ),
    toy.kl_gradient,
    toy.optimal_coefficient,
    lambda policy, reference: toy.regression_distribution(policy, reference, 2),
    toy.variance_crossover,
]


@pytest.mark.parametrize("function", FUNCTIONS)
@pytest.mark.parametrize(
    ("policy", "reference", "message"),
    [
        ([0.5, 0.6], EVEN, "policy must sum to 1"),
        ([np.nan, 1.0], EVEN, "policy must hold no NaN"),
        (EVEN, [0.5, 0.6], "reference must sum to 1"),
        (EVEN, [1.0, 0.0], "reference must be > 0 wherever the policy is"),
        (EVEN, [0.2, 0.3, 0.5], "must have the same number of responses"),
    ],
)
def test_bad_worlds_are_refused_by_name_and_rule(function, policy, reference, message):
    with pytest.raises(ValueError, match=message):
        function(policy, reference)


@pytest.mark.parametrize("function", FUNCTIONS)
def test_worlds_are_never_changed(function):
    policy, reference = POLICY.copy(), REFERENCE.copy()
    policy.setflags(write=False)
    reference.setflags(write=False)
    function(policy, reference)
    np.testing.assert_array_equal([policy, reference], [POLICY, REFERENCE])


@pytest.mark.parametrize("count", [0, -1, 2.5, np.nan, np.inf, "three", None, [1, 2]])
def test_a_sample_count_that_is_no_whole_number_from_one_is_refused(count):
    rng = np.random.default_rng(0)
    with pytest.raises(ValueError, match=r"^num_samples must"):
        toy.sample_estimates(rng, toy.k1, EVEN, SKEWED, count, 1)
    with pytest.raises(ValueError, match=r"^num_replications must"):
        toy.sample_estimates(rng, toy.k1, EVEN, SKEWED, 1, count)
    with pytest.raises(ValueError, match=r"^num_samples must"):
        toy.estimate_distribution(toy.k1, EVEN, SKEWED, count)
    if count != [1, 2]:
        with pytest.raises(ValueError, match=r"^n must"):
            toy.estimator_moments(toy.k1, EVEN, SKEWED).mse(count)


@pytest.mark.parametrize("rng", [None, 0, np.random])
def test_randomness_must_be_passed_in(rng):
    with pytest.raises(ValueError, match=r"^rng must be a numpy.random.Generator"):
        toy.sample_estimates(rng, toy.k1, EVEN, SKEWED, 1, 1)


def test_a_sampler_may_not_draw_what_the_policy_never_gives():
    policy, reference = [0.25, 0.75, 0.0], [0.5, 0.3, 0.2]
    with pytest.raises(ValueError, match=r"^sampler must be 0 wherever the policy is"):
        toy.estimator_moments(toy.k1, policy, reference, sampler=[0.5, 0.4, 0.1])
    moments = toy.estimator_moments(toy.k1, policy, reference, sampler=[0.5, 0.5, 0.0])
    close(moments.mean, (np.log(0.25 / 0.5) + np.log(0.75 / 0.3)) / 2)
    with pytest.raises(ValueError, match=r"^sampler must sum to 1"):
        toy.estimator_moments(toy.k1, EVEN, EVEN, sampler=[0.5, 0.4])


def test_an_estimator_that_is_not_elementwise_is_refused():
    with pytest.raises(
        ValueError, match=r"^estimator must be elementwise, shape \(2,\); got shape"
    ):
        toy.estimator_moments(np.mean, EVEN, SKEWED)


@pytest.mark.parametrize(
    ("estimator", "message"),
    [
        (
            lambda d: d * np.nan,
            "must be finite for every response .*; got .?nan",
        ),
        (lambda d: np.full(d.shape, "a"), "must return real numbers; got <U1"),
        (lambda _: [[1], [1, 2]], "must have rows of equal length"),
        (lambda _: None, "must be elementwise"),
    ],
    ids=["NaN", "text", "ragged", "nothing"],
)
def test_an_estimator_that_returns_no_numbers_is_refused_by_name(estimator, message):
    for function in (
        toy.estimator_moments,
        toy.loss_gradient,
        lambda k, policy, reference: toy.estimate_distribution(k, policy, reference, 2),
        lambda k, *pair: toy.sample_estimates(np.random.default_rng(0), k, *pair, 2, 2),
    ):
        with pytest.raises(ValueError, match=f"^estimator {message}"):
            function(estimator, EVEN, SKEWED)


def test_an_estimator_of_real_numbers_returns_real_numbers():
    with pytest.raises(ValueError, match=r"^estimator must return real numbers; got complex128"):
        toy.estimator_moments(lambda d: d + 1j, EVEN, SKEWED)


@pytest.mark.parametrize("function", [toy.estimator_moments, toy.loss_gradient])
def test_a_ratio_that_overflows_is_refused_and_one_that_does_not_is_right(function):
    with pytest.raises(ValueError, match=r"^estimator must be finite .* log-ratio -713.108"):
        function(toy.k3, [1e-310, 1.0], EVEN)
    near = toy.estimator_moments(toy.k3, [1e-300, 1.0], EVEN)
    close(near.mean, np.log(2), rel=1e-10)
    close(near.variance, 2.5e299, rel=1e-9)
    close(toy.loss_gradient(toy.k3, [1e-300, 1.0], EVEN), [-0.5, 0.5])


def test_an_estimator_that_drops_the_complex_step_is_refused():
    with pytest.raises(ValueError, match=r"^estimator must be analytic"):
        toy.loss_gradient(np.abs, EVEN, SKEWED)


@pytest.mark.parametrize("estimator", [toy.k1, toy.k2, toy.k3, toy.control_variate(0.5)])
def test_a_log_ratio_that_is_not_a_number_is_refused(estimator):
    with pytest.raises(ValueError, match=r"^log_ratio must hold no NaN"):
        estimator([0.0, np.nan])
    with pytest.raises(ValueError, match=r"^log_ratio must hold real numbers"):
        estimator("d")
    with pytest.raises(ValueError, match=r"^log_ratio must have rows of equal length"):
        estimator([[0.0], [0.0, 1.0]])


@pytest.mark.parametrize("bad", [np.nan, np.inf, "half"])
def test_coefficients_and_shifts_must_be_finite_numbers(bad):
    with pytest.raises(ValueError, match=r"^coefficient must"):
        toy.control_variate(bad)
    with pytest.raises(ValueError, match=r"^shift must"):
        toy.gaussian_moments(bad)


def test_two_gaussians_too_far_apart_for_float64_are_refused():
    assert np.isfinite(toy.gaussian_moments(-26.6)["k3"].variance)
    for far in (26.7, -1e200):
        with pytest.raises(ValueError, match=r"^shift must lie within .26.6"):
            toy.gaussian_moments(far)


def test_a_coefficient_too_small_for_float64_is_zero_without_a_warning():
    assert toy.optimal_coefficient([1e-310, 1.0], EVEN) == 0


def test_single_world_functions_say_so():
    with pytest.raises(ValueError, match=r"^policy.* must be single distributions"):
        toy.variance_crossover([POLICY, POLICY], REFERENCE)
    with pytest.raises(ValueError, match=r"^policy.* must be single distributions"):
        toy.estimate_distribution(toy.k1, [POLICY, POLICY], REFERENCE, 2)
    with pytest.raises(ValueError, match=r"^policy.* must be single distributions"):
        toy.regression_distribution([POLICY, POLICY], REFERENCE, 2)
    with pytest.raises(ValueError, match=r"^policy must differ from the reference"):
        toy.variance_crossover(POLICY, POLICY)


def test_a_law_too_large_to_list_is_refused_with_a_way_out():
    uniform = np.full(8, 1 / 8)
    message = r"^num_samples must .* draws of 8 responses; use sample_estimates"
    with pytest.raises(ValueError, match=message):
        toy.estimate_distribution(toy.k1, uniform, uniform, 500)
    with pytest.raises(ValueError, match=r"^num_samples must .*; take fewer samples"):
        toy.regression_distribution(uniform, uniform, 500)


@pytest.mark.filterwarnings("error")
def test_means_of_many_draws_do_not_overflow_where_one_draw_does_not():
    estimates = toy.sample_estimates(
        np.random.default_rng(0), lambda d: 1e299 * np.sign(d), [0.5, 0.5], [0.25, 0.75], 10**15, 5
    )
    assert np.isfinite(estimates).all()
