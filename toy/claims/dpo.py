"""The claims of the chapter on DPO (homework 2B and 2C)."""

import numpy as np

from toy.claims.base import Claim
from toy.exact.bandits import SHIFTED_REWARDS, TEMPTING, log_linear_policy
from toy.exact.distributions import entropy, kl_divergence, softmax
from toy.exact.dpo import dpo_gradient, dpo_loss, fit_dpo, implicit_reward
from toy.exact.learners import ascend
from toy.exact.policy_gradient import objective_gradient
from toy.exact.reward_loss import fit_rewards
from toy.exact.rlhf_objective import gibbs_policy, log_partition

#: The chapter's world: the reference of the planets, and who beat whom, row against column.
REFERENCE, BETA = TEMPTING.reference[0], 0.5
WINS = np.array([[0, 6, 8, 17], [14, 0, 11, 27], [12, 9, 0, 16], [3, 3, 4, 0]])

#: Two policies with the same odds of the two responses that were compared, and nothing else alike.
PAIR = np.array([[0, 0, 0, 0], [0, 0, 14, 0], [0, 6, 0, 0], [0, 0, 0, 0]])
HERE, THERE = np.array([0.15, 0.30, 0.45, 0.10]), np.array([0.68, 0.08, 0.12, 0.12])

#: One clean comparison of two responses, and one of the last two of three that share a feature.
EVEN, CLEAN = np.array([0.5, 0.5]), np.array([[0, 1], [0, 0]])
LENGTHS, THIRDS = np.array([[3.0], [1.0], [0.0]]), np.full(3, 1 / 3)
CHOSEN = np.array([[0, 0, 0], [0, 0, 1], [0, 0, 0]])


def normalisers() -> dict[str, float]:
    """Return β log Z of two prompts, and how far the implicit differences are from the true."""
    reward, reference = SHIFTED_REWARDS.reward, SHIFTED_REWARDS.reference
    first, second = BETA * log_partition(reward, reference, BETA)
    implicit = implicit_reward(gibbs_policy(reward, reference, BETA), reference, BETA)
    error = np.abs(np.diff(implicit) - np.diff(reward)).max()
    return {"first": float(first), "second": float(second), "error": float(error)}


def other_optimum() -> dict[str, float]:
    """Return the largest difference between a descent on the DPO loss and RLHF's optimum."""
    climb = ascend(
        lambda z: -dpo_gradient(softmax(z), REFERENCE, WINS, BETA), np.log(REFERENCE), 20.0, 300
    )
    rlhf = gibbs_policy(fit_rewards(WINS), REFERENCE, BETA)
    return {"difference": float(np.abs(climb.policies[-1] - rlhf).max())}


def pulls() -> dict[str, float]:
    """Return what RLHF and DPO do to a response that was not compared, at two policies."""
    reward = fit_rewards(PAIR, l2=1e-9)
    here, there = (objective_gradient(p, reward, REFERENCE, BETA)[0] for p in (HERE, THERE))
    dpo = [float(np.abs(dpo_gradient(p, REFERENCE, PAIR, BETA)[0])) for p in (HERE, THERE)]
    return {"here": float(here), "there": float(there), "dpo": max(dpo)}


def blindness() -> dict[str, float]:
    """Return the entropies of two policies, and how far DPO's gradients at them differ."""
    here, there = (dpo_gradient(p, REFERENCE, PAIR, BETA) for p in (HERE, THERE))
    difference = float(np.abs(here - there).max())
    return {
        "here": float(entropy(HERE)),
        "there": float(entropy(THERE)),
        "difference": difference,
    }


def homework_loss() -> dict[str, float]:
    """Return the homework's expression at three margins (nats), and its KL term."""
    values = {}
    for name, margin in {"near": 1.0, "far": 10.0, "further": 100.0}.items():
        won, lost = implicit_reward(softmax([margin, 0.0]), EVEN, BETA)
        values[name] = float(won - lost)
    return values | {"kl": float(kl_divergence(REFERENCE, REFERENCE))}


def clean_loss(margin: float, beta: float) -> float:
    """Return the DPO loss of one comparison won by a margin, in nats."""
    return float(dpo_loss(softmax([margin, 0.0]), EVEN, CLEAN, beta))


def beta_ratios() -> dict[str, float]:
    """Return the loss at β = 1 over that at ½, for three margins, and Venus at the two minima."""
    behind, level, ahead = (clean_loss(h, 1.0) / clean_loss(h, 0.5) for h in (-2.0, 0.0, 2.0))
    half, one = (float(fit_dpo(REFERENCE, WINS, b)[1]) for b in (0.5, 1.0))
    return {"behind": behind, "level": level, "ahead": ahead, "half": half, "one": one}


def leashes() -> dict[str, float]:
    """Return the KL from the reference of the minimisers for four β, smallest β first."""
    betas = {"quarter": 0.25, "half": 0.5, "one": 1.0, "two": 2.0}
    return {
        n: float(kl_divergence(fit_dpo(REFERENCE, WINS, b), REFERENCE)) for n, b in betas.items()
    }


def times_to_one_in_a_thousand() -> dict[str, float]:
    """Return when clean labels have brought a response from 0.7 to 0.001, for three β."""
    margin = np.log(999) - np.log(3 / 7)
    times = {}
    for name, beta in {"quarter": 0.25, "one": 1.0, "two": 2.0}.items():
        times[name] = float((beta * margin + np.expm1(beta * margin)) / (2 * beta**2))
    return times


def displacement() -> dict[str, float]:
    """Return the chosen response's probability and the loss, before and after training."""
    before, after = (log_linear_policy([w], LENGTHS) for w in (0.0, 3.9))
    losses = [float(dpo_loss(p, THIRDS, CHOSEN, 1.0)) for p in (before, after)]
    chosen = [float(p[1]) for p in (before, after)]
    return {"before": chosen[0], "after": chosen[1], "loss": losses[0], "lower": losses[1]}


TESTS, CHAPTER = "tests/test_dpo.py::", "tests/test_chapter_dpo.py::"

CLAIMS = (
    Claim(
        key="dpo-z-is-one",
        chapter="dpo",
        origin="students",
        says="Z cancels because it is 1.",
        verdict="refuted",
        evidence=normalisers,
        decides=lambda first, second, error: min(first, second) > 0.5 and error < 1e-12,
        shows="At two prompts β log Z is {first:.3f} and {second:.3f}; it cancels in both, "
        "because both responses have the same one.",
        test=TESTS + "test_z_does_not_cancel_because_it_is_one",
    ),
    Claim(
        key="dpo-other-optimum",
        chapter="dpo",
        origin="students",
        says="DPO has no reward model, so it learns something else than RLHF.",
        verdict="refuted",
        evidence=other_optimum,
        decides=lambda difference: difference < 1e-12,
        shows="Where all responses are compared, descent on DPO's loss ends at RLHF's optimum "
        "(no probability differs by {difference:.0e}).",
        test=TESTS + "test_minimising_dpo_is_fitting_rewards_and_taking_their_gibbs_policy",
    ),
    Claim(
        key="dpo-homework-gradient",
        chapter="dpo",
        origin="homework 2C",
        says="DPO's gradient is a policy gradient with a reward, an entropy and a KL part.",
        verdict="refuted",
        evidence=pulls,
        decides=lambda here, there, dpo: abs(here) > 0.01 and abs(there) > 0.01 and dpo == 0,
        shows="On a response that nobody compared RLHF's is {here:+.4f} or {there:+.4f}, depending "
        "on the policy; DPO's is {dpo:.0f}.",
        test=TESTS + "test_dpo_is_not_rlhfs_policy_gradient",
    ),
    Claim(
        key="dpo-samples",
        chapter="dpo",
        origin="students",
        says="DPO samples from the policy and rewards its entropy.",
        verdict="refuted",
        evidence=blindness,
        decides=lambda here, there, difference: here - there > 0.1 and difference < 1e-15,
        shows="Policies with entropies of {here:.3f} and {there:.3f} nats and equal margins have "
        "the same gradient.",
        test=CHAPTER + "test_the_gradient_sees_the_margins_of_compared_pairs_alone",
    ),
    Claim(
        key="dpo-homework-loss",
        chapter="dpo",
        origin="homework 2B",
        says="The DPO loss is the mean of r(y_w) − r(y_l), minus β KL(π_ref ‖ π_ref).",
        verdict="refuted",
        evidence=homework_loss,
        decides=lambda near, far, further, kl: kl == 0 and far > 9 * near and further > 9 * far,
        shows="The KL term is {kl:.0f}, and the rest grows for ever: {near:.1f}, {far:.0f} and "
        "{further:.0f} at margins of 1, 10 and 100 nats.",
        test=TESTS
        + "test_without_the_log_sigmoid_the_objective_is_linear_in_the_margin_and_unbounded",
    ),
    Claim(
        key="dpo-beta-rescales",
        chapter="dpo",
        origin="students",
        says="β in DPO only rescales the loss.",
        verdict="refuted",
        evidence=beta_ratios,
        decides=lambda behind, level, ahead, half, one: (
            behind > 1.5 and abs(level - 1) < 1e-12 and ahead < 0.5 and half - one > 0.05
        ),
        shows="Twice the β makes the loss {behind:.2f}, {level:.2f} or {ahead:.2f} times as large, "
        "depending on the margin, and moves a probability at the minimum from {half:.3f} to "
        "{one:.3f}.",
        test=TESTS + "test_beta_does_not_only_rescale_the_loss",
    ),
    Claim(
        key="dpo-beta-aggressive",
        chapter="dpo",
        origin="students",
        says="A larger β makes DPO more aggressive.",
        verdict="refuted",
        evidence=leashes,
        decides=lambda quarter, half, one, two: quarter > half > one > two,
        shows="The minimiser's KL from the reference is {quarter:.3f}, {half:.3f}, {one:.3f} and "
        "{two:.3f} nats for β = ¼, ½, 1 and 2.",
        test=CHAPTER + "test_a_larger_beta_ends_nearer_to_the_reference_and_starts_faster",
    ),
    Claim(
        key="dpo-beta-protects",
        chapter="dpo",
        origin="students",
        says="β protects DPO from clean labels.",
        verdict="refuted",
        evidence=times_to_one_in_a_thousand,
        decides=lambda quarter, one, two: bool(np.isfinite([quarter, one, two]).all()),
        shows="The rejected response falls from 0.7 to 0.001 for every β: at the time "
        "{quarter:.0f} for ¼, {one:,.0f} for 1 and {two:,.0f} for 2.",
        test=TESTS + "test_no_beta_protects_dpo_from_clean_labels",
    ),
    Claim(
        key="dpo-chosen-rises",
        chapter="dpo",
        origin="students",
        says="DPO raises the probability of the chosen response.",
        verdict="refuted",
        evidence=displacement,
        decides=lambda before, after, loss, lower: after < before / 100 and lower < loss,
        shows="Where responses share a feature, it falls from {before:.3f} to {after:.4f} while "
        "the loss falls from {loss:.3f} to {lower:.3f}.",
        test=TESTS + "test_shared_features_let_the_chosen_probability_fall_while_the_loss_falls",
    ),
)
