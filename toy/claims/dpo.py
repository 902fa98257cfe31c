"""The claims of the chapter on DPO (homework 2B and 2C)."""

from dataclasses import replace

import numpy as np

from toy.claims.base import Claim, Turn
from toy.exact import dpo as exact
from toy.exact.bandits import SHIFTED_REWARDS, TEMPTING, log_linear_policy
from toy.exact.distributions import entropy, kl_divergence, softmax
from toy.exact.dpo import dpo_gradient, dpo_loss, fit_dpo, implicit_reward
from toy.exact.learners import ascend, dpo_descent
from toy.exact.policy_gradient import objective_gradient
from toy.exact.reward_loss import fit_rewards, margin_after, win_probability
from toy.exact.rlhf_objective import gibbs_policy, log_partition
from toy.exact.sequence_dpo import sequence_dpo_gradient
from toy.exact.validation import Array

#: The chapter's world: the reference of the planets, and who beat whom, row against column.
REFERENCE, BETA = TEMPTING.reference[0], 0.5
WINS = np.array([[0, 6, 8, 17], [14, 0, 11, 27], [12, 9, 0, 16], [3, 3, 4, 0]])

#: Two policies with the same odds of the two responses that were compared, and nothing else alike.
PAIR = np.array([[0, 0, 0, 0], [0, 0, 14, 0], [0, 6, 0, 0], [0, 0, 0, 0]])
HERE, THERE = np.array([0.15, 0.30, 0.45, 0.10]), np.array([0.68, 0.08, 0.12, 0.12])

#: Two policies that write two tokens, of a, b and c; they agree on "ab" and "ba", which it beat.
AB_OVER_BA = np.array([[[0, 1], [1, 0]]])
FIRST = np.array([0.2, 0.3, 0.5])
ROWS = np.array([[0.2, 0.5, 0.3], [0.6, 0.3, 0.1], [0.2, 0.4, 0.4]])
WRITES_HERE = FIRST, ROWS
WRITES_THERE = FIRST, np.array([[0.4, 0.5, 0.1], *ROWS[1:]])

#: One clean comparison of two responses, and one of the last two of three that share a feature.
EVEN, CLEAN = np.array([0.5, 0.5]), np.array([[0, 1], [0, 0]])
UNLIKELY = np.array([0.3, 0.7])
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
    """Return two policies' entropies, and how far DPO's losses and gradients at them differ."""
    losses = [dpo_loss(p, REFERENCE, PAIR, BETA) for p in (HERE, THERE)]
    here, there = (dpo_gradient(p, REFERENCE, PAIR, BETA) for p in (HERE, THERE))
    writers = WRITES_HERE, WRITES_THERE
    rows = [sequence_dpo_gradient(p, WRITES_HERE, AB_OVER_BA, BETA)[1] for p in writers]
    return {
        "here": float(entropy(HERE)),
        "there": float(entropy(THERE)),
        "loss": float(np.abs(np.subtract(*losses))),
        "table": float(np.abs(here - there).max()),
        "tokens": float(np.abs(np.subtract(*rows)).max()),
    }


def homework(margin: float) -> float:
    """Return the homework's expression, without its KL term, at a margin in nats."""
    won, lost = implicit_reward(softmax([margin, 0.0]), EVEN, BETA)
    return float(won - lost)


def homework_loss() -> dict[str, float]:
    """Return the homework's expression at three margins (nats), and its KL term."""
    margins = {"near": 1.0, "far": 10.0, "further": 100.0}
    values = {name: homework(margin) for name, margin in margins.items()}
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


def steps_to_one_in_a_hundred() -> dict[str, float]:
    """Return in how many steps of size 1 descent brings 0.7 below 0.01, for three β; ∞ if never."""
    steps = {}
    for name, beta in {"quarter": 0.25, "one": 1.0, "two": 2.0}.items():
        rejected = dpo_descent(UNLIKELY, CLEAN, beta, 1.0, 7000).policies[:, 1]
        steps[name] = float((rejected >= 0.01).sum()) if rejected[-1] < 0.01 else np.inf
    return steps


def displacement() -> dict[str, float]:
    """Return the chosen response's probability and the loss, before and after training."""
    trained = float(margin_after(50.0, 1.0))  # where the scene of chapter 6 ends
    before, after = (log_linear_policy([theta], LENGTHS) for theta in (0.0, trained))
    losses = [float(dpo_loss(p, THIRDS, CHOSEN, 1.0)) for p in (before, after)]
    chosen = [float(p[1]) for p in (before, after)]
    return {"before": chosen[0], "after": chosen[1], "loss": losses[0], "lower": losses[1]}


# What would turn a verdict: the error that makes a claim true.


def without_reference(policy: Array, _: Array, wins: Array, beta: float) -> Array:
    """Return the gradient of a DPO whose margins leave the reference out."""
    return exact.dpo_gradient(policy, np.full(len(policy), 1 / len(policy)), wins, beta)


def on_policy(policy: Array, reference: Array, wins: Array, beta: float) -> Array:
    """Return RLHF's policy gradient on the fitted rewards, to be descended."""
    return -objective_gradient(policy, fit_rewards(wins, l2=1e-9), reference, beta)


def with_a_bonus(policy: Array, reference: Array, wins: Array, beta: float) -> Array:
    """Return DPO's loss with a bonus for the policy's entropy."""
    return exact.dpo_loss(policy, reference, wins, beta) - 0.1 * entropy(policy)


def with_beta_in_front(policy: Array, reference: Array, wins: Array, beta: float) -> Array:
    """Return β times DPO's loss at β = 1."""
    return beta * exact.dpo_loss(policy, reference, wins, 1.0)


def with_beta_inverted(reference: Array, wins: Array, beta: float) -> Array:
    """Return DPO's minimiser with 1/β for β."""
    return exact.fit_dpo(reference, wins, 1 / beta)


#: The rewards of the same annotators, shifted in each prompt so that Z is 1.
NORMALISED = SHIFTED_REWARDS.reward - BETA * np.expand_dims(
    log_partition(SHIFTED_REWARDS.reward, SHIFTED_REWARDS.reference, BETA), -1
)


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
        turn=Turn(
            "the rewards were shifted, each prompt's by its own constant, to make Z = 1",
            "SHIFTED_REWARDS",
            replace(SHIFTED_REWARDS, reward=NORMALISED),
        ),
    ),
    Claim(
        key="dpo-other-optimum",
        chapter="dpo",
        origin="students",
        says="DPO has no reward model, so it learns something else than RLHF.",
        verdict="refuted",
        evidence=other_optimum,
        decides=lambda difference: difference < 1e-12,
        shows="Where every response leads to every other by a chain of wins, descent on DPO's "
        "loss ends at RLHF's optimum (largest gap of a probability: {difference:.0e}).",
        test=TESTS + "test_minimising_dpo_is_fitting_rewards_and_taking_their_gibbs_policy",
        turn=Turn("DPO's margins left the reference out", "dpo_gradient", without_reference),
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
        turn=Turn(
            "DPO's gradient were that of RLHF on the fitted rewards", "dpo_gradient", on_policy
        ),
    ),
    Claim(
        key="dpo-samples",
        chapter="dpo",
        origin="students",
        says="DPO samples from the policy and rewards its entropy.",
        verdict="refuted",
        evidence=blindness,
        decides=lambda here, there, loss, table, tokens: (
            here - there > 0.1 and max(loss, table) < 1e-15 and tokens > 0.01
        ),
        shows="Policies with entropies of {here:.3f} and {there:.3f} nats and equal margins have "
        "the same loss and, as tables, the same gradient. (Token by token the gradient also sees "
        "the rows of the next token: {tokens:.2f} apart for two policies that agree on both "
        "responses. It samples none of them.)",
        test=CHAPTER + "test_the_gradient_sees_the_margins_of_compared_pairs_alone",
        turn=Turn("the loss had an entropy bonus of 0.1", "dpo_loss", with_a_bonus),
    ),
    Claim(
        key="dpo-homework-loss",
        chapter="dpo",
        origin="homework 2B",
        says="The DPO loss is the mean of r(y_w) − r(y_l), minus β KL(π_ref ‖ π_ref).",
        verdict="refuted",
        evidence=homework_loss,
        decides=lambda near, far, further, kl: (
            kl == 0 and far > near and further - far > 9 * (far - near)
        ),
        shows="The KL term is {kl:.0f}, and the rest grows for ever: {near:.1f}, {far:.0f} and "
        "{further:.0f} at margins of 1, 10 and 100 nats.",
        test=TESTS
        + "test_without_the_log_sigmoid_the_objective_is_linear_in_the_margin_and_unbounded",
        turn=Turn(
            "the difference stood inside log σ",
            "homework",
            lambda margin: float(np.log(win_probability(BETA * margin))),
        ),
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
        turn=Turn("β stood in front of the loss", "dpo_loss", with_beta_in_front),
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
        turn=Turn("β were an inverse price", "fit_dpo", with_beta_inverted),
    ),
    Claim(
        key="dpo-beta-protects",
        chapter="dpo",
        origin="students",
        says="β protects DPO from clean labels.",
        verdict="refuted",
        evidence=steps_to_one_in_a_hundred,
        decides=lambda quarter, one, two: max(quarter, one, two) < 7000,
        shows="Descent in steps of size 1 brings the rejected response from 0.7 below 0.01 for "
        "every β: in {quarter:.0f} steps for ¼, {one:.0f} for 1 and {two:,.0f} for 2.",
        test=TESTS + "test_no_beta_protects_dpo_from_clean_labels",
        turn=Turn(
            "one label in ten were turned round", "CLEAN", np.array([[0.0, 0.9], [0.1, 0.0]])
        ),
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
        turn=Turn(
            "the third response had less of the shared feature than the chosen one",
            "LENGTHS",
            np.array([[0.5], [1.0], [0.0]]),
        ),
    ),
)
