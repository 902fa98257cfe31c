"""What the chapter on estimating the KL divergence states beyond the tests of its module."""

import numpy as np
import oracles
import pytest
import torch
from worlds import EVEN, SKEWED

import toy

#: The chapter's world of four responses.
POLICY, REFERENCE = toy.HALF_TRAINED, toy.RETICENT_REFERENCE

#: The chapter's reply of two tokens, policy and reference.
REPLIES = (
    [[0.8, 0.2], np.array([[0.6, 0.4], [0.3, 0.7]])],
    [[0.3, 0.7], np.array([[0.2, 0.8], [0.9, 0.1]])],
)


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


def test_k3_in_the_reward_drives_a_rare_response_further_away():
    d = toy.log_ratio(POLICY, REFERENCE)
    in_reward = toy.policy_gradient(POLICY, toy.k3(d))
    true = toy.kl_gradient(POLICY, REFERENCE)
    assert [in_reward[0], true[0]] == pytest.approx([0.184, -0.116], abs=0.0005)
    np.testing.assert_allclose(in_reward, true - (POLICY - REFERENCE), atol=1e-15)


def test_the_numbers_of_replies_that_end():
    rows = np.array([0.5, 0.3, 0.2]), np.array([0.4, 0.4, 0.2])
    end = np.array([0.0, 0.0, 1.0])
    for num_steps, truth, counting_on in ((4, 0.0745886, 0.10107), (1000, 0.1263358, 25.26715)):
        replies = [[row, *[[row, row, end]] * (num_steps - 1)] for row in rows]
        assert toy.sequence_kl(*replies) == pytest.approx(truth, abs=5e-8)
        padded = [[row] * num_steps for row in rows]
        assert toy.sequence_kl(*padded) == pytest.approx(counting_on, abs=5e-6)
