"""The claims of the chapter on estimating the KL divergence (homework 1E and 1F)."""

import numpy as np

from toy.claims.base import Claim, Turn
from toy.exact.bandits import HALF_TRAINED, RETICENT_REFERENCE
from toy.exact.distributions import kl_divergence, kl_gradient, log_ratio
from toy.exact.kl_estimators import estimator_moments, k1, k2, k3, loss_gradient
from toy.exact.policy_gradient import policy_gradient
from toy.exact.sequences import sequence_kl_gradient, sequence_loss_gradient, token_loss_gradient

#: The chapter's world of four responses.
POLICY, REFERENCE = HALF_TRAINED, RETICENT_REFERENCE

#: The homework's world, and its mirror image: policy first.
EVEN, RARE = np.array([0.5, 0.5]), np.array([0.01, 0.99])
HOMEWORK, MIRRORED = (EVEN, RARE), (RARE[::-1], EVEN)

#: A reply of two tokens, the second one's row chosen by the first: policy, and reference.
FIRST, FIRST_REFERENCE = np.array([0.8, 0.2]), np.array([0.3, 0.7])
SECOND, SECOND_REFERENCE = np.array([[[0.6, 0.4], [0.3, 0.7]], [[0.2, 0.8], [0.9, 0.1]]])
REPLIES = [FIRST, SECOND], [FIRST_REFERENCE, SECOND_REFERENCE]

ESTIMATORS = {"k1": k1, "k2": k2, "k3": k3}


def stds(policy: np.ndarray, reference: np.ndarray) -> dict[str, float]:
    """Return the standard deviation of one draw of each estimator."""
    return {n: float(estimator_moments(k, policy, reference).std) for n, k in ESTIMATORS.items()}


def gradient_errors() -> dict[str, float]:
    """Return how far each estimator's mean gradient, as a loss, is from that of KL(π ‖ π_ref)."""
    true = kl_gradient(POLICY, REFERENCE)
    gradients = {n: loss_gradient(k, POLICY, REFERENCE) for n, k in ESTIMATORS.items()}
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
    true, d = kl_gradient(POLICY, REFERENCE), log_ratio(POLICY, REFERENCE)
    gradients = {"k1": policy_gradient(POLICY, k1(d)), "k3": policy_gradient(POLICY, k3(d))}
    return {name: float(np.linalg.norm(gradient - true)) for name, gradient in gradients.items()}


def repair_bias(num_samples: int = 4, penalty: float = 1.0) -> float:
    """Return what the homework's repair of k2 adds to k1: −λ(N − 1)/(2N²) Var(d)."""
    variance = float(estimator_moments(k1, POLICY, REFERENCE).variance)
    return -penalty * (num_samples - 1) / (2 * num_samples**2) * variance


TESTS = "tests/test_kl_estimators.py::"

CLAIMS = (
    Claim(
        key="sampled-kl",
        chapter="kl_estimators",
        origin="homework 1E",
        says="The KL is hard to compute because its expectation is intractable.",
        verdict="right",
        evidence=lambda: {"digits": 100 * np.log10(50_000)},
        decides=lambda digits: digits > 400,
        shows="100 tokens from a vocabulary of 50,000 make $10^{{{digits:.0f}}}$ responses.",
        test="tests/test_sequences.py::test_the_divergence_of_long_markov_sequences_follows_the_last_token_alone",
    ),
    Claim(
        key="negative-kl",
        chapter="kl_estimators",
        origin="students",
        says="A negative KL in the log means a bug.",
        verdict="refuted",
        evidence=lambda: {"chance": POLICY[log_ratio(POLICY, REFERENCE) < 0].sum()},
        decides=lambda chance: chance > 0,
        shows="A draw of k1 is negative with probability {chance:.2f}; the divergence never is.",
        test=TESTS + "test_k1_can_be_negative_and_k2_and_k3_cannot",
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
        decides=lambda here, there, repaired: here < 0 < there and abs(repaired) > 0,
        shows="The bias of k2 has either sign, {here:+.3f} and {there:+.3f}; the repair adds "
        "{repaired:+.3f} to k1, which has none.",
        test=TESTS
        + "test_the_homework_estimator_adds_a_bias_of_minus_lambda_n_minus_1_over_2n2_var",
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
            "mean": float(estimator_moments(k3, POLICY, REFERENCE, sampler=REFERENCE).mean),
        },
        decides=lambda kl, mean: abs(mean - kl) > 1,
        shows="With the reference sampling, k3 reports {mean:.2f} nats; the truth is {kl:.2f}.",
        test=TESTS + "test_k3_is_biased_when_another_policy_samples",
        turn=Turn("the reference were the policy itself", "REFERENCE", POLICY),
    ),
)
