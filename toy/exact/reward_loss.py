"""Floor 2, chapter "Reward loss": rewards from comparisons, by maximum likelihood.

Comparisons are counts: `wins[i, j]` is how often response i was preferred to response j. The model
is Bradley and Terry's, P(i ≻ j) = σ(r_i − r_j), so that only differences of rewards within one
prompt are identified. Losses are means per comparison, in nats. Worlds broadcast over their leading
axes.

What is not as its line under Parameters says, or does not fit the rest in shape, is refused with a
``ValueError`` that names the argument, the rule and what it got; Raises tells what else may happen.

Sources: bradley1952rank, ford1957ranking (when a maximum exists), ouyang2022instructgpt (rankings).
"""

from collections.abc import Callable
from typing import Any, TypeAlias

import numpy as np
from numpy.typing import ArrayLike, NDArray

from toy.exact.comparison_graph import check_linked, solve_laplacian
from toy.exact.validation import (
    Array,
    as_count,
    as_finite,
    as_nonnegative,
    as_numbers,
    as_values,
    as_wins,
    check_generator,
    check_same_responses,
    refuse,
)

#: Newton's method has arrived when a whole step moves no margin by more than this.
_TOLERANCE = 1e-9

_MAX_STEPS = 1000

#: A step of Newton's method, its slope (the change of the loss at first order), and how far it
#: moves the margin of a compared pair at most.
_Step: TypeAlias = tuple[Array, Array, Array]


def win_probability(margin: ArrayLike) -> Array:
    """Return the probability that a response wins by its margin of reward.

    P(i ≻ j) = σ(r_i − r_j) = 1 / (1 + e^−(r_i − r_j))

    Parameters
    ----------
    margin : any shape, finite or infinite but no NaN, in units of reward

    Returns
    -------
    the same shape, probabilities

    Examples
    --------
    >>> win_probability([0.0, np.log(3.0)]).tolist()
    [0.5, 0.75]
    """
    return _sigmoid(as_numbers("margin", margin))


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

    Source: ouyang2022instructgpt.

    Examples
    --------
    >>> float(reward_loss([0.0, 0.0], [[0, 3], [1, 0]]))
    0.6931471805599453
    """
    reward, share = _as_comparisons(reward, wins)
    return (share * _softplus(-margins(reward))).sum(axis=(-2, -1))


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

    Examples
    --------
    >>> reward_loss_gradient([0.0, 0.0], [[0, 3], [1, 0]]).tolist()
    [-0.25, 0.25]
    """
    reward, share = _as_comparisons(reward, wins)
    force = share * _sigmoid(-margins(reward))
    return (np.swapaxes(force, -2, -1) - force).sum(axis=-1)


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

    Examples
    --------
    >>> reward_loss_hessian([0.0, 0.0], [[0, 3], [1, 0]]).tolist()
    [[0.25, -0.25], [-0.25, 0.25]]
    """
    reward, share = _as_comparisons(reward, wins)
    margin = margins(reward)
    coupling = share * _sigmoid(-margin) * _sigmoid(margin)
    weight = coupling + np.swapaxes(coupling, -2, -1)
    return weight.sum(axis=-1)[..., None] * np.eye(weight.shape[-1]) - weight


def accuracy(reward: ArrayLike, wins: ArrayLike) -> Array:
    """Return the share of comparisons whose winner has the higher reward; a tie counts half.

    Parameters
    ----------
    reward : (..., Y) finite, in units of reward
    wins : (..., Y, Y) how often i was preferred to j, as for `reward_loss`

    Returns
    -------
    (...) no unit, from 0 to 1

    Raises
    ------
    ValueError
        As `reward_loss`.

    Examples
    --------
    >>> float(accuracy([1.0, 0.0], [[0, 7], [3, 0]])), float(accuracy([1.0, 1.0], [[0, 7], [3, 0]]))
    (0.7, 0.5)
    """
    reward, wins = _as_comparisons(reward, wins)
    return (shares(wins) * (1 + np.sign(margins(reward))) / 2).sum(axis=(-2, -1))


def fit_rewards(wins: Any, l2: ArrayLike = 0.0) -> Array:
    """Return the rewards that make the comparisons most likely, with mean zero.

    r̂ = argmin_r L(r) + (λ/2) Σ_i r_i²,  Σ_i r̂_i = 0

    L is `reward_loss`.

    For l2 = 0 the minimum exists if and only if each response reaches every other by a chain of
    wins: otherwise two groups drift apart for ever. It is found by Newton's method, whose steps are
    damped so that every one of them lowers the loss, until a whole step moves no margin by 1e-9.

    Parameters
    ----------
    wins : (..., Y, Y) counts >= 0 with a zero diagonal, at least one per world; or one (Y, Y)
        matrix of `scipy.sparse`
    l2 : λ, a finite number >= 0, nats per squared unit of reward, and per comparison: a penalty
        α Σ r² beside the *sum* over N comparisons is l2 = 2α/N

    Returns
    -------
    (..., Y) in units of reward

    Raises
    ------
    ValueError
        If no finite maximum exists; the message names two groups of responses that nothing ties
        together.
    RuntimeError
        If Newton's method does not arrive, as rounding can bring about where one comparison in 10⁹
        holds two large groups together.

    Source: bradley1952rank, ford1957ranking.

    Examples
    --------
    >>> float(np.diff(fit_rewards([[0, 30], [70, 0]]))[0])  # the margin is logit 0.7
    0.847...
    """
    penalty = as_nonnegative("l2", l2)
    if penalty.ndim:
        refuse("l2", "must be a single number", f"shape {penalty.shape}")
    counts = as_wins("wins", wins)
    if not penalty:
        _check_finite_maximum(counts)
    return _fit(counts, float(penalty))


def sample_comparisons(
    rng: np.random.Generator, reward: ArrayLike, pair_counts: ArrayLike
) -> Array:
    """Return simulated comparisons: each pair is compared so many times, independently.

    wins_ij ~ Binomial(n_ij, σ(r_i − r_j)),  wins_ji = n_ij − wins_ij

    Parameters
    ----------
    rng : numpy.random.Generator, the only source of randomness
    reward : (..., Y) finite, in units of reward
    pair_counts : (..., Y, Y) whole numbers >= 0, symmetric, with a zero diagonal: n_ij = n_ji

    Returns
    -------
    (..., Y, Y) counts

    Examples
    --------
    >>> wins = sample_comparisons(np.random.default_rng(0), [1.0, 0.0], [[0, 10], [10, 0]])
    >>> (wins + wins.T).tolist()
    [[0.0, 10.0], [10.0, 0.0]]
    """
    check_generator("rng", rng)
    counts = as_wins("pair_counts", pair_counts)
    if (counts != np.floor(counts)).any() or (counts != np.swapaxes(counts, -2, -1)).any():
        refuse("pair_counts", "must be whole numbers, the same for (i, j) and (j, i)", pair_counts)
    reward = as_values("reward", reward)
    check_same_responses("reward", reward, "pair_counts", counts)
    upper = np.triu(counts).astype(np.int64)
    first = rng.binomial(upper, _sigmoid(margins(reward)))
    return first + np.swapaxes(upper - first, -2, -1).astype(float)


def optimal_margin(preference: ArrayLike) -> Array:
    """Return the margin of least expected loss for a response that wins a share of its labels.

    Δ* = logit p = log(p / (1 − p)), where σ(Δ*) = p

    Parameters
    ----------
    preference : any shape, the share p of the labels that the response wins, from 0 to 1

    Returns
    -------
    the same shape, in units of reward; ±∞ for labels without noise: the loss has no minimum

    Examples
    --------
    >>> optimal_margin([0.5, 0.7, 1.0]).round(3).tolist()
    [0.0, 0.847, inf]
    """
    p = _as_preference(preference)
    # log1p of what is above even odds, on the side on which there is something: precise near ½.
    with np.errstate(divide="ignore"):
        return np.sign(2 * p - 1) * np.log1p(np.abs(2 * p - 1) / np.minimum(p, 1 - p))


def time_to_margin(margin: ArrayLike, preference: ArrayLike) -> Array:
    """Return when gradient flow from margin 0, Δ' = p − σ(Δ), reaches a margin.

    t = Δ + e^Δ − 1                                                      for clean labels, p = 1
    p q t = q Δ − log((p − q e^Δ)/(p − q)), with q = 1 − p               for 1/2 < p < 1

    Time is the step size times the number of steps of gradient descent in the margin. For p < ½ the
    two responses change places.

    Parameters
    ----------
    margin : (...) finite, in units of reward
    preference : (...) the share p of the labels that the response wins, from 0 to 1

    Returns
    -------
    (...) no unit, >= 0; infinite where the flow never gets there, at Δ* = logit p and beyond

    Examples
    --------
    >>> time_to_margin([5.0, 10.0], 1.0).round(1).tolist()
    [152.4, 22035.5]
    """
    margin, p = _with_preference("margin", as_finite("margin", margin), preference)
    sign = np.where(p < 0.5, -1.0, 1.0)
    return _time_to_margin(sign * margin, np.maximum(p, 1 - p), np.minimum(p, 1 - p))


def margin_after(time: ArrayLike, preference: ArrayLike) -> Array:
    """Return the margin after gradient flow of the expected loss from margin 0.

    Δ' = p − σ(Δ), Δ(0) = 0: it tends to logit p like e^(−p(1−p)t), or for p = 1 grows like log t

    It is `time_to_margin` inverted, by bisection down to neighbouring numbers.

    Parameters
    ----------
    time : (...) finite, >= 0: the step size times the number of steps of gradient descent
    preference : (...) the share p of the labels that the response wins, from 0 to 1

    Returns
    -------
    (...) in units of reward

    Examples
    --------
    >>> margin_after([1.0, 10.0, 1000.0], 0.7).round(4).tolist()
    [0.177, 0.7554, 0.8473]
    >>> round(float(margin_after(1000.0, 1.0)), 3)  # clean labels: it never settles
    6.902
    """
    time, p = _with_preference("time", as_nonnegative("time", time), preference)
    likely, against = np.maximum(p, 1 - p), np.minimum(p, 1 - p)
    # The slope is never steeper than that of clean labels, whose margin stays under log(1 + t).
    low, high = np.zeros_like(p), np.minimum(np.log1p(time), optimal_margin(likely))
    middle = (low + high) / 2
    while ((low < middle) & (middle < high)).any():
        early = _time_to_margin(middle, likely, against) < time
        low, high = np.where(early, middle, low), np.where(early, high, middle)
        middle = (low + high) / 2
    return np.where(p < 0.5, -middle, middle)[()]


def plackett_luce_loss(reward: ArrayLike, rankings: ArrayLike) -> Array:
    """Return the mean negative log-likelihood of rankings, drawn best first without replacement.

    P(y_1 ≻ … ≻ y_K) = Π_k e^(r(y_k)) / Σ_{m ≥ k} e^(r(y_m))

    For K = 2 it is `reward_loss`. For K > 2 it is not InstructGPT's loss, the mean over the C(K, 2)
    pairs of a ranking as if they were independent comparisons: that is `reward_loss` of
    `wins_from_rankings`, which has the same minimiser on endless data but not on finite data.

    Parameters
    ----------
    reward : (..., Y) finite, in units of reward
    rankings : (R, K) responses, best first: K >= 2 different numbers from 0 to Y − 1 in each row

    Returns
    -------
    (...) nats per ranking, > 0

    Source: plackett1975permutations, ouyang2022instructgpt.

    Examples
    --------
    >>> float(plackett_luce_loss([0.0, 0.0, 0.0], [[2, 0, 1]]))  # log 3!
    1.79175...
    """
    reward = as_values("reward", reward)
    ranked = reward[..., as_rankings("rankings", rankings, reward.shape[-1])]
    rest = np.logaddexp.accumulate(ranked[..., ::-1], axis=-1)[..., ::-1]
    return _softplus(rest[..., 1:] - ranked[..., :-1]).sum(axis=-1).mean(axis=-1)


def wins_from_rankings(rankings: ArrayLike, num_responses: int) -> Array:
    """Return the pairs of each ranking as comparisons, with InstructGPT's weight 1/C(K, 2) each.

    wins_ij = Σ_rankings [i stands before j] / C(K, 2)

    So every ranking counts as one comparison, however many responses it holds, and counts from
    rankings of different length may be added.

    Parameters
    ----------
    rankings : (R, K) responses, best first: K >= 2 different numbers from 0 to Y − 1 in each row
    num_responses : Y, a whole number >= 1

    Returns
    -------
    (Y, Y) counts, in rankings; they sum to R

    Source: ouyang2022instructgpt.

    Examples
    --------
    >>> wins_from_rankings([[2, 0, 1]], 3).round(3).tolist()
    [[0.0, 0.333, 0.0], [0.0, 0.0, 0.0], [0.333, 0.333, 0.0]]
    """
    size = as_count("num_responses", num_responses)
    rankings = as_rankings("rankings", rankings, size)
    better, worse = np.triu_indices(rankings.shape[1], k=1)
    wins = np.zeros((size, size))
    np.add.at(wins, (rankings[:, better], rankings[:, worse]), 1 / better.size)
    return wins


def margins(reward: Array) -> Array:
    """Return r_i − r_j for every pair ``(..., Y, Y)``, unchecked."""
    return reward[..., :, None] - reward[..., None, :]


def shares(wins: Array) -> Array:
    """Return counts as shares of all comparisons in their world, unchecked."""
    return wins / wins.sum(axis=(-2, -1), keepdims=True)


def _as_comparisons(reward: ArrayLike, wins: Any) -> tuple[Array, Array]:
    """Return rewards, and the counts as shares of all comparisons in their world."""
    reward, wins = as_values("reward", reward), as_wins("wins", wins)
    check_same_responses("reward", reward, "wins", wins)
    return reward, shares(wins)


def _sigmoid(x: Array) -> Array:
    """Return σ(x), to full relative precision on both sides."""
    with np.errstate(over="ignore"):
        return np.asarray(1 / (1 + np.exp(-x)))


def _softplus(x: Array) -> Array:
    """Return log(1 + e^x) = −log σ(−x), which neither overflows nor cancels."""
    return np.maximum(x, 0) + np.log1p(np.exp(-np.abs(x)))


def _check_finite_maximum(wins: Array) -> None:
    """Refuse counts without a finite maximum: each response must reach every other by wins."""
    rule = (
        "must lead from each response to every other by a chain of wins, or no finite maximum "
        "exists (l2 > 0 is the remedy)"
    )
    check_linked(wins, wins, rule, "never won against")
    check_linked(wins, np.swapaxes(wins, -2, -1), rule, "never lost to")


def _fit(wins: Array, l2: float) -> Array:
    """Return the rewards of least loss, of all worlds at once."""
    share, size = shares(wins), wins.shape[-1]
    pair = share + np.swapaxes(share, -2, -1)
    compared = pair > 0
    springs = l2 / size * (1 - np.eye(size))  # as the rewards have mean zero, l2 is one a pair

    def loss(reward: Array) -> Array:
        data = (share * _softplus(-margins(reward))).sum(axis=(-2, -1))
        return data + l2 / 2 * (reward**2).sum(axis=-1)

    def newton_step(reward: Array) -> _Step:
        beaten = _sigmoid(margins(-reward))
        force = share * beaten
        # Pair by pair, for what the two of a pair owe each other must cancel exactly.
        gradient = (np.swapaxes(force, -2, -1) - force).sum(axis=-1) + l2 * reward
        coupling = pair * (beaten * np.swapaxes(beaten, -2, -1)) + springs
        step = -solve_laplacian(coupling, gradient)
        change = (margins(step) * compared).max(axis=(-2, -1))
        return step, (gradient * step).sum(axis=-1), change

    return _newton(_start(share.sum(axis=-2), share.sum(axis=-1), l2), loss, newton_step)


def _start(lost: Array, won: Array, l2: float) -> Array:
    """Return the log-odds of winning at all, exact for two responses; zero with a penalty."""
    return np.zeros_like(won) if l2 else (1 - 1 / won.shape[-1]) * np.log(won / lost)


def _newton(
    start: Array, loss: Callable[[Array], Array], newton_step: Callable[[Array], _Step]
) -> Array:
    """Follow Newton's steps until a whole one moves no margin any more."""
    reward = start
    for _ in range(_MAX_STEPS):
        step, slope, change = newton_step(reward)
        part = _safe_part(loss, reward, step, slope, change)
        reward = reward + part[..., None] * step
        reward -= reward.mean(axis=-1, keepdims=True)
        if (change <= _TOLERANCE).all():
            return reward
    raise RuntimeError(
        f"Newton's method has not arrived after {_MAX_STEPS} steps: "
        f"margins still move by {np.max(change):.3g}"
    )


def _safe_part(
    loss: Callable[[Array], Array], reward: Array, step: Array, slope: Array, change: Array
) -> Array:
    """Return how much of each world's step to take, so that it lowers the loss.

    Let d be the most by which a step moves the margin of a compared pair. As |f‴| <= d f″ along it,
    a part t changes the loss by at most −t λ² + (e^(td) − td − 1) λ²/d², with λ² = −slope. For
    d <= 1 the whole step is safe; beyond, it is tried, and else the t that makes the bound smallest
    is taken, log(1 + d)/d.
    """
    if (change <= 1).all():
        return np.ones_like(change)
    whole = (change <= 1) | (loss(reward + step) <= loss(reward) + slope / 10)
    return np.where(whole, 1, np.log1p(change) / np.maximum(change, 1))


def _as_preference(preference: ArrayLike) -> Array:
    """Return shares of labels, checked."""
    array = as_nonnegative("preference", preference)
    if (array > 1).any():
        refuse("preference", "must be from 0 to 1", preference)
    return array


def _with_preference(name: str, numbers: Array, preference: ArrayLike) -> tuple[Array, ...]:
    """Return checked numbers and shares of labels, of one shape."""
    p = _as_preference(preference)
    try:
        return tuple(np.broadcast_arrays(numbers, p))
    except ValueError:
        shapes = f"shapes {numbers.shape} and {p.shape}"
        return refuse(f"{name} and preference", "must have shapes that broadcast", shapes)


def _time_to_margin(margin: Array, likely: Array, against: Array) -> Array:
    """Return the time to a margin, unchecked, where `likely` >= ½ and `against` are p and 1 − p.

    Written with expm1 and log1p, so that small margins keep their digits.
    """
    with np.errstate(divide="ignore", invalid="ignore", over="ignore"):
        passed = against * np.expm1(margin) / (likely - against)
        noisy = (against * margin - np.log1p(-passed)) / (likely * against)
        time = np.where(against == 0, margin + np.expm1(margin), noisy)
    reached = (margin >= 0) & (margin < optimal_margin(likely)) & ~(passed >= 1)
    return np.where(margin == 0, 0.0, np.where(reached, time, np.inf))[()]


def as_rankings(name: str, rankings: ArrayLike, num_responses: int) -> NDArray[np.int64]:
    """Return rankings ``(R, K)``: K >= 2 different responses a row, best first."""
    array = as_numbers(name, rankings)
    if array.ndim != 2 or array.shape[0] < 1 or array.shape[1] < 2:
        refuse(name, "must have shape (R, K) with R >= 1 and K >= 2", f"shape {array.shape}")
    if not np.isin(array, np.arange(num_responses)).all():
        refuse(name, f"must hold whole numbers from 0 to {num_responses - 1}", rankings)
    if (np.diff(np.sort(array, axis=1), axis=1) == 0).any():
        refuse(name, "must name each response at most once a row", rankings)
    return array.astype(np.int64)
