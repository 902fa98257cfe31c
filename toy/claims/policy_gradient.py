"""The claims of the chapter on the policy gradient (homework 1C and 1D)."""

from typing import Any

import numpy as np

from toy.claims.base import Claim, Turn
from toy.exact.bandits import HALF_TRAINED, TEMPTING
from toy.exact.distributions import expectation, kl_gradient, softmax
from toy.exact.learners import ascend
from toy.exact.policy_gradient import (
    clipped_surrogate_gradient,
    group_gradient_moments,
    group_mean,
    group_normalised,
    leave_one_out,
    objective_gradient,
    optimal_baseline,
    policy_gradient,
    reinforce_moments,
    score,
)
from toy.exact.rlhf_objective import gibbs_policy, shaped_reward
from toy.exact.sequences import (
    gae_moments,
    prefix_values,
    trajectory_gradient,
    trajectory_moments,
    whole_return,
)

#: The chapter's world of four responses, and the three terms of its objective.
POLICY, REWARD = HALF_TRAINED, TEMPTING.reward[0]
REFERENCE, PRETRAINING = TEMPTING.reference[0], np.array([0.15, 0.05, 0.20, 0.60])
BETA, GAMMA = 0.5, 0.2

#: Who draws the responses of the KL penalty, and in what size groups.
SAMPLER, GROUP_SIZE = POLICY, 4

#: Two responses for which the value is a bad baseline.
PAIR, PAIR_REWARD = np.array([0.9, 0.1]), np.array([1.0, -1.0])

#: A baseline for the four responses and one for the pair, where it is the value.
BASELINES = 3.0, 0.8

#: PPO's clip range, and how many small steps one batch is used for.
CLIP_RANGE, NUM_STEPS = 0.2, 150

#: Two tokens, each 0 or 1: the first earns 1 whatever it is, the second pays it back.
FLIP, PAID_BACK = [np.array([0.25, 0.75])] * 2, [np.ones(2), -np.ones(2)]

#: Eight words, each a filler or a fact that earns 1, and what a critic thinks of a prefix.
STEP = np.array([[0.7, 0.3], [0.2, 0.8]])
WORDS, FACTS = [np.array([0.6, 0.4]), *[STEP] * 7], [np.array([0.0, 1.0])] * 8
GUESS = 0.0

#: A right answer and two wrong ones, and how many tokens each has.
ANSWERS, CORRECT, TOKENS = np.array([0.4, 0.3, 0.3]), np.array([1.0, 0.0, 0.0]), np.array([4, 4, 7])


def drawn_mean(policy: Any) -> float:
    """Return the mean reward of twenty responses, drawn from the policy with fixed numbers."""
    drawn = np.searchsorted(np.cumsum(policy), (np.arange(20) + 0.5) / 20)
    return float(REWARD[drawn].mean())


def slope_in_the_sun(mean: Any, step: float = 1e-6) -> float:
    """Return how a function of the policy answers to the Sun's logit, by central differences."""
    up, down = (softmax(np.log(POLICY) + sign * step * np.eye(4)[3]) for sign in (1, -1))
    return float(mean(up) - mean(down)) / (2 * step)


def expected_reward(policy: Any) -> float:
    """Return the expected reward of a policy."""
    return float(expectation(policy, REWARD))


def total_variance(policy: Any, reward: Any, baseline: float) -> float:
    """Return the total variance of one draw of REINFORCE."""
    return float(reinforce_moments(policy, reward, baseline).total_variance)


def parts_of_the_objective() -> dict[str, float]:
    """Return how far E[∇log π · r] is from the gradient of the reward, and of the objective."""
    said = (POLICY * REWARD) @ score(POLICY)
    terms = REWARD, REFERENCE, BETA, GAMMA, PRETRAINING
    whole = objective_gradient(POLICY, *terms)
    gaps = policy_gradient(POLICY, REWARD) - said, whole - said
    return dict(zip(("of_reward", "missing"), map(float, map(np.linalg.norm, gaps)), strict=True))


def own_derivative() -> dict[str, float]:
    """Return the mean of the KL penalty's own derivative, and the variance without and with it."""
    shaped = shaped_reward(POLICY, REWARD, REFERENCE, BETA)
    return {
        "mean": float(np.abs(BETA * SAMPLER @ score(POLICY)).max()),
        "without": total_variance(POLICY, shaped, 0.0),
        "with_it": total_variance(POLICY, shaped, BETA),
    }


def baselines() -> dict[str, float]:
    """Return the variance without a baseline and with one, in the world of four and of two."""
    four, two = BASELINES
    return {
        "none": total_variance(POLICY, REWARD, 0.0),
        "three": total_variance(POLICY, REWARD, four),
        "pair": total_variance(PAIR, PAIR_REWARD, 0.0),
        "value": total_variance(PAIR, PAIR_REWARD, two),
    }


def value_against_best() -> dict[str, float]:
    """Return the value and the best baseline, each with the variance that it leaves."""
    value, best = float(expectation(POLICY, REWARD)), float(optimal_baseline(POLICY, REWARD))
    return {
        "value": value,
        "best": best,
        "with_value": total_variance(POLICY, REWARD, value),
        "least": total_variance(POLICY, REWARD, best),
    }


def share_of_the_gradient() -> dict[str, float]:
    """Return what the group mean's expected gradient is of the true one, in the Sun's logit."""
    found = group_gradient_moments(POLICY, REWARD, GROUP_SIZE, group_mean).mean
    return {"share": float(found[3] / policy_gradient(POLICY, REWARD)[3])}


def step_with_the_penalty_in_the_loss() -> dict[str, float]:
    """Return how long the expected step from pairs is at the optimum for β, and at that for 2β."""

    def length(price: float) -> float:
        policy = gibbs_policy(REWARD, REFERENCE, price)
        up = group_gradient_moments(policy, REWARD, 2, group_mean).mean
        return float(np.linalg.norm(up - BETA * kl_gradient(policy, REFERENCE)))

    return {"once": length(BETA), "twice": length(2 * BETA)}


def normalised_direction() -> dict[str, float]:
    """Return how GRPO's mean gradient points: cosine to the true one, and both first entries."""
    true = policy_gradient(POLICY, REWARD)
    moments = group_gradient_moments(POLICY, REWARD, GROUP_SIZE, group_normalised)
    first = float(moments.mean[0])
    return {"cosine": float(moments.cosine(true)), "first": first, "true": float(true[0])}


def ratio_of_the_sun() -> float:
    """Return the Sun's ratio after small steps of exact ascent on the clipped surrogate."""
    advantage = REWARD - expectation(POLICY, REWARD)

    def climb(logits: Any) -> Any:
        return clipped_surrogate_gradient(softmax(logits), POLICY, advantage, CLIP_RANGE)

    return float(ascend(climb, np.log(POLICY), 0.05, NUM_STEPS).policies[-1, 3] / POLICY[3])


def gae_bias() -> dict[str, float]:
    """Return GAE's bias at λ = 0 with exact values, and with a critic's guess at 0, 0.95 and 1."""
    true = np.concatenate([table.ravel() for table in trajectory_gradient(WORDS, FACTS)])

    def bias(values: Any, decay: float) -> float:
        return float(gae_moments(WORDS, FACTS, values, decay).bias_length(true))

    exact = bias(prefix_values(WORDS, FACTS), 0.0)
    return {
        "exact": exact,
        "zero": bias(GUESS, 0),
        "some": bias(GUESS, 0.95),
        "one": bias(GUESS, 1),
    }


def pull_at_equally_wrong_answers() -> dict[str, float]:
    """Return how the sum over tokens and the average, times 4, push two wrong answers down."""
    advantage = CORRECT - expectation(ANSWERS, CORRECT)
    of_sum = policy_gradient(ANSWERS, advantage)
    of_mean = 4 * policy_gradient(ANSWERS, advantage / TOKENS)
    names = "short_sum", "long_sum", "short_mean", "long_mean"
    return dict(zip(names, map(float, [*of_sum[1:], *of_mean[1:]]), strict=True))


TESTS = "tests/test_policy_gradient.py::"
CHAPTER = "policy_gradient"

CHAPTER_TESTS = "tests/test_chapter_policy_gradient.py::"

CLAIMS = (
    Claim(
        key="moving-sampler",
        chapter=CHAPTER,
        origin="homework 1C",
        says="The policy decides which responses are sampled and scored, so the gradient does not "
        "vanish although the reward has no parameter of the policy.",
        verdict="right",
        evidence=lambda: {
            "sun": float(policy_gradient(POLICY, REWARD)[3]),
            "slope": slope_in_the_sun(expected_reward),
        },
        decides=lambda sun, slope: abs(sun) > 0.1 and abs(sun - slope) < 1e-6,
        shows="The entry of the Sun is {sun:.3f} units of reward per logit, the slope of the "
        "expected reward {slope:.3f}.",
        test=TESTS + "test_the_policy_gradient_is_the_slope_of_the_expected_reward",
        turn=Turn("all four responses earned the same", "REWARD", np.full(4, 0.5)),
    ),
    Claim(
        key="autodiff-rewards",
        chapter=CHAPTER,
        origin="students",
        says="Automatic differentiation of the mean of sampled rewards gives the policy gradient.",
        verdict="refuted",
        evidence=lambda: {
            "sampled": slope_in_the_sun(drawn_mean),
            "true": float(policy_gradient(POLICY, REWARD)[3]),
        },
        decides=lambda sampled, true: abs(sampled - true) > 0.1,
        shows="The mean of twenty sampled rewards has the slope {sampled:.0f}; the gradient's "
        "entry is {true:.3f}.",
        test=TESTS + "test_autograd_of_the_mean_of_sampled_rewards_is_zero",
        turn=Turn(
            "the rewards were weighted with their probabilities, not drawn",
            "drawn_mean",
            expected_reward,
        ),
    ),
    Claim(
        key="score-times-return",
        chapter=CHAPTER,
        origin="homework 1D",
        says="The gradient is E[∇log π · G].",
        verdict="incomplete",
        evidence=parts_of_the_objective,
        decides=lambda of_reward, missing: of_reward < 1e-12 and missing > 0.1,
        shows="Of the expected reward it is the gradient, to rounding; from that of the objective, "
        "with the KL and the pretraining term, it is {missing:.3f} units of reward per logit away.",
        test=TESTS + "test_the_objective_gradient_is_the_slope_of_the_objective",
        turn=Turn(
            "the objective were the expected reward alone",
            "objective_gradient",
            lambda policy, reward, *_: policy_gradient(policy, reward),
        ),
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
        turn=Turn(
            "the reference drew the responses, not the policy: then its mean is not 0",
            "SAMPLER",
            REFERENCE,
        ),
    ),
    Claim(
        key="baseline-lowers",
        chapter=CHAPTER,
        origin="students",
        says="A baseline always lowers the variance.",
        verdict="refuted",
        evidence=baselines,
        decides=lambda none, three, pair, value: three > none or value > pair,
        shows="A baseline of 3 raises it from {none:.4f} to {three:.2f}; elsewhere the value "
        "raises it from {pair:.3f} to {value:.3f}.",
        test=TESTS + "test_a_bad_baseline_raises_the_variance_and_even_the_value_function_can",
        turn=Turn(
            "both baselines lay between 0 and $2b^*$, 0.1 and −1 in place of 3 and 0.8",
            "BASELINES",
            (0.1, -1.0),
        ),
    ),
    Claim(
        key="value-best",
        chapter=CHAPTER,
        origin="students",
        says="The value function is the best baseline.",
        verdict="refuted",
        evidence=value_against_best,
        decides=lambda with_value, least, **_: with_value > least * (1 + 1e-9),
        shows="The value {value:.3f} leaves a variance of {with_value:.4f}, the baseline "
        "{best:.3f} one of {least:.4f}.",
        test=TESTS + "test_the_optimal_baseline_is_not_the_value_function",
        turn=Turn("the policy gave all four equally often", "POLICY", np.full(4, 0.25)),
    ),
    Claim(
        key="group-mean",
        chapter=CHAPTER,
        origin="students",
        says="The mean of the group, the sample itself included, is an unbiased baseline.",
        verdict="refuted",
        evidence=share_of_the_gradient,
        decides=lambda share: abs(share - 1) > 1e-9,
        shows="In groups of four the expected gradient is {share:.2f} of the true one.",
        test=TESTS + "test_the_group_mean_shrinks_the_gradient_by_one_member",
        turn=Turn("the sample were left out of the mean", "group_mean", leave_one_out),
    ),
    Claim(
        key="group-mean-price",
        chapter=CHAPTER,
        origin="students",
        says="The group mean's factor (G − 1)/G is only a step size.",
        verdict="incomplete",
        evidence=step_with_the_penalty_in_the_loss,
        decides=lambda once, twice: once > 0.01 and twice < 1e-12,
        shows="With the KL penalty in the loss, the expected step from pairs is {once:.3f} long at "
        "the optimum for β and {twice:.0f} at that for 2β; with the penalty in the reward it is a "
        "step size.",
        test=CHAPTER_TESTS + "test_a_kl_penalty_in_the_loss_costs_more_with_the_group_mean",
        turn=Turn("the sample were left out of the mean", "group_mean", leave_one_out),
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
        turn=Turn("rewards were 0 or 1, at one prompt", "REWARD", np.array([1.0, 1.0, 0.0, 0.0])),
    ),
    Claim(
        key="clipping-bounds",
        chapter=CHAPTER,
        origin="students",
        says="Clipping keeps every ratio within 1 ± ε.",
        verdict="refuted",
        evidence=lambda: {"ratio": ratio_of_the_sun()},
        decides=lambda ratio: ratio < 1 - CLIP_RANGE,
        shows="With ε = 0.2, exact ascent on the clipped surrogate takes a ratio to {ratio:.2f}.",
        test=CHAPTER_TESTS + "test_clipping_does_not_keep_the_ratios_in_their_range",
        turn=Turn("one stopped after eight steps on the batch, not 150", "NUM_STEPS", 8),
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
        turn=Turn(
            "all rewards had one sign (and steps shared no logits)", "PAID_BACK", [np.ones(2)] * 2
        ),
    ),
    Claim(
        key="gae-bias",
        chapter=CHAPTER,
        origin="students",
        says="GAE with λ below 1 is biased.",
        verdict="incomplete",
        evidence=gae_bias,
        decides=lambda exact, zero, some, one: max(exact, one) < 1e-12 and min(zero, some) > 0.01,
        shows="With exact values the bias is {exact:.0f} at λ = 0; with a critic that says 0 it is "
        "{zero:.3f}, {some:.3f} and {one:.0f} at λ = 0, 0.95 and 1.",
        test=CHAPTER_TESTS + "test_what_a_critic_that_knows_nothing_costs",
        turn=Turn(
            "the critic erred by a number for each step alone: then no λ is biased",
            "GUESS",
            [table + 3.0 for table in prefix_values(WORDS, FACTS)],
        ),
    ),
    Claim(
        key="length-mean",
        chapter=CHAPTER,
        origin="students",
        says="To average the loss over each response's tokens changes the scale alone.",
        verdict="refuted",
        evidence=pull_at_equally_wrong_answers,
        decides=lambda short_sum, long_sum, short_mean, long_mean: (
            abs(long_mean / short_mean - long_sum / short_sum) > 0.01
        ),
        shows="Two equally wrong answers are pushed at {short_sum:.3f} by the sum over tokens; by "
        "the average (times 4) at {short_mean:.3f} the one of four tokens, at {long_mean:.3f} the "
        "one of seven.",
        test=CHAPTER_TESTS + "test_to_divide_by_the_length_spares_long_wrong_answers",
        turn=Turn("all answers were equally long", "TOKENS", np.array([4, 4, 4])),
    ),
)
