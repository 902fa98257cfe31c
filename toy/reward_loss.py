"""Floor 2, chapter "Reward loss": rewards from comparisons, by maximum likelihood.

Comparisons are counts: `wins[i, j]` is how often response i was preferred to response j. The model is
Bradley and Terry's, P(i ≻ j) = σ(r_i − r_j), so that only differences of rewards within one prompt
are identified. Losses are means per comparison, in nats.

Sources: bradley1952rank, ford1957ranking (when a maximum exists), ouyang2022instructgpt (rankings).
"""

from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from toy.validation import (
    Array,
    as_numbers,
    as_values,
    check_generator,
    refuse,
)

#: Newton stops when no component of the gradient of the mean loss exceeds this.
_GRADIENT_TOLERANCE = 1e-11

_MOST_STEPS = 200


def win_probability(margin: ArrayLike) -> Array:
    """Return the probability that a response wins by its margin of reward.

    P(i ≻ j) = σ(r_i − r_j) = 1 / (1 + e^−(r_i − r_j))

    Parameters
    ----------
    margin : any shape, finite or infinite, in units of reward

    Returns
    -------
    the same shape, probabilities

    Raises
    ------
    ValueError
        If `margin` holds NaN or is not numeric.

    Examples
    --------
    >>> win_probability([0.0, np.log(3.0)]).tolist()
    [0.5, 0.75]
    """
    return np.exp(-_softplus(-as_numbers("margin", margin)))


def reward_loss(reward: ArrayLike, wins: ArrayLike) -> Array:
    """Return the mean negative log-likelihood of the comparisons.

    L(r) = −Σ_ij wins_ij log σ(r_i − r_j) / Σ_ij wins_ij

    Parameters
    ----------
    reward : (..., Y) finite, in units of reward
    wins : (..., Y, Y) counts >= 0 with a zero diagonal, at least one per world

    Returns
    -------
    (...) nats per comparison, > 0

    Raises
    ------
    ValueError
        If `reward` is not finite, `wins` is no count matrix, or their shapes do not fit.

    Source: ouyang2022instructgpt.

    Examples
    --------
    >>> float(reward_loss([0.0, 0.0], [[0, 3], [1, 0]]))
    0.6931471805599453
    """
    reward, wins = _as_comparisons(reward, wins)
    return (_per_comparison(wins) * _softplus(-margins(reward))).sum(axis=(-2, -1))


def reward_loss_gradient(reward: ArrayLike, wins: ArrayLike) -> Array:
    """Return the gradient of `reward_loss` in the rewards.

    ∂L/∂r_i = −Σ_j (wins_ij σ(r_j − r_i) − wins_ji σ(r_i − r_j)) / Σ wins

    Parameters
    ----------
    reward : (..., Y) finite, in units of reward
    wins : (..., Y, Y) counts >= 0 with a zero diagonal, at least one per world

    Returns
    -------
    (..., Y) nats per unit of reward; each row sums to zero, no pair pulls with more than unit force

    Raises
    ------
    ValueError
        If `reward` is not finite, `wins` is no count matrix, or their shapes do not fit.

    Examples
    --------
    >>> reward_loss_gradient([0.0, 0.0], [[0, 3], [1, 0]]).tolist()
    [-0.25, 0.25]
    """
    reward, wins = _as_comparisons(reward, wins)
    force = _per_comparison(wins) * win_probability(-margins(reward))
    return force.sum(axis=-2) - force.sum(axis=-1)


def reward_loss_hessian(reward: ArrayLike, wins: ArrayLike) -> Array:
    """Return the second derivatives of `reward_loss` in the rewards, a weighted graph Laplacian.

    ∂²L/∂r_i∂r_j = −(wins_ij + wins_ji) σ(r_i − r_j) σ(r_j − r_i) / Σ wins for i ≠ j; rows sum to 0

    Parameters
    ----------
    reward : (..., Y) finite, in units of reward
    wins : (..., Y, Y) counts >= 0 with a zero diagonal, at least one per world

    Returns
    -------
    (..., Y, Y) nats per squared unit of reward; positive semi-definite

    Raises
    ------
    ValueError
        If `reward` is not finite, `wins` is no count matrix, or their shapes do not fit.

    Examples
    --------
    >>> reward_loss_hessian([0.0, 0.0], [[0, 3], [1, 0]]).tolist()
    [[0.25, -0.25], [-0.25, 0.25]]
    """
    reward, wins = _as_comparisons(reward, wins)
    probability = win_probability(margins(reward))
    share = _per_comparison(wins)
    coupling = (share + np.swapaxes(share, -2, -1)) * probability * (1 - probability)
    return coupling.sum(axis=-1)[..., None] * np.eye(reward.shape[-1]) - coupling
