"""The claims of the chapter on estimating the KL divergence (homework 1E and 1F)."""

import math
from typing import Any

import numpy as np

from toy.claims.base import Claim, Turn
from toy.exact.bandits import HALF_TRAINED, RETICENT_REFERENCE, TEMPTING
from toy.exact.distributions import kl_divergence, kl_gradient, log_ratio, slope_of_mean
from toy.exact.enumeration import count_probabilities, count_vectors
from toy.exact.kl_estimators import (
    Estimator,
    estimate_distribution,
    estimator_moments,
    k1,
    k2,
    k3,
    loss_gradient,
    regression_distribution,
)
from toy.exact.policy_gradient import policy_gradient
from toy.exact.rlhf_objective import gibbs_policy
from toy.exact.sequences import sequence_kl_gradient, sequence_loss_gradient, token_loss_gradient

#: The chapter's world of four responses.
POLICY, REFERENCE = HALF_TRAINED, RETICENT_REFERENCE

#: The optimum of the chapter's losses, at β = ½.
BASE = TEMPTING.reference[0]
OPTIMUM = gibbs_policy(TEMPTING.reward[0], BASE, 0.5)

#: Who draws, where it is not the policy.
SAMPLER = REFERENCE

#: The homework's world, and its mirror image: policy first.
EVEN, RARE = np.array([0.5, 0.5]), np.array([0.01, 0.99])
HOMEWORK, MIRRORED = (EVEN, RARE), (RARE[::-1], EVEN)

#: A reply of two tokens, the second one's row chosen by the first: policy, and reference.
FIRST, FIRST_REFERENCE = np.array([0.8, 0.2]), np.array([0.3, 0.7])
SECOND, SECOND_REFERENCE = np.array([[[0.6, 0.4], [0.3, 0.7]], [[0.2, 0.8], [0.9, 0.1]]])
REPLIES = [FIRST, SECOND], [FIRST_REFERENCE, SECOND_REFERENCE]

#: Near in KL, .001 nats, and far in ratio: policy first.
NEAR = np.array([1 - 1e-9, 1e-9]), np.array([0.999, 0.001])

#: The replies of a language model, and how many of the last tokens the next one depends on.
VOCABULARY, LENGTH, MEMORY = 50_000, 100, 99

#: How many draws a log averages before it shows a number, and how many a λ is estimated from.
LOGGED, DRAWS = 64, 20


def prefixes() -> dict[str, float]:
    """Return how many next-token rows the chain rule visits, as a power of ten."""
    rows = sum(VOCABULARY ** min(t, MEMORY) for t in range(LENGTH))
    return {"digits": math.log10(rows)}


def chance_of_a_negative(num_samples: int) -> float:
    """Return the probability that the mean of some draws of k1 is negative."""
    estimates, chances = estimate_distribution(k1, POLICY, REFERENCE, num_samples)
    return float(chances[estimates < 0].sum())


def errors_with_an_estimated_coefficient() -> dict[str, float]:
    """Return the bias and the error of λ̂ from the same draws, and the errors of k1 and k3."""
    kl = kl_divergence(POLICY, REFERENCE)
    estimates, _, chances = regression_distribution(POLICY, REFERENCE, DRAWS)
    errors = {k.__name__: estimator_moments(k, POLICY, REFERENCE).mse(DRAWS) for k in (k1, k3)}
    errors["rmse"] = chances @ (estimates - kl) ** 2
    return {"bias": float(chances @ estimates - kl)} | {n: float(e**0.5) for n, e in errors.items()}


def stds(policy: np.ndarray, reference: np.ndarray) -> dict[str, float]:
    """Return the standard deviation of one draw of each estimator."""
    estimators = {"k1": k1, "k2": k2, "k3": k3}
    return {n: float(estimator_moments(k, policy, reference).std) for n, k in estimators.items()}


def gradient_errors() -> dict[str, float]:
    """Return how far each estimator's mean gradient, as a loss, is from that of KL(π ‖ π_ref)."""
    true = kl_gradient(OPTIMUM, BASE)
    gradients = {k.__name__: loss_gradient(k, OPTIMUM, BASE) for k in (k1, k2, k3)}
    return {name: float(np.linalg.norm(g - true)) for name, g in gradients.items()}


def k3_pulls() -> dict[str, float]:
    """Return how k3 pulls the first logit of the first row, and of the first of the second rows."""
    each, whole = token_loss_gradient(k3, *REPLIES), sequence_loss_gradient(k3, *REPLIES)
    names = {"token": each, "forward": whole}  # k3 of the whole response has the forward KL's
    return {
        f"{name}_{step}": float(tables[t][(0,) * tables[t].ndim])
        for name, tables in names.items()
        for t, step in enumerate(("first", "second"))
    }


def reward_errors() -> dict[str, float]:
    """Return how far a penalty in the reward is, in its gradient, from that of KL(π ‖ π_ref)."""
    true, d = kl_gradient(OPTIMUM, BASE), log_ratio(OPTIMUM, BASE)
    gradients = {"k1": policy_gradient(OPTIMUM, k1(d)), "k3": policy_gradient(OPTIMUM, k3(d))}
    return {name: float(np.linalg.norm(gradient - true)) for name, gradient in gradients.items()}


def both_parts(
    estimator: Estimator, policy: np.ndarray, reference: np.ndarray, autodiff: Any = loss_gradient
) -> np.ndarray:
    """Return the gradient of E_π[k(d)], in which the sampler moves as well."""
    moved = slope_of_mean(policy, estimator(log_ratio(policy, reference)))
    return np.asarray(moved + autodiff(estimator, policy, reference))


def repair_bias(num_samples: int = 4, penalty: float = 1.0) -> float:
    """Return the bias of the homework's repair, d̄ − α/(2N²) Σ (d − d̄)², over all count vectors."""
    counts = count_vectors("num_samples", num_samples, POLICY.size, "")
    d, shares = log_ratio(POLICY, REFERENCE), counts / num_samples
    scatter = shares @ d**2 - (shares @ d) ** 2
    estimates = shares @ d - penalty / (2 * num_samples) * scatter
    mean = count_probabilities(POLICY, counts) @ estimates
    return float(mean - kl_divergence(POLICY, REFERENCE))


TESTS = "tests/test_kl_estimators.py::"

CLAIMS = (
    Claim(
        key="sampled-kl",
        chapter="kl_estimators",
        origin="homework 1E",
        says="The KL is hard to compute because its expectation is intractable.",
        verdict="right",
        evidence=prefixes,
        decides=lambda digits: digits > 80,
        shows="100 tokens from a vocabulary of 50,000 have $10^{{{digits:.0f}}}$ prefixes, each "
        "with a next-token row of its own.",
        test="tests/test_sequences.py::test_the_divergence_of_long_markov_sequences_follows_the_last_token_alone",
        turn=Turn("the next token depended on the last one alone", "MEMORY", 1),
    ),
    Claim(
        key="negative-kl",
        chapter="kl_estimators",
        origin="students",
        says="A negative KL in the log means a bug.",
        verdict="incomplete",
        evidence=lambda: {
            "draw": chance_of_a_negative(1),
            "mean": chance_of_a_negative(LOGGED),
        },
        decides=lambda draw, mean: mean < 0.001 < 0.1 < draw,
        shows="One draw of k1 is negative with probability {draw:.2f}, the mean of 64 with "
        "probability {mean:.0e}.",
        test="tests/test_chapter_kl_estimators.py::"
        "test_a_draw_of_k1_is_often_negative_and_a_mean_of_many_hardly_ever",
        turn=Turn("a log showed single draws", "LOGGED", 1),
    ),
    Claim(
        key="squaring",
        chapter="kl_estimators",
        origin="homework 1E",
        says="Squaring the log-ratio reduces the impact of extreme values.",
        verdict="refuted",
        evidence=lambda: stds(*HOMEWORK),
        decides=lambda k1, k2, **_: k2 > k1,
        shows="One draw has the standard deviation {k1:.3f} for k1 and {k2:.3f} for k2.",
        test=TESTS + "test_the_homework_numbers",
        turn=Turn(
            "the reference were (0.45, 0.55), near the policy in ratio",
            "HOMEWORK",
            (EVEN, np.array([0.45, 0.55])),
        ),
    ),
    Claim(
        key="k3-better",
        chapter="kl_estimators",
        origin="students",
        says="k3 is strictly better than k1.",
        verdict="refuted",
        evidence=lambda: stds(*MIRRORED),
        decides=lambda k1, k3, **_: k3 > k1,
        shows="One draw has the standard deviation {k1:.3f} for k1 and {k3:.3f} for k3.",
        test=TESTS
        + "test_k3_has_less_variance_than_k1_exactly_when_the_optimal_coefficient_exceeds_half",
        turn=Turn("the two policies changed places", "MIRRORED", MIRRORED[::-1]),
    ),
    Claim(
        key="near-reference",
        chapter="kl_estimators",
        origin="students",
        says="Near the reference k3 scatters less than k1.",
        verdict="incomplete",
        evidence=lambda: {"kl": float(kl_divergence(*NEAR)), **stds(*NEAR)},
        decides=lambda kl, k1, k3, **_: kl < 0.002 and k3 > k1,
        shows="At {kl:.4f} nats one draw can have the standard deviation {k1:.4f} for k1 and "
        "{k3:.1f} for k3: what counts is the largest log-ratio.",
        test="tests/test_chapter_kl_estimators.py::"
        "test_near_in_ratio_k1_scatters_like_the_root_of_2_kl_and_near_in_kl_alone_it_need_not",
        turn=Turn(
            "the policy were (0.9972, 0.0028), as near in KL and nearer in ratio",
            "NEAR",
            (np.array([0.9972, 0.0028]), NEAR[1]),
        ),
    ),
    Claim(
        key="same-draws",
        chapter="kl_estimators",
        origin="students",
        says="The best coefficient can be estimated from the draws that it is used on.",
        verdict="incomplete",
        evidence=errors_with_an_estimated_coefficient,
        decides=lambda bias, rmse, k1, k3: abs(bias) > 0.001 and rmse > max(k1, k3),
        shows="From the same 20 draws the bias is {bias:+.3f} and the error {rmse:.3f}, where k1 "
        "errs by {k1:.3f} and k3 by {k3:.3f}.",
        test=TESTS + "test_the_regression_estimate_has_the_law_over_all_sequences",
        turn=Turn("there were a hundred draws", "DRAWS", 100),
    ),
    Claim(
        key="jensen",
        chapter="kl_estimators",
        origin="homework 1F",
        says="k2 is biased because of Jensen's inequality; subtract a variance.",
        verdict="refuted",
        evidence=lambda: {
            "here": float(estimator_moments(k2, POLICY, REFERENCE).bias),
            "there": float(estimator_moments(k2, *HOMEWORK).bias),
            "repaired": repair_bias(),
        },
        decides=lambda here, there, repaired: here < 0 < there and repaired < -0.001,
        shows="The bias of k2 has either sign, {here:+.3f} and {there:+.3f}; the repair adds "
        "{repaired:+.3f} to k1, which has none.",
        test=TESTS
        + "test_the_homework_estimator_adds_a_bias_of_minus_lambda_n_minus_1_over_2n2_var",
        turn=Turn(
            "the estimator were $e^d - 1$, which is nowhere below k1", "k2", lambda d: np.expm1(d)
        ),
    ),
    Claim(
        key="unbiased-gradient",
        chapter="kl_estimators",
        origin="students",
        says="An unbiased estimate of the KL has, as a loss, an unbiased gradient.",
        verdict="refuted",
        evidence=gradient_errors,
        decides=lambda k1, k2, k3: k1 > 0.1 and k2 < 1e-12 and k3 > 0.1,
        shows="The mean gradient misses the true one by {k1:.3f} (k1, unbiased), "
        "{k2:.3f} (k2, biased) and {k3:.3f} (k3, unbiased).",
        test=TESTS + "test_k3_as_a_loss_has_the_gradient_of_the_forward_kl",
        turn=Turn(
            "automatic differentiation saw the sampler move as well", "loss_gradient", both_parts
        ),
    ),
    Claim(
        key="kl-per-token",
        chapter="kl_estimators",
        origin="students",
        says="Per token or per response, the KL as a loss has the same gradient.",
        verdict="refuted",
        evidence=lambda: {
            "true": float(sequence_kl_gradient(*REPLIES)[0][0]),
            "whole": float(sequence_loss_gradient(k2, *REPLIES)[0][0]),
            "each": float(token_loss_gradient(k2, *REPLIES)[0][0]),
        },
        decides=lambda true, whole, each: abs(whole - true) < 1e-12 and abs(each - true) > 0.1,
        shows="In the first token's logit the KL pulls with {true:.3f}, k2 of the whole response "
        "with {whole:.3f}, and k2 token by token with {each:.3f}.",
        test="tests/test_sequences.py::test_what_per_token_k2_leaves_out_is_the_kl_still_to_come",
        turn=Turn(
            "the second token did not depend on the first",
            "REPLIES",
            ([FIRST, SECOND[0]], [FIRST_REFERENCE, SECOND_REFERENCE[0]]),
        ),
    ),
    Claim(
        key="k3-per-token",
        chapter="kl_estimators",
        origin="students",
        says="k3 in GRPO's loss pulls like the forward KL.",
        verdict="incomplete",
        evidence=k3_pulls,
        decides=lambda token_first, forward_first, token_second, forward_second: (
            abs(token_first - forward_first) < 1e-12 and abs(token_second - forward_second) > 0.1
        ),
        shows="At the first token both pull with {token_first:.2f}; at the second k3 token by "
        "token with {token_second:.2f} and the forward KL with {forward_second:.2f}.",
        test="tests/test_sequences.py::"
        "test_k3_per_response_pulls_like_the_forward_kl_and_per_token_with_the_policys_prefixes",
        turn=Turn(
            "the policy wrote its first token as the reference does",
            "REPLIES",
            ([FIRST_REFERENCE, SECOND], [FIRST_REFERENCE, SECOND_REFERENCE]),
        ),
    ),
    Claim(
        key="k3-in-reward",
        chapter="kl_estimators",
        origin="students",
        says="k3 is unbiased, so it may stand in the reward as k1 does.",
        verdict="refuted",
        evidence=reward_errors,
        decides=lambda k1, k3: k1 < 1e-12 and k3 > 0.1,
        shows="As a penalty in the reward k1 misses the KL's gradient by {k1:.3f}, and k3 by "
        "{k3:.3f}.",
        test="tests/test_sequences.py::"
        "test_an_unbiased_estimator_in_the_reward_and_in_the_loss_make_the_gradient_together",
        turn=Turn("k3 had, as k1 has, no gradient as a loss", "k3", k1),
    ),
    Claim(
        key="whoever-samples",
        chapter="kl_estimators",
        origin="students",
        says="k3 is unbiased, whoever samples.",
        verdict="refuted",
        evidence=lambda: {
            "kl": float(kl_divergence(POLICY, REFERENCE)),
            "mean": float(estimator_moments(k3, POLICY, REFERENCE, sampler=SAMPLER).mean),
        },
        decides=lambda kl, mean: abs(mean - kl) > 1,
        shows="With the reference sampling, k3 reports {mean:.2f} nats; the truth is {kl:.2f}.",
        test=TESTS + "test_k3_is_biased_when_another_policy_samples",
        turn=Turn("the policy itself drew", "SAMPLER", POLICY),
    ),
)
