"""The claims of the chapter on the RLHF objective (homework 1B and 2A)."""

import numpy as np

from toy.claims.base import Claim, Turn
from toy.exact.bandits import TEMPTING
from toy.exact.distributions import entropy, expectation, kl_divergence, kl_gradient, softmax
from toy.exact.learners import ascend
from toy.exact.policy_gradient import policy_gradient
from toy.exact.rlhf_objective import best_of_n_policy, gibbs_policy, log_partition

#: The chapter's world of four responses, and its price.
REWARD, REFERENCE, BETA = TEMPTING.reward[0], TEMPTING.reference[0], 0.5

#: The world in which the best of several draws is kept, and what *never* is.
DRAWN, NEVER = (REWARD, REFERENCE), 0.0

#: Without the last response: the chapter's triangle, with its pretraining data.
REWARD_3, PRETRAINING, UNIFORM = REWARD[:3], np.array([0.6, 0.3, 0.1]), np.ones(3) / 3

#: A reward that likes the wrong answer too well, and the reward that was meant.
PROXY, TRUE = np.array([0.2, 1.0, 1.2, -1.5]), np.array([0.2, 1.0, -0.2, -1.5])


def best_after_ascent() -> float:
    """Return the probability of the best response when the reward alone has been climbed."""
    start = np.log([0.10, 0.15, 0.75])
    climb = ascend(lambda z: policy_gradient(softmax(z), REWARD_3), start, 5.0, 150)
    return float(climb.policies[-1, 1])


def gradients_at_the_start() -> dict[str, float]:
    """Return the largest component of the gradient of the KL, and of the reward, at the start."""
    kl, reward = kl_gradient(REFERENCE, REFERENCE), policy_gradient(REFERENCE, REWARD)
    return {"kl": float(np.abs(kl).max()), "reward": float(np.abs(reward).max())}


def gradients_at_the_uniform_policy() -> dict[str, float]:
    """Return the gradient of E_p[log π], p − π, and the largest component of the entropy's."""
    first, second, third = PRETRAINING - UNIFORM
    slope = UNIFORM * (np.log(UNIFORM) + entropy(UNIFORM))
    return {"first": first, "second": second, "third": third, "entropy": float(np.abs(slope).max())}


def multiplier() -> dict[str, float]:
    """Return the slope at the optimum, how far responses differ in it, what it should be, and Z."""
    log_z = float(log_partition(REWARD, REFERENCE, BETA))
    optimum = gibbs_policy(REWARD, REFERENCE, BETA)
    slopes = REWARD - BETA * np.log(optimum / REFERENCE) - BETA
    return {
        "slope": float(slopes.mean()),
        "spread": float(np.ptp(slopes)),
        "formula": BETA * log_z - BETA,
        "z": float(np.exp(log_z)),
    }


def optimal_values() -> dict[str, float]:
    """Return the optimal value, and the two numbers that are taken for it."""
    optimum = gibbs_policy(REWARD, REFERENCE, BETA)
    log_z, mean = log_partition(REWARD, REFERENCE, BETA), expectation(optimum, REWARD)
    value = mean - BETA * kl_divergence(optimum, REFERENCE)
    return {"value": float(value), "log_z": float(log_z), "mean": float(mean)}


def best_of_n(n: int = 16) -> dict[str, float]:
    """Return the divergence of best-of-n, and what the formula says."""
    kl = kl_divergence(best_of_n_policy(*DRAWN, n), DRAWN[1])
    return {"kl": float(kl), "formula": float(np.log(n) - (n - 1) / n)}


def optimum(scale: float = 1.0, beta: float = BETA) -> np.ndarray:
    """Return the optimal policy when all rewards are multiplied by `scale`."""
    return gibbs_policy(scale * REWARD, REFERENCE, beta)


def rare(probability: float, lead: float = 10.0) -> float:
    """Return how likely a rare response becomes that leads by so much, at a price of 0.5."""
    return float(gibbs_policy([lead, 0.0], [probability, 1 - probability], 0.5)[0])


def chase(beta: float) -> tuple[float, float]:
    """Return the proxy and the true reward of the policy that is optimal for the proxy."""
    policy = gibbs_policy(PROXY, REFERENCE, beta)
    return float(policy @ PROXY), float(policy @ TRUE)


def chased() -> dict[str, float]:
    """Return proxy and true reward, stopped in time (β = 1.15) and too late."""
    (proxy, true), (later_proxy, later_true) = chase(1.15), chase(0.05)
    return {
        "proxy": proxy,
        "true": true,
        "later_proxy": later_proxy,
        "later_true": later_true,
        "start": float(REFERENCE @ TRUE),
    }


TESTS = "tests/test_rlhf_objective.py::"
PAGE = "tests/test_chapter_rlhf_objective.py::"

CLAIMS = (
    Claim(
        key="reward-term",
        chapter="rlhf_objective",
        origin="homework 1B",
        says="The first term of the objective is the reward.",
        verdict="right",
        evidence=lambda: {"chance": best_after_ascent()},
        decides=lambda chance: chance > 0.99,
        shows="Climbed alone, it gives the best response the probability {chance:.3f}.",
        test=PAGE + "test_each_term_alone_leads_to_its_own_optimum",
        turn=Turn(
            "the term had the price of a divergence from the uniform policy in it",
            "policy_gradient",
            lambda policy, reward: (
                policy * (reward - policy @ reward) - BETA * kl_gradient(policy, UNIFORM)
            ),
        ),
    ),
    Claim(
        key="kl-term",
        chapter="rlhf_objective",
        origin="homework 1B",
        says="The second term is the policy gradient term.",
        verdict="refuted",
        evidence=gradients_at_the_start,
        decides=lambda kl, reward: kl == 0 and reward > 0.1,
        shows="It is the price of the KL. At the reference its gradient is {kl:.3f}, where the "
        "reward's has a component of {reward:.3f}.",
        test=TESTS
        + "test_the_second_term_is_the_mean_log_ratio_under_the_policy_and_not_the_other_kl",
        turn=Turn(
            "its gradient were that of the reward, as the name says",
            "kl_gradient",
            lambda policy, _: -policy_gradient(policy, REWARD),
        ),
    ),
    Claim(
        key="pretraining-term",
        chapter="rlhf_objective",
        origin="homework 1B",
        says="The third term is entropy regularisation.",
        verdict="refuted",
        evidence=gradients_at_the_uniform_policy,
        decides=lambda first, entropy, **_: first > 0.2 and entropy < 1e-15,
        shows="At the uniform policy its gradient is γ ({first:.3f}, {second:.3f}, {third:.3f}), "
        "and the entropy's is {entropy:.3f}.",
        test=TESTS
        + "test_the_third_term_is_minus_the_entropy_and_the_forward_kl_of_the_pretraining_data",
        turn=Turn(
            "the pretraining text were uniform over the responses: then both want the same policy",
            "PRETRAINING",
            UNIFORM,
        ),
    ),
    Claim(
        key="multiplier",
        chapter="rlhf_objective",
        origin="homework 2A",
        says="The optimum is the tilted reference, and the multiplier of the constraint is the "
        "normaliser Z.",
        verdict="incomplete",
        evidence=multiplier,
        decides=lambda slope, spread, formula, z: (
            max(spread, abs(slope - formula)) < 1e-12 and abs(slope - z) > 0.1
        ),
        shows="The multiplier is β log Z − β = {slope:.3f} units of reward; Z is {z:.3f}.",
        test=TESTS + "test_the_multiplier_is_beta_log_z_minus_beta_and_not_z",
        turn=Turn(
            "the optimum were the reference tilted by $e^r$, whatever β is",
            "gibbs_policy",
            lambda reward, reference, _: softmax(np.log(reference) + reward),
        ),
    ),
    Claim(
        key="optimal-value",
        chapter="rlhf_objective",
        origin="students",
        says="The optimal value is log Z, or the mean reward.",
        verdict="refuted",
        evidence=optimal_values,
        decides=lambda value, log_z, mean: (
            abs(value - BETA * log_z) < 1e-12 and min(abs(value - log_z), abs(value - mean)) > 0.1
        ),
        shows="It is β log Z = {value:.3f}; log Z is {log_z:.3f}, the mean reward {mean:.3f}.",
        test=TESTS + "test_the_optimal_value_is_beta_log_z_and_neither_log_z_nor_the_mean_reward",
        turn=Turn("a nat cost one unit of reward", "BETA", 1.0),
    ),
    Claim(
        key="larger-beta",
        chapter="rlhf_objective",
        origin="students",
        says="A larger β is more aggressive.",
        verdict="refuted",
        evidence=lambda: {
            "small": float(kl_divergence(optimum(beta=0.1), REFERENCE)),
            "large": float(kl_divergence(optimum(beta=1.0), REFERENCE)),
        },
        decides=lambda small, large: large < small,
        shows="The optimum is {small:.3f} nats from the reference at β = 0.1, {large:.3f} at 1.",
        test=TESTS + "test_a_larger_beta_keeps_closer_to_the_reference_and_earns_less",
        turn=Turn(
            "β multiplied the reward, and not the penalty",
            "gibbs_policy",
            lambda reward, reference, beta: softmax(np.log(reference) + beta * reward),
        ),
    ),
    Claim(
        key="beta-scale",
        chapter="rlhf_objective",
        origin="students",
        says="Doubling the rewards changes nothing, only their order counts.",
        verdict="refuted",
        evidence=lambda: {"once": optimum()[1], "twice": optimum(scale=2)[1]},
        decides=lambda once, twice: twice - once > 0.1,
        shows="The best response goes from {once:.3f} to {twice:.3f}, as if β had been halved.",
        test=TESTS + "test_doubling_the_rewards_changes_the_optimum_unless_beta_doubles_too",
        turn=Turn(
            "rewards were divided by their range before they are used",
            "gibbs_policy",
            lambda reward, reference, beta: softmax(
                np.log(reference) + reward / np.ptp(reward) / beta
            ),
        ),
    ),
    Claim(
        key="best-of-n",
        chapter="rlhf_objective",
        origin="students",
        says="Best-of-n has the divergence log n − (n − 1)/n.",
        verdict="refuted",
        evidence=best_of_n,
        decides=lambda kl, formula: kl < formula - 0.1,
        shows="Best-of-16 has {kl:.3f} nats where the formula, an upper bound, says {formula:.3f}.",
        test=TESTS
        + "test_best_of_n_costs_at_most_log_n_minus_its_share_and_less_for_few_responses",
        turn=Turn(
            "there were two hundred responses, all equally likely: then 0.0003 nats are missing",
            "DRAWN",
            (np.arange(200.0), np.full(200, 1 / 200)),
        ),
    ),
    Claim(
        key="any-response",
        chapter="rlhf_objective",
        origin="students",
        says="With enough reward, any response can be learned, whatever the reference.",
        verdict="refuted",
        evidence=lambda: {
            "some": rare(1e-3),
            "hardly": rare(1e-12),
            "never": rare(NEVER, lead=1000.0),
        },
        decides=lambda some, never, **_: some > 0.99 and never == 0,
        shows="With a lead of 10 and β = 0.5, a response of reference probability 10⁻³ gets "
        "{some:.3f}, one of 10⁻¹² {hardly:.4f}; one of 0 gets {never:.0f} with a lead of 1000.",
        test=PAGE + "test_the_lead_that_a_rare_response_needs_grows_with_the_logarithm",
        turn=Turn("that last one were said once in 10¹⁰⁰ times", "NEVER", 1e-100),
    ),
    Claim(
        key="proxy",
        chapter="rlhf_objective",
        origin="students",
        says="The higher the reward, the better the answers.",
        verdict="refuted",
        evidence=chased,
        decides=lambda proxy, true, later_proxy, later_true, start: (
            later_proxy > proxy and later_true < start < true
        ),
        shows="The proxy rises from {proxy:.3f} to {later_proxy:.3f}, and the true reward falls "
        "from {true:+.3f} to {later_true:+.3f}; it began at {start:+.3f}.",
        test=PAGE + "test_the_true_reward_rises_exactly_while_it_agrees_with_the_proxy",
        turn=Turn(
            "the proxy put Venus before Mercury, as the truth does",
            "PROXY",
            np.array([0.2, 1.2, 1.0, -1.5]),
        ),
    ),
)
