"""Floor 2, chapter "DPO": the policy is its own reward model.

What RLHF's optimum says about the reward, r = β log π/π_ref + β log Z, is put into the reward loss.
Z belongs to the prompt, so it cancels in every difference, and what is left is a loss in the policy
alone. IPO asks for a finite margin instead. Losses are means per comparison. Worlds broadcast over
their leading axes.

What is not as its line under Parameters says, or does not fit the rest in shape, is refused with a
``ValueError`` that names the argument, the rule and what it got; Raises tells what else may happen.

Sources: rafailov2023dpo, azar2023ipo, razin2024displacement (a chosen response whose probability
falls).
"""

from typing import Any

import numpy as np
from numpy.typing import ArrayLike

from toy.exact.bandits import log_linear_logits
from toy.exact.comparison_graph import check_linked, solve_laplacian
from toy.exact.distributions import log_ratio
from toy.exact.reward_loss import (
    fit_rewards,
    margins,
    reward_loss,
    reward_loss_gradient,
    shares,
    win_probability,
)
from toy.exact.rlhf_objective import gibbs_policy
from toy.exact.validation import (
    Array,
    as_per_world,
    as_positive,
    as_reference,
    as_wins,
    check_same_responses,
)


def implicit_reward(policy: ArrayLike, reference: ArrayLike, beta: ArrayLike) -> Array:
    """Return the reward of which the policy is RLHF's optimum, up to a constant in each prompt.

    r̂(y) = β log(π(y) / π_ref(y))

    The whole reward is r̂ + β log Z. A comparison of two responses to one prompt cannot see the
    constant, and so it is left out.

    Parameters
    ----------
    policy : (..., Y) probabilities
    reference : (..., Y) probabilities, all > 0
    beta : (...) finite, > 0, in units of reward per nat

    Returns
    -------
    (..., Y) in units of reward; −inf where the policy never gives the response

    Source: rafailov2023dpo.

    Examples
    --------
    >>> implicit_reward([0.5, 0.5], [0.2, 0.8], beta=2.0).round(6).tolist()
    [1.832581, -0.940007]
    """
    ratio = log_ratio(policy, reference)
    return as_per_world("beta", as_positive("beta", beta), ratio) * ratio


def dpo_loss(policy: ArrayLike, reference: ArrayLike, wins: Any, beta: ArrayLike) -> Array:
    """Return the mean negative log-likelihood of the comparisons under the implicit reward.

    L(π) = −Σ_wl wins_wl log σ(r̂_w − r̂_l) / Σ wins,  r̂ = β log π/π_ref

    Parameters
    ----------
    policy : (..., Y) probabilities, all > 0
    reference : (..., Y) probabilities, all > 0
    wins : (..., Y, Y) counts >= 0 with a zero diagonal, at least one per world
    beta : (...) finite, > 0, in units of reward per nat

    Returns
    -------
    (...) nats per comparison, > 0; log 2 where the policy is the reference

    Source: rafailov2023dpo.

    Examples
    --------
    >>> float(dpo_loss([0.2, 0.8], [0.2, 0.8], [[0, 3], [1, 0]], beta=0.1))
    0.6931471805599453
    """
    return reward_loss(_as_implicit_reward(policy, reference, wins, beta), wins)


def dpo_gradient(policy: ArrayLike, reference: ArrayLike, wins: Any, beta: ArrayLike) -> Array:
    """Return the gradient of `dpo_loss` in the logits of a tabular softmax policy.

    ∇L = −β Σ_wl wins_wl σ(r̂_l − r̂_w) (∇log π(w) − ∇log π(l)) / Σ wins

    Since ∇log π(w) − ∇log π(l) = e_w − e_l in the logits, this is β times the reward loss's
    gradient at r̂. Nothing is sampled from the policy, and no entropy appears.

    Parameters
    ----------
    policy : (..., Y) probabilities, all > 0
    reference : (..., Y) probabilities, all > 0
    wins : (..., Y, Y) counts >= 0 with a zero diagonal, at least one per world
    beta : (...) finite, > 0, in units of reward per nat

    Returns
    -------
    (..., Y) nats per unit of logit; each row sums to zero

    Source: rafailov2023dpo.

    Examples
    --------
    >>> dpo_gradient([0.2, 0.8], [0.2, 0.8], [[0, 1], [0, 0]], beta=0.1).tolist()
    [-0.05, 0.05]
    """
    reward = _as_implicit_reward(policy, reference, wins, beta)
    return as_positive("beta", beta)[..., None] * reward_loss_gradient(reward, wins)


def dpo_weights(policy: ArrayLike, reference: ArrayLike, beta: ArrayLike) -> Array:
    """Return how hard DPO pulls on each comparison: how wrong the implicit reward is about it.

    weights_wl = σ(r̂_l − r̂_w) = 1 − P(w ≻ l)

    Parameters
    ----------
    policy : (..., Y) probabilities, all > 0
    reference : (..., Y) probabilities, all > 0
    beta : (...) finite, > 0, in units of reward per nat

    Returns
    -------
    (..., Y, Y) probabilities; the weight of the comparison that w won against l is at [w, l]

    Source: rafailov2023dpo.

    Examples
    --------
    >>> dpo_weights([0.75, 0.25], [0.5, 0.5], beta=1.0).round(12).tolist()
    [[0.5, 0.25], [0.75, 0.5]]
    """
    reward = implicit_reward(as_reference("policy", policy), reference, beta)
    return win_probability(-margins(reward))


def fit_dpo(reference: ArrayLike, wins: Any, beta: ArrayLike) -> Array:
    """Return the policy that minimises `dpo_loss`: the Gibbs policy of the fitted rewards.

    π = argmin_π L(π) ∝ π_ref e^(r̂/β),  r̂ = argmin_r L(r)

    On the right L is `reward_loss`. Every reward is the implicit reward of some policy, so that the
    two minima are one. It exists only where that of `fit_rewards` does: with clean labels no β
    keeps π(l) from going to 0. A penalty does: a fit with `l2`, then `gibbs_policy`.

    Parameters
    ----------
    reference : (..., Y) probabilities, all > 0
    wins : (..., Y, Y) counts >= 0 with a zero diagonal, at least one per world
    beta : (...) finite, > 0, in units of reward per nat

    Returns
    -------
    (..., Y) probabilities

    Raises
    ------
    ValueError
        If the loss has no minimum.
    RuntimeError
        As `fit_rewards`.

    Source: rafailov2023dpo.

    Examples
    --------
    >>> fit_dpo([0.5, 0.5], [[0, 3], [1, 0]], beta=1.0).round(12).tolist()
    [0.75, 0.25]
    """
    check_same_responses(
        "reference", as_reference("reference", reference), "wins", as_wins("wins", wins)
    )
    return gibbs_policy(fit_rewards(wins), reference, beta)


def log_linear_dpo_gradient(
    weights: ArrayLike, features: ArrayLike, reference: ArrayLike, wins: Any, beta: ArrayLike
) -> Array:
    """Return the gradient of `dpo_loss` in the weights of a log-linear policy.

    ∇L = −β Σ_wl wins_wl σ(r̂_l − r̂_w) (f(w) − f(l)) / Σ wins

    Only the difference of features counts. Where w and l share a feature with a third response,
    raising the margin of w over l may lower the probability of both.

    Parameters
    ----------
    weights : (..., D) finite, in nats
    features : (..., Y, D) finite, no unit
    reference : (..., Y) probabilities, all > 0
    wins : (..., Y, Y) counts >= 0 with a zero diagonal, at least one per world
    beta : (...) finite, > 0, in units of reward per nat

    Returns
    -------
    (..., D) nats per unit of weight, for each world by itself

    Source: rafailov2023dpo, razin2024displacement.

    Examples
    --------
    >>> features, even, wins = [[3.0], [1.0], [0.0]], np.full(3, 1 / 3), np.zeros((3, 3))
    >>> wins[1, 2] = 1  # the second response is preferred to the third
    >>> log_linear_dpo_gradient([0.0], features, even, wins, beta=1.0).tolist()
    [-0.5]
    """
    logits = log_linear_logits(weights, features)
    reference = as_reference("reference", reference)
    check_same_responses("reference", reference, "wins", as_wins("wins", wins))
    check_same_responses("features", logits, "wins", as_wins("wins", wins))
    column = as_per_world("beta", as_positive("beta", beta), logits)
    # The policy's own normaliser cancels in every margin, as Z does.
    pull = reward_loss_gradient(column * (logits - np.log(reference)), wins)
    return column * np.einsum("...y,...yd->...d", pull, np.asarray(features, dtype=float))


def ipo_loss(policy: ArrayLike, reference: ArrayLike, wins: Any, beta: ArrayLike) -> Array:
    """Return the mean squared distance of the margins in log π/π_ref from a finite target.

    L(π) = Σ_wl wins_wl (h_w − h_l − 1/(2β))² / Σ wins,  h = log π/π_ref

    Parameters
    ----------
    policy : (..., Y) probabilities, all > 0
    reference : (..., Y) probabilities, all > 0
    wins : (..., Y, Y) counts >= 0 with a zero diagonal, at least one per world
    beta : (...) finite, > 0, in units of reward per nat, where a comparison won is worth one unit:
        τ in the paper

    Returns
    -------
    (...) nats² per comparison, >= 0

    Source: azar2023ipo.

    Examples
    --------
    >>> float(ipo_loss([0.5, 0.5], [0.5, 0.5], [[0, 3], [1, 0]], beta=0.25))
    4.0
    """
    log_odds = _as_implicit_reward(policy, reference, wins, 1.0)
    target = 1 / (2 * as_per_world("beta", as_positive("beta", beta), log_odds)[..., None])
    return (shares(as_wins("wins", wins)) * (margins(log_odds) - target) ** 2).sum(axis=(-2, -1))


def ipo_policy(reference: ArrayLike, wins: Any, beta: ArrayLike) -> Array:
    """Return the policy that minimises `ipo_loss`, by one linear system.

    π ∝ π_ref e^(x/2β),  Σ_j n_ij (x_i − x_j) = Σ_j (wins_ij − wins_ji),  n_ij = wins_ij + wins_ji

    It exists as soon as the comparisons connect all responses, with clean labels too: a pair that
    was always decided one way gets x_w − x_l = 1, so that h_w − h_l stops at 1/(2β).

    Parameters
    ----------
    reference : (..., Y) probabilities, all > 0
    wins : (..., Y, Y) counts >= 0 with a zero diagonal, at least one per world
    beta : (...) finite, > 0, in units of reward per nat, where a comparison won is worth one unit

    Returns
    -------
    (..., Y) probabilities

    Raises
    ------
    ValueError
        If some responses were never compared with the others.

    Source: azar2023ipo.

    Examples
    --------
    >>> ipo_policy([0.5, 0.5], [[0, 1], [0, 0]], beta=0.5 / np.log(3.0)).round(12).tolist()
    [0.75, 0.25]
    """
    reference, wins = as_reference("reference", reference), as_wins("wins", wins)
    check_same_responses("reference", reference, "wins", wins)
    rule = "must connect all responses by comparisons"
    check_linked(wins, np.maximum(wins, np.swapaxes(wins, -2, -1)), rule)
    share = shares(wins)
    compared, surplus = (share + sign * np.swapaxes(share, -2, -1) for sign in (1, -1))
    score = solve_laplacian(compared, surplus)
    return gibbs_policy(score / 2, reference, beta)


def _as_implicit_reward(
    policy: ArrayLike, reference: ArrayLike, wins: Any, beta: ArrayLike
) -> Array:
    """Return the finite implicit reward of a policy over the same responses as the comparisons."""
    policy = as_reference("policy", policy)
    check_same_responses("policy", policy, "wins", as_wins("wins", wins))
    return implicit_reward(policy, reference, beta)
