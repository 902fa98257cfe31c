"""The claims of the first chapter: on logits, sampling, the KL divergence and its price."""

import numpy as np

from toy.claims.base import Claim, Turn
from toy.exact.bandits import SHY_REFERENCE, TEMPTING
from toy.exact.distributions import (
    expectation,
    kl_divergence,
    log_softmax,
    softmax,
    total_variation,
)
from toy.exact.rlhf_objective import gibbs_policy, objective_terms

#: A policy that has learnt to say Canberra, and the reference that hardly ever does.
BOLD, SHY = np.array([0.25, 0.10, 0.05, 0.60]), SHY_REFERENCE.reference[0]

REFERENCE, REWARD, BETA = TEMPTING.reference[0], TEMPTING.reward[0], 0.5

#: The policy that is best at that price.
OPTIMUM = gibbs_policy(REWARD, REFERENCE, BETA)

LOGITS = np.array([2.0, 0.0, -1.0])


def sampling_error(num_samples: int = 1000, third_digit: float = 0.0005) -> dict[str, float]:
    """Return the error that 95 % of sampled mean rewards stay below, and when that is a digit."""
    mean = expectation(REFERENCE, REWARD)
    std = np.sqrt(expectation(REFERENCE, (REWARD - mean) ** 2))
    error = 1.96 * std / np.sqrt(num_samples)
    return {"error": float(error), "needed": float((1.96 * std / third_digit) ** 2) / 1e6}


def detour() -> dict[str, float]:
    """Return the KL from one end to the other, directly and by way of a third policy."""
    first, middle, last = np.array([[0.5, 0.5], [0.25, 0.75], [0.01, 0.99]])
    by_way = kl_divergence(first, middle) + kl_divergence(middle, last)
    return {"direct": float(kl_divergence(first, last)), "by_way": float(by_way)}


def bargains() -> dict[str, float]:
    """Return what the reference, the greediest policy and the optimum are worth."""
    policies = np.array([REFERENCE, np.arange(4) == REWARD.argmax(), OPTIMUM], dtype=float)
    reference, greedy, best = objective_terms(policies, REWARD, REFERENCE, BETA).total
    return {"reference": float(reference), "greedy": float(greedy), "best": float(best)}


CLAIMS = (
    Claim(
        key="three-digits",
        chapter="bandits",
        origin="students",
        says="A thousand samples give an expectation to three digits.",
        verdict="refuted",
        evidence=sampling_error,
        decides=lambda error, needed: error > 0.0005 and needed > 0.001,
        shows="95 % of the errors are below {error:.3f}; for the third digit it takes "
        "{needed:.1f} million samples.",
        test="tests/test_bandits.py::test_a_sampled_mean_scatters_by_the_standard_deviation_over_root_n",
        turn=Turn(
            "the rewards lay a hundred times closer to their mean",
            "REWARD",
            0.42 + (REWARD - 0.42) / 100,
        ),
    ),
    Claim(
        key="logits-identified",
        chapter="bandits",
        origin="students",
        says="A policy's logits are its log-probabilities.",
        verdict="refuted",
        evidence=lambda: {
            "excess": float((LOGITS - log_softmax(LOGITS)).mean()),
            "change": float(np.abs(softmax(LOGITS + 5) - softmax(LOGITS)).max()),
        },
        decides=lambda excess, change: excess > 1 and change < 1e-15,
        shows="The logits (2, 0, −1) exceed the log-probabilities by {excess:.3f}, and adding 5 to "
        "each changes no probability.",
        test="tests/test_distributions.py::test_softmax_ignores_a_shift_of_all_logits",
        turn=Turn(
            "the logits were those whose exponentials sum to one", "LOGITS", np.log([0.6, 0.3, 0.1])
        ),
    ),
    Claim(
        key="kl-symmetric",
        chapter="bandits",
        origin="students",
        says="The KL divergence is symmetric; its direction does not matter.",
        verdict="refuted",
        evidence=lambda: {
            "reverse": float(kl_divergence(BOLD, SHY)),
            "forward": float(kl_divergence(SHY, BOLD)),
        },
        decides=lambda reverse, forward: abs(reverse - forward) > 1,
        shows="It is {reverse:.3f} nats one way and {forward:.3f} the other.",
        test="tests/test_distributions.py::test_kl_divergence_has_a_direction",
        turn=Turn(
            "the policy were the reference with two responses exchanged", "BOLD", SHY[[3, 1, 2, 0]]
        ),
    ),
    Claim(
        key="kl-distance",
        chapter="bandits",
        origin="students",
        says="A KL divergence is a distance.",
        verdict="refuted",
        evidence=detour,
        decides=lambda direct, by_way: by_way < direct - 0.1,
        shows="From one policy to another it is {direct:.3f} nats, by way of a third {by_way:.3f}.",
        test="tests/test_distributions.py::test_kl_divergence_breaks_the_triangle_inequality",
        turn=Turn(
            "it were measured as total variation, which is a distance",
            "kl_divergence",
            total_variation,
        ),
    ),
    Claim(
        key="most-reward",
        chapter="bandits",
        origin="students",
        says="The best policy is the one with the most reward.",
        verdict="refuted",
        evidence=bargains,
        decides=lambda reference, greedy, best: greedy < best and reference < best,
        shows="At 0.5 units of reward per nat it is worth {greedy:.3f}, the reference "
        "{reference:.3f}, and the optimum {best:.3f}.",
        test="tests/test_rlhf_objective.py::test_no_other_policy_does_better",
        turn=Turn("divergence were free", "BETA", 0.0),
    ),
)
