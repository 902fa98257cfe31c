"""Floor 2, chapter "Reward loss": rewards from rankings, by maximum likelihood.

Rankings are sequences of responses, best first, of equal or different lengths. The model is
Plackett and Luce's, of which Bradley and Terry's is the case of two, so that only differences of
rewards are identified here too. Losses are means per ranking, in nats.

What is not as its line under Parameters says, or does not fit the rest in shape, is refused with a
``ValueError`` that names the argument, the rule and what it got; Raises tells what else may happen.

Sources: plackett1975permutations and ouyang2022instructgpt.
"""

from collections.abc import Callable
from math import comb
from typing import Any, TypeAlias

import numpy as np
from numpy.typing import ArrayLike, NDArray

from toy.exact.comparison_graph import check_linked
from toy.exact.enumeration import check_listable
from toy.exact.reward_loss import CHAIN_OF_WINS, Pull, as_penalty, newton, softplus
from toy.exact.validation import (
    Array,
    as_count,
    as_nonnegative,
    as_numbers,
    as_values,
    refuse,
)

#: So many responses are numbered at most where nothing else says how many there are.
_MOST_RESPONSES = 10_000

#: Rankings of one length ``(R, K)``, best first, and how often each was given ``(R,)``.
_Block: TypeAlias = tuple[NDArray[np.int64], Array]


def plackett_luce_loss(reward: ArrayLike, rankings: Any, weights: ArrayLike | None = None) -> Array:
    """Return the mean negative log-likelihood of rankings, drawn best first without replacement.

    P(y_1 ≻ … ≻ y_K) = Π_k e^(r(y_k)) / Σ_{m ≥ k} e^(r(y_m))

    For K = 2 it is `reward_loss`. For K > 2 it is not InstructGPT's loss, the mean over the C(K, 2)
    pairs of a ranking as if they were independent comparisons: that is `reward_loss` of
    `wins_from_rankings`, which has the same minimiser on endless data that follow the model, but
    not on finite data.

    Parameters
    ----------
    reward : (..., Y) finite, in units of reward
    rankings : R >= 1 sequences, each of shape (K,), K >= 2 of its own: different whole numbers
        from 0 to Y − 1, best first; one says nothing of what it leaves out
    weights : (R,) finite numbers >= 0, not all zero: how often each ranking was given; once without

    Returns
    -------
    (...) nats per ranking, > 0

    Source: plackett1975permutations, luce1959choice, ouyang2022instructgpt.

    Examples
    --------
    >>> float(plackett_luce_loss([0.0, 0.0, 0.0], [[2, 0, 1]]))  # log 3!
    1.79175...
    """
    reward = as_values("reward", reward)
    loss, _ = _ranking_model(as_rankings("rankings", rankings, reward.shape[-1], weights))
    return loss(reward)


def plackett_luce_gradient(
    reward: ArrayLike, rankings: Any, weights: ArrayLike | None = None
) -> Array:
    """Return the gradient of `plackett_luce_loss` in the rewards.

    ∂/∂r_i −log P(y_1 ≻ … ≻ y_K) = Σ_k (e^(r_i) / Σ_{m ≥ k} e^(r(y_m)) − [i = y_k])

    The sum is over the places k < K at which i is still to be placed.

    Parameters
    ----------
    reward : (..., Y) finite, in units of reward
    rankings : R sequences (K,) of responses, best first, as for `plackett_luce_loss`
    weights : (R,) finite numbers >= 0, how often each was given, as for `plackett_luce_loss`

    Returns
    -------
    (..., Y) nats per ranking and unit of reward; each row sums to zero

    Examples
    --------
    >>> plackett_luce_gradient([0.0, 0.0, 0.0], [[2, 0, 1]]).round(3).tolist()
    [-0.167, 0.833, -0.667]
    """
    reward = as_values("reward", reward)
    _, pull = _ranking_model(as_rankings("rankings", rankings, reward.shape[-1], weights))
    return -pull(reward)[0].sum(axis=-1)


def fit_rankings(rankings: Any, weights: ArrayLike | None = None, l2: ArrayLike = 0.0) -> Array:
    """Return the rewards that make the rankings most likely, with mean zero.

    r̂ = argmin_r L(r) + (α/2) Σ_i r_i²,  Σ_i r̂_i = 0

    L is `plackett_luce_loss`; for rankings of two it is `fit_rewards`.

    For l2 = 0 the minimum exists if and only if each response reaches every other by a chain of
    rankings, in each of which one stands above the next. It is found as in `fit_rewards`.

    Parameters
    ----------
    rankings : R >= 1 sequences, each of shape (K,), K >= 2 of its own: different whole numbers
        from 0 to Y − 1, best first; the largest number in them is Y − 1
    weights : (R,) finite numbers >= 0, not all zero: how often each ranking was given; once without
    l2 : α, a finite number >= 0, nats per squared unit of reward, and per ranking

    Returns
    -------
    (Y,) in units of reward

    Raises
    ------
    ValueError
        If no finite maximum exists; the message names two groups of responses that nothing ties
        together.
    RuntimeError
        If Newton's method does not arrive, as `fit_rewards`.

    Source: plackett1975permutations, hunter2004mm.

    Examples
    --------
    >>> fit_rankings([[0, 1, 2], [0, 2], [2, 1, 0], [1, 0]]).round(3).tolist()
    [0.008, 0.509, -0.517]
    >>> float(np.diff(fit_rankings([[1, 0], [0, 1]], weights=[70, 30]))[0])  # logit 0.7
    0.847...
    """
    blocks, penalty = as_rankings("rankings", rankings, None, weights), as_penalty(l2)
    size = 1 + max(int(rows.max()) for rows, _ in blocks)
    above = np.sum([_pair_table(rows, weight[:, None], size) for rows, weight in blocks], axis=0)
    if not penalty:
        rule = CHAIN_OF_WINS.format(" within rankings")
        check_linked(above, above, rule, "never stood above", "rankings")
        check_linked(above, above.T, rule, "never stood below", "rankings")
    return newton(above, *_ranking_model(blocks), penalty)


def wins_from_rankings(
    rankings: Any, num_responses: int, weights: ArrayLike | None = None
) -> Array:
    """Return the pairs of each ranking as comparisons, with InstructGPT's weight 1/C(K, 2) each.

    wins_ij = Σ_rankings [i stands before j] / C(K, 2)

    So every ranking counts as one comparison, however many responses it holds.

    Parameters
    ----------
    rankings : R sequences (K,) of responses, best first, as for `plackett_luce_loss`
    num_responses : Y, a whole number >= 1
    weights : (R,) finite numbers >= 0, how often each was given, as for `plackett_luce_loss`

    Returns
    -------
    (Y, Y) counts, in rankings; they sum to R, or to the sum of the weights

    Source: ouyang2022instructgpt.

    Examples
    --------
    >>> wins_from_rankings([[2, 0, 1]], 3).round(3).tolist()
    [[0.0, 0.333, 0.0], [0.0, 0.0, 0.0], [0.333, 0.333, 0.0]]
    """
    size, table = as_count("num_responses", num_responses), []
    check_listable("num_responses", (size, size), "take fewer")
    for rows, weight in as_rankings("rankings", rankings, size, weights):
        table.append(_pair_table(rows, weight[:, None] / comb(rows.shape[1], 2), size))
    return np.asarray(np.sum(table, axis=0))


def _ranking_model(
    blocks: list[_Block],
) -> tuple[Callable[[Array], Array], Callable[[Array], Pull]]:
    """Return the loss of rankings, and the pull of each pair, as functions of the rewards."""
    total = sum(weight.sum() for _, weight in blocks)

    def loss(reward: Array) -> Array:
        parts = []
        for rows, weight in blocks:
            ranked, rest = _ranked_and_rest(reward, rows)
            places = softplus(rest[..., 1:] - ranked[..., :-1])
            parts.append((places.sum(axis=-1) * (weight / total)).sum(axis=-1))
        return np.asarray(sum(parts))

    def pull(reward: Array) -> Pull:
        """At each place the one chosen pulls itself past each of the rest, p_j hard."""
        flows = coupling = np.zeros((*reward.shape, reward.shape[-1]))
        for rows, weight in blocks:
            ranked, rest = _ranked_and_rest(reward, rows)
            better, worse = np.triu_indices(rows.shape[1], k=1)
            # Σ over the places up to the better one's of p_i p_j, p = e^(r − rest): both are there.
            stiff = np.logaddexp.accumulate(-2 * rest, axis=-1)[..., better]
            pairs = ranked[..., better] + ranked[..., worse]
            share = (weight / total)[:, None]
            force = share * np.exp(ranked[..., worse] - rest[..., better])
            flows = flows + _pair_table(rows, force, reward.shape[-1])
            coupling = coupling + _pair_table(rows, share * np.exp(pairs + stiff), reward.shape[-1])
        return flows - np.swapaxes(flows, -2, -1), coupling + np.swapaxes(coupling, -2, -1)

    return loss, pull


def _ranked_and_rest(reward: Array, rows: NDArray[np.int64]) -> tuple[Array, Array]:
    """Return rewards by place ``(..., R, K)``, and log Σ_{m ≥ k} e^(r(y_m)) for each place k."""
    ranked = reward[..., rows]
    return ranked, np.logaddexp.accumulate(ranked[..., ::-1], axis=-1)[..., ::-1]


def _pair_table(rows: NDArray[np.int64], values: Array, size: int) -> Array:
    """Return ``(..., Y, Y)``: the sum of the values ``(..., R, pairs)`` with i above j."""
    better, worse = np.triu_indices(rows.shape[1], k=1)
    table = np.zeros((size, size, *values.shape[:-2]))
    np.add.at(table, (rows[:, better], rows[:, worse]), np.moveaxis(values, (-2, -1), (0, 1)))
    return np.moveaxis(table, (0, 1), (-2, -1))


def as_rankings(
    name: str, rankings: Any, num_responses: int | None, weights: ArrayLike | None = None
) -> list[_Block]:
    """Return rankings of K >= 2 responses and their weights, those of one length together."""
    rule = "must be a sequence of R >= 1 rankings, each of K >= 2 responses, best first"
    try:
        rows = [as_numbers(name, ranking) for ranking in rankings]
    except TypeError:
        refuse(name, rule, rankings)
    shapes = {row.shape for row in rows}
    if not rows or any(len(shape) != 1 or shape[0] < 2 for shape in shapes):
        refuse(name, rule, f"a ranking of shape {min(shapes)}" if rows else "none")
    weight, lengths = _as_weights(weights, len(rows)), np.array([row.size for row in rows])
    blocks = []
    for length in np.unique(lengths):
        chosen = np.flatnonzero(lengths == length)
        block = np.stack([rows[i] for i in chosen])
        blocks.append((_as_responses(name, block, num_responses), weight[chosen]))
    return blocks


def _as_responses(name: str, block: Array, num_responses: int | None) -> NDArray[np.int64]:
    """Return rankings of one length ``(R, K)`` as whole numbers, if each is of different ones."""
    last = (num_responses or _MOST_RESPONSES) - 1
    if not ((block == np.floor(block)) & (block >= 0) & (block <= last)).all():
        refuse(name, f"must hold whole numbers from 0 to {last}", block)
    if (np.diff(np.sort(block, axis=1), axis=1) == 0).any():
        refuse(name, "must name each response at most once a row", block)
    return block.astype(np.int64)


def _as_weights(weights: ArrayLike | None, num_rankings: int) -> Array:
    """Return how often each ranking was given ``(R,)``."""
    if weights is None:
        return np.ones(num_rankings)
    weight = as_nonnegative("weights", weights)
    if weight.shape != (num_rankings,):
        refuse(
            "weights", f"must have shape ({num_rankings},), one a ranking", f"shape {weight.shape}"
        )
    if not weight.any():
        refuse("weights", "must not all be 0", weight)
    return weight
