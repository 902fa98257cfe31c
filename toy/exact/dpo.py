"""Floor 2, chapter "DPO": the policy is its own reward model.

What RLHF's optimum says about the reward, r = β log π/π_ref + β log Z, is put into the reward loss.
Z belongs to the prompt, so it cancels in every difference, and what is left is a loss in the policy
alone. IPO asks for a finite margin instead. Losses are means per comparison. Worlds broadcast over
their leading axes. Here a response is one entry of a table, or has features; token by token DPO is
in `sequence_dpo`.

What is not as its line under Parameters says, or does not fit the rest in shape, is refused with a
``ValueError`` that names the argument, the rule and what it got; Raises tells what else may happen.

Sources: rafailov2023dpo, azar2023ipo, razin2024displacement (a chosen response whose probability
falls).
"""

from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

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
    as_counts,
    as_per_world,
    as_policy,
    as_policy_and_reference_alike,
    as_price,
    as_reference,
    as_same_worlds,
    as_wins,
    check_result,
    check_same_responses,
    refuse,
)


def implicit_reward(policy: ArrayLike, reference: ArrayLike, beta: ArrayLike) -> Array:
    """Return the reward of which the policy is RLHF's optimum, up to a constant in each prompt.

    r̂(y) = β log(π(y) / π_ref(y))

    The whole reward is r̂ + β log Z. A comparison of two responses to one prompt cannot see the
    constant, and so it is left out.

    Parameters
    ----------
    policy : (..., Y) probabilities
    reference : (..., Y) probabilities, > 0 wherever the policy is
    beta : (...) finite, > 0, in units of reward per nat

    Returns
    -------
    (..., Y) in units of reward; −inf where the policy never gives the response, and 0 where neither
    does: a number that no comparison may ask for

    Source: rafailov2023dpo.

    Examples
    --------
    >>> implicit_reward([0.5, 0.5], [0.2, 0.8], beta=2.0).round(6).tolist()
    [1.832581, -0.940007]
    """
    return in_units_of_reward(log_ratio(policy, reference), beta)


def dpo_loss(
    policy: ArrayLike,
    reference: ArrayLike,
    wins: Any,
    beta: ArrayLike,
    lengths: ArrayLike | None = None,
) -> Array:
    """Return the mean negative log-likelihood of the comparisons under the implicit reward.

    L(π) = −Σ_wl wins_wl log σ(r̂_w − r̂_l) / Σ wins,  r̂ = β log π/π_ref

    With lengths r̂(y) = β log(π(y)/π_ref(y)) / |y|, the mean over the tokens of y instead of their
    sum: another loss, with another minimum, π ∝ π_ref e^(|y| (r − c)/β), where r is the fitted
    reward and c makes the sum of π one, so that it does not cancel.

    Parameters
    ----------
    policy, reference : (..., Y) probabilities, each > 0 exactly where the other is,
        and for every response that is compared
    wins : (..., Y, Y) counts >= 0 with a zero diagonal, at least one per world
    beta : (...) finite, > 0, in units of reward per nat
    lengths : (..., Y) whole numbers >= 1, in tokens, or None for the sum: |y|

    Returns
    -------
    (...) nats per comparison, > 0; log 2 where the policy is the reference

    Source: rafailov2023dpo.

    Examples
    --------
    >>> float(dpo_loss([0.2, 0.8], [0.2, 0.8], [[0, 3], [1, 0]], beta=0.1))
    0.6931471805599453
    """
    log_ratios = _as_log_ratios(policy, reference, wins, lengths)
    return reward_loss(in_units_of_reward(log_ratios, beta), wins)


def dpo_gradient(policy: ArrayLike, reference: ArrayLike, wins: Any, beta: ArrayLike) -> Array:
    """Return the gradient of `dpo_loss` in the logits of a tabular softmax policy.

    ∇L = −β Σ_wl wins_wl σ(r̂_l − r̂_w) (∇log π(w) − ∇log π(l)) / Σ wins

    Since ∇log π(w) − ∇log π(l) = e_w − e_l in the logits, this is β times the reward loss's
    gradient at r̂. Nothing is sampled from the policy, and of π only the margins appear: so it is
    for a table, and not for a policy that writes tokens.

    Parameters
    ----------
    policy, reference : (..., Y) probabilities, each > 0 exactly where the other is,
        and for every response that is compared
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
    reward = in_units_of_reward(_as_log_ratios(policy, reference, wins), beta)
    return as_price("beta", beta)[..., None] * reward_loss_gradient(reward, wins)


def dpo_weights(policy: ArrayLike, reference: ArrayLike, beta: ArrayLike) -> Array:
    """Return how hard DPO pulls on each comparison: how wrong the implicit reward is about it.

    weights_wl = σ(r̂_l − r̂_w) = 1 − P(w ≻ l)

    Parameters
    ----------
    policy, reference : (..., Y) probabilities, each > 0 exactly where the other is
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
    policy, reference = as_policy_and_reference_alike(policy, reference)
    reward = implicit_reward(policy, reference, beta)
    return win_probability(-margins(reward))


def fit_dpo(reference: ArrayLike, wins: Any, beta: ArrayLike) -> Array:
    """Return the policy that minimises `dpo_loss`: the Gibbs policy of the fitted rewards.

    π = argmin_π L(π) ∝ π_ref e^(r̂/β),  r̂ = argmin_r L(r)

    On the right L is `reward_loss`. Every reward is the implicit reward of some policy, so that the
    two minima are one. It exists only where that of `fit_rewards` does: with clean labels no β
    keeps π(l) from going to 0. A penalty does: a fit with `l2`, then `gibbs_policy`.

    Parameters
    ----------
    reference : (..., Y) probabilities, > 0 for every response that is compared
    wins : (..., Y, Y) counts >= 0 with a zero diagonal, at least one per world
    beta : (...) finite, > 0, in units of reward per nat

    Returns
    -------
    (..., Y) probabilities, 0 where the reference is

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
    reference, wins = _as_fitted(reference, wins)
    return gibbs_policy(fit_rewards(wins), reference, beta)


def log_linear_dpo_gradient(
    weights: ArrayLike, features: ArrayLike, reference: ArrayLike, wins: Any, beta: ArrayLike
) -> Array:
    """Return the gradient of `dpo_loss` in the weights of a log-linear policy.

    ∇L = −β Σ_wl wins_wl σ(r̂_l − r̂_w) (f(w) − f(l)) / Σ wins

    Only the difference of features counts. One comparison lowers the probability of w itself where
    (f(w) − E_π[f]) · (f(w) − f(l)) < 0.

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
    logits, reference = as_same_worlds(features=logits, reference=reference)
    column = as_per_world("beta", as_price("beta", beta), logits)
    # The policy's own normaliser cancels in every margin, as Z does.
    reward = in_units_of_reward(logits - np.log(reference), beta)
    pull = reward_loss_gradient(reward, wins)
    with np.errstate(over="ignore"):
        slope = column * np.einsum("...y,...yd->...d", pull, np.asarray(features, dtype=float))
    check_result("beta and features", "must be small enough for a gradient", slope)
    return np.asarray(slope)


def ipo_loss(
    policy: ArrayLike,
    reference: ArrayLike,
    wins: Any,
    beta: ArrayLike,
    lengths: ArrayLike | None = None,
) -> Array:
    """Return the mean squared distance of the margins in log π/π_ref from a finite target.

    L(π) = Σ_wl wins_wl (d_w − d_l − 1/(2β))² / Σ wins,  d = log π/π_ref

    With lengths d(y) = log(π(y)/π_ref(y)) / |y|, the mean over the tokens of y instead of their
    sum: another loss, in nats² per token², with another minimum.

    Parameters
    ----------
    policy, reference : (..., Y) probabilities, each > 0 exactly where the other is,
        and for every response that is compared
    wins : (..., Y, Y) counts >= 0 with a zero diagonal, at least one per world
    beta : (...) finite, > 0, in units of reward per nat, where a comparison won is worth one unit:
        τ in the paper
    lengths : (..., Y) whole numbers >= 1, in tokens, or None for the sum: |y|

    Returns
    -------
    (...) nats² per comparison, >= 0

    Source: azar2023ipo.

    Examples
    --------
    >>> float(ipo_loss([0.5, 0.5], [0.5, 0.5], [[0, 3], [1, 0]], beta=0.25))
    4.0
    """
    log_ratios = _as_log_ratios(policy, reference, wins, lengths)
    column = as_per_world("beta", as_price("beta", beta), log_ratios)
    wins, per_world = as_wins("wins", wins), np.broadcast_arrays(column, log_ratios)[0]
    check_same_responses("beta", per_world, "wins", wins)
    with np.errstate(over="ignore", invalid="ignore"):
        distance = shares(wins) * (margins(log_ratios) - 0.5 / column[..., None]) ** 2
    check_result("beta", "must be large enough for a 1/(2β)²", distance)
    return distance.sum(axis=(-2, -1))


def ipo_policy(reference: ArrayLike, wins: Any, beta: ArrayLike) -> Array:
    """Return the policy that minimises `ipo_loss`, by one linear system.

    π ∝ π_ref e^(x/2β),  Σ_j n_ij (x_i − x_j) = Σ_j (wins_ij − wins_ji),  n_ij = wins_ij + wins_ji

    It exists as soon as the comparisons connect all responses, with clean labels too: of Y
    responses no two get further apart than x_i − x_j = Y − 1, so that d_i − d_j stops at
    (Y − 1)/(2β), which a chain of clean comparisons reaches.

    Parameters
    ----------
    reference : (..., Y) probabilities, > 0 for every response that is compared
    wins : (..., Y, Y) counts >= 0 with a zero diagonal, at least one per world
    beta : (...) finite, > 0, in units of reward per nat, where a comparison won is worth one unit

    Returns
    -------
    (..., Y) probabilities, 0 where the reference is

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
    reference, wins = _as_fitted(reference, wins)
    rule = "must connect all responses by comparisons"
    check_linked(wins, np.maximum(wins, np.swapaxes(wins, -2, -1)), rule)
    share = shares(wins)
    compared, surplus = (share + sign * np.swapaxes(share, -2, -1) for sign in (1, -1))
    score = solve_laplacian(compared, surplus)
    check_result("wins", "must be equal enough for rewards", score)
    return gibbs_policy(score / 2, reference, beta)


def _as_log_ratios(
    policy: ArrayLike, reference: ArrayLike, wins: Any, lengths: ArrayLike | None = None
) -> Array:
    """Return log π/π_ref, finite, of the responses that were compared: whole, or per token."""
    policy, reference = as_policy_and_reference_alike(policy, reference)
    _check_compared("policy", policy, as_wins("wins", wins))
    ratio = log_ratio(policy, reference)
    if lengths is None:
        return ratio
    tokens = np.atleast_1d(as_counts("lengths", lengths)).astype(float)
    ratio, tokens = as_same_worlds(policy=ratio, lengths=tokens)
    check_same_responses("lengths", tokens, "wins", as_wins("wins", wins))
    return np.asarray(ratio / tokens)


def _check_compared(name: str, policy: Array, wins: Array) -> None:
    """Refuse a comparison of a response that the policy never gives: it has no odds."""
    check_same_responses(name, policy, "wins", wins)
    if (_compared(wins) & (policy == 0)).any():
        refuse(name, "must be > 0 for every response that is compared", "0 for one of them")


def _compared(wins: Array) -> NDArray[np.bool_]:
    """Return which responses were compared (..., Y)."""
    return np.asarray(wins.any(axis=-1) | wins.any(axis=-2))


def _as_fitted(reference: ArrayLike, wins: Any) -> tuple[Array, Array]:
    """Return a reference and comparisons to fit a policy to, checked.

    What the reference never gives must not have been compared. It is compared here with a response
    that was, won as often as lost: that moves nobody, and then each has a reward.
    """
    reference, wins = as_policy("reference", reference), as_wins("wins", wins)
    _check_compared("reference", reference, wins)
    first = np.arange(wins.shape[-1]) == _compared(wins).argmax(axis=-1)[..., None]
    tied = (reference == 0)[..., :, None] & first[..., None, :]
    even = (tied | np.swapaxes(tied, -2, -1)) * wins.max(axis=(-2, -1), keepdims=True)
    return reference, wins + even


def in_units_of_reward(log_ratios: Array, beta: ArrayLike) -> Array:
    """Return β times log π/π_ref, if that is as finite as it was."""
    column = as_per_world("beta", as_price("beta", beta), log_ratios)
    with np.errstate(over="ignore"):
        reward = np.asarray(column * log_ratios)
    finite = np.where(np.isfinite(log_ratios), reward, 0.0)
    check_result("beta", "must be small enough for an implicit reward", finite)
    return reward
