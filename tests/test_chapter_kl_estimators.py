"""What the chapter on estimating the KL divergence states beyond the tests of its module."""

import numpy as np
import oracles
import pytest
from worlds import EVEN, SKEWED

import toy

#: The chapter's world of four responses.
POLICY, REFERENCE = toy.HALF_TRAINED, toy.RETICENT_REFERENCE


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
