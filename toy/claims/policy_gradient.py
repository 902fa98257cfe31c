"""The claims of the chapter on the policy gradient (homework 1C and 1D)."""

from typing import Any

import numpy as np

from toy.claims.base import Claim
from toy.exact.bandits import HALF_TRAINED, TEMPTING
from toy.exact.distributions import expectation, softmax
from toy.exact.learners import ascend
from toy.exact.policy_gradient import (
    clipped_surrogate_gradient,
    group_gradient_moments,
    group_mean,
    group_normalised,
    objective_gradient,
    optimal_baseline,
    policy_gradient,
    reinforce_moments,
    score,
)
from toy.exact.rlhf_objective import shaped_reward
from toy.exact.sequences import trajectory_moments, whole_return

#: The chapter's world of four responses, and the three terms of its objective.
POLICY, REWARD = HALF_TRAINED, TEMPTING.reward[0]
REFERENCE, PRETRAINING = TEMPTING.reference[0], np.array([0.15, 0.05, 0.20, 0.60])
BETA, GAMMA = 0.5, 0.2

#: Two responses for which the value is a bad baseline.
PAIR, PAIR_REWARD = np.array([0.9, 0.1]), np.array([1.0, -1.0])

#: Two tokens, each 0 or 1: the first earns 1 whatever it is, the second pays it back.
FLIP, PAID_BACK = [np.array([0.25, 0.75])] * 2, [np.ones(2), -np.ones(2)]


def sampled_slope(step: float = 1e-6) -> float:
    """Return the slope of the mean reward of twenty draws in the Sun's logit, draws made anew."""
    uniforms = (np.arange(20) + 0.5) / 20
    ends = [softmax(np.log(POLICY) + sign * step * np.eye(4)[3]) for sign in (1, -1)]
    up, down = (REWARD[np.searchsorted(np.cumsum(policy), uniforms)].mean() for policy in ends)
    return float(up - down) / (2 * step)


def total_variance(policy: Any, reward: Any, baseline: float) -> float:
    """Return the total variance of one draw of REINFORCE."""
    return float(reinforce_moments(policy, reward, baseline).total_variance)


def missing_terms() -> float:
    """Return how much of the objective's gradient the reward's gradient leaves out."""
    terms = REWARD, REFERENCE, BETA, GAMMA, PRETRAINING
    left_out = objective_gradient(POLICY, *terms) - policy_gradient(POLICY, REWARD)
    return float(np.linalg.norm(left_out))


def own_derivative() -> dict[str, float]:
    """Return the mean of the KL penalty's own derivative, and the variance without and with it."""
    shaped = shaped_reward(POLICY, REWARD, REFERENCE, BETA)
    return {
        "mean": float(np.abs(BETA * POLICY @ score(POLICY)).max()),
        "without": total_variance(POLICY, shaped, 0.0),
        "with_it": total_variance(POLICY, shaped, BETA),
    }


def normalised_direction(group_size: int = 4) -> dict[str, float]:
    """Return how GRPO's mean gradient points: cosine to the true one, and both first entries."""
    true = policy_gradient(POLICY, REWARD)
    moments = group_gradient_moments(POLICY, REWARD, group_size, group_normalised)
    first = float(moments.mean[0])
    return {"cosine": float(moments.cosine(true)), "first": first, "true": float(true[0])}


def ratio_of_the_sun(clip_range: float = 0.2) -> float:
    """Return the Sun's ratio after 150 small steps of exact ascent on the clipped surrogate."""
    advantage = REWARD - expectation(POLICY, REWARD)

    def climb(logits: Any) -> Any:
        return clipped_surrogate_gradient(softmax(logits), POLICY, advantage, clip_range)

    return float(ascend(climb, np.log(POLICY), 0.05, 150).policies[-1, 3] / POLICY[3])


TESTS = "tests/test_policy_gradient.py::"
CHAPTER = "policy_gradient"

CLAIMS = (
    Claim(
        key="moving-sampler",
        chapter=CHAPTER,
        origin="homework 1C",
        says="The policy decides which responses are sampled and scored, so the gradient does not "
        "vanish although the reward has no parameter of the policy.",
        verdict="right",
        evidence=lambda: {"sun": float(policy_gradient(POLICY, REWARD)[3])},
        decides=lambda sun: sun < -0.1,
        shows="The entry of the Sun is {sun:.3f} units of reward per logit.",
        test=TESTS + "test_the_policy_gradient_is_the_slope_of_the_expected_reward",
    ),
    Claim(
        key="autodiff-rewards",
        chapter=CHAPTER,
        origin="students",
        says="Automatic differentiation of the mean of sampled rewards gives the policy gradient.",
        verdict="refuted",
        evidence=lambda: {
            "sampled": sampled_slope(),
            "true": float(policy_gradient(POLICY, REWARD)[3]),
        },
        decides=lambda sampled, true: sampled == 0 and abs(true) > 0.1,
        shows="The mean of twenty sampled rewards has the slope {sampled:.0f}; the gradient's "
        "entry is {true:.3f}.",
        test=TESTS + "test_autograd_of_the_mean_of_sampled_rewards_is_zero",
    ),
    Claim(
        key="score-times-return",
        chapter=CHAPTER,
        origin="homework 1D",
        says="The gradient is E[∇log π · G].",
        verdict="incomplete",
        evidence=lambda: {"missing": missing_terms()},
        decides=lambda missing: missing > 0.1,
        shows="Without the KL and the pretraining term it is off by {missing:.3f} units of reward "
        "per logit.",
        test=TESTS + "test_the_objective_gradient_is_the_slope_of_the_objective",
    ),
    Claim(
        key="kl-own-derivative",
        chapter=CHAPTER,
        origin="students",
        says="The KL penalty depends on the policy, so its own derivative must be added to the "
        "policy gradient.",
        verdict="refuted",
        evidence=own_derivative,
        decides=lambda mean, without, with_it: mean < 1e-15 and with_it > without,
        shows="Its mean is {mean:.0f}; added to each sample, it raises the variance from "
        "{without:.3f} to {with_it:.3f}.",
        test=TESTS + "test_the_score_has_mean_zero_so_that_the_extra_kl_term_vanishes",
    ),
    Claim(
        key="baseline-lowers",
        chapter=CHAPTER,
        origin="students",
        says="A baseline always lowers the variance.",
        verdict="refuted",
        evidence=lambda: {
            "none": total_variance(POLICY, REWARD, 0.0),
            "three": total_variance(POLICY, REWARD, 3.0),
            "pair": total_variance(PAIR, PAIR_REWARD, 0.0),
            "value": total_variance(PAIR, PAIR_REWARD, float(expectation(PAIR, PAIR_REWARD))),
        },
        decides=lambda none, three, pair, value: three > none and value > pair,
        shows="A baseline of 3 raises it from {none:.4f} to {three:.2f}; elsewhere the value "
        "raises it from {pair:.3f} to {value:.3f}.",
        test=TESTS + "test_a_bad_baseline_raises_the_variance_and_even_the_value_function_can",
    ),
    Claim(
        key="value-best",
        chapter=CHAPTER,
        origin="students",
        says="The value function is the best baseline.",
        verdict="refuted",
        evidence=lambda: {
            "value": float(expectation(POLICY, REWARD)),
            "best": float(optimal_baseline(POLICY, REWARD)),
            "with_value": total_variance(POLICY, REWARD, float(expectation(POLICY, REWARD))),
            "least": total_variance(POLICY, REWARD, float(optimal_baseline(POLICY, REWARD))),
        },
        decides=lambda with_value, least, **_: with_value > least,
        shows="The value {value:.3f} leaves a variance of {with_value:.4f}, the baseline "
        "{best:.3f} one of {least:.4f}.",
        test=TESTS + "test_the_optimal_baseline_is_not_the_value_function",
    ),
    Claim(
        key="group-mean",
        chapter=CHAPTER,
        origin="students",
        says="The mean of the group, the sample itself included, is an unbiased baseline.",
        verdict="refuted",
        evidence=lambda: {
            "share": float(group_gradient_moments(POLICY, REWARD, 4, group_mean).mean[3])
            / float(policy_gradient(POLICY, REWARD)[3]),
        },
        decides=lambda share: abs(share - 0.75) < 1e-12,
        shows="In groups of four the expected gradient is {share:.2f} of the true one.",
        test=TESTS + "test_the_group_mean_shrinks_the_gradient_by_one_member",
    ),
    Claim(
        key="normalised-direction",
        chapter=CHAPTER,
        origin="students",
        says="GRPO's normalised advantage points along the true gradient.",
        verdict="refuted",
        evidence=normalised_direction,
        decides=lambda cosine, first, true: cosine < 0.99 and first < 0 < true,
        shows="In groups of four the cosine is {cosine:.3f}, and one entry is {first:.3f} where "
        "the truth is {true:+.3f}.",
        test=TESTS + "test_group_normalised_turns_the_expected_gradient",
    ),
    Claim(
        key="clipping-bounds",
        chapter=CHAPTER,
        origin="students",
        says="Clipping keeps every ratio within 1 ± ε.",
        verdict="refuted",
        evidence=lambda: {"ratio": ratio_of_the_sun()},
        decides=lambda ratio: ratio < 0.8,
        shows="With ε = 0.2, exact ascent on the clipped surrogate takes a ratio to {ratio:.2f}.",
        test="tests/test_chapter_policy_gradient.py::"
        "test_clipping_does_not_keep_the_ratios_in_their_range",
    ),
    Claim(
        key="to-go-lowers",
        chapter=CHAPTER,
        origin="students",
        says="Reward-to-go always lowers the variance.",
        verdict="refuted",
        evidence=lambda: {
            "whole": float(trajectory_moments(FLIP, PAID_BACK, credit=whole_return).total_variance),
            "to_go": float(trajectory_moments(FLIP, PAID_BACK).total_variance),
        },
        decides=lambda whole, to_go: to_go > whole,
        shows="Where the future takes back what the past gave, the whole return has the variance "
        "{whole:.0f} and reward-to-go {to_go:.3f}.",
        test="tests/test_sequences.py::"
        "test_reward_to_go_raises_the_variance_where_the_future_takes_back_what_the_past_gave",
    ),
)
