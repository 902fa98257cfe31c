"""Floor 2, chapter "Reward loss": rewards from comparisons, by maximum likelihood.

Comparisons are counts: `wins[i, j]` is how often response i was preferred to response j. The model
is Bradley and Terry's, P(i ≻ j) = σ(r_i − r_j), so that only differences of rewards within one
prompt are identified. Losses are means per comparison, in nats. Worlds broadcast over their leading
axes.

What is not as its line under Parameters says, or does not fit the rest in shape, is refused with a
``ValueError`` that names the argument, the rule and what it got; Raises tells what else may happen.

Sources: zermelo1929turniere and bradley1952rank, ford1957ranking (when a maximum exists),
ouyang2022instructgpt.
"""

from collections.abc import Callable
from typing import Any, TypeAlias

import numpy as np
from numpy.typing import ArrayLike

from toy.exact.comparison_graph import check_linked, resistances, solve_laplacian
from toy.exact.validation import (
    Array,
    as_finite,
    as_nonnegative,
    as_numbers,
    as_values,
    as_wins,
    check_generator,
    check_result,
    check_same_responses,
    refuse,
)

#: Newton's method has arrived when a whole step moves no margin by more than this.
_TOLERANCE = 1e-9

_MAX_STEPS = 1000

#: A whole step that moves a margin further is not even tried: beyond, couplings underflow.
_FAR = 30.0

#: What each pair wants at some rewards, the negative gradient as flows, and how stiff it is, the
#: Hessian as the links of a graph.
Pull: TypeAlias = tuple[Array, Array]


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
    return (share * softplus(-margins(reward))).sum(axis=(-2, -1))


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

    r̂ = argmin_r L(r) + (α/2) Σ_i r_i²,  Σ_i r̂_i = 0

    L is `reward_loss`.

    For l2 = 0 the minimum exists if and only if each response reaches every other by a chain of
    wins: otherwise two groups drift apart for ever. It is found by Newton's method, whose steps are
    damped so that every one of them lowers the loss, until a whole step moves no margin by 1e-9.

    Parameters
    ----------
    wins : (..., Y, Y) counts >= 0 with a zero diagonal, at least one per world; or one (Y, Y)
        matrix of `scipy.sparse`
    l2 : α, a finite number >= 0, nats per squared unit of reward, and per comparison: a penalty
        c Σ r² beside the *sum* over N comparisons is l2 = 2c/N

    Returns
    -------
    (..., Y) in units of reward

    Raises
    ------
    ValueError
        If no finite maximum exists; the message names two groups of responses that nothing ties
        together.
    RuntimeError
        If Newton's method does not arrive, as rounding can bring about where counts differ by many
        orders of magnitude; the message says where it stopped, and that a penalty helps.

    Source: bradley1952rank, ford1957ranking.

    Examples
    --------
    >>> float(np.diff(fit_rewards([[0, 30], [70, 0]]))[0])  # the margin is logit 0.7
    0.847...
    """
    counts, penalty = as_wins("wins", wins), as_penalty(l2)
    if not penalty:
        rule = CHAIN_OF_WINS.format("")
        check_linked(counts, counts, rule, "never won against")
        check_linked(counts, np.swapaxes(counts, -2, -1), rule, "never lost to")
    return newton(counts, *_comparison_model(counts), penalty)


def margin_standard_errors(reward: ArrayLike, wins: Any) -> Array:
    """Return the standard errors of all fitted margins, from the curvature of the loss.

    Var(r̂_i − r̂_j) = v_ii + v_jj − 2 v_ij, with v the pseudo-inverse of N ∇²L over N comparisons

    To first order in 1/N, and for comparisons that are independent and follow the model: pairs of
    rankings are not (`fit_rankings`), and a tie counted as half a win each scatters less than a
    coin.

    Parameters
    ----------
    reward : (..., Y) finite, in units of reward; those of `fit_rewards`
    wins : (..., Y, Y) counts >= 0 with a zero diagonal, at least one per world; here not only the
        shares matter but the counts

    Returns
    -------
    (..., Y, Y) in units of reward, symmetric with a zero diagonal; one standard error

    Raises
    ------
    ValueError
        If some responses were never compared with the others, or the loss is flat in float64 for a
        pair that was.

    Examples
    --------
    >>> wins = [[0, 30], [70, 0]]
    >>> margin_standard_errors(fit_rewards(wins), wins).round(4).tolist()  # 1/√(100 · .7 · .3)
    [[0.0, 0.2182], [0.2182, 0.0]]
    """
    curvature = -reward_loss_hessian(reward, wins)
    counts = as_wins("wins", wins)
    linked = np.maximum(counts, np.swapaxes(counts, -2, -1))
    check_linked(counts, linked, "must connect all responses by comparisons")
    curvature = np.where(np.eye(curvature.shape[-1]), 0.0, curvature)
    if ((linked > 0) & ~(curvature > 0)).any():
        rule = "must leave the loss some curvature for every compared pair"
        refuse("reward and wins", rule, "none in float64 for one of them")
    with np.errstate(all="ignore"):
        total = counts.sum(axis=(-2, -1))[..., None, None]
        errors = np.sqrt(np.maximum(resistances(curvature), 0) / total)
    check_result("reward and wins", "must leave curvature enough for standard errors", errors)
    return errors


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
    if (counts >= 2.0**63).any():
        refuse("pair_counts", "must be below 2^63 ≈ 9.2e18", counts.max())
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
    return np.sign(2 * p - 1) * _log_odds(np.maximum(p, 1 - p), np.minimum(p, 1 - p))


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
    low, high = np.zeros_like(p), np.minimum(np.log1p(time), _log_odds(likely, against))
    middle = (low + high) / 2
    while ((low < middle) & (middle < high)).any():
        early = _time_to_margin(middle, likely, against) < time
        low, high = np.where(early, middle, low), np.where(early, high, middle)
        middle = (low + high) / 2
    return np.where(p < 0.5, -middle, middle)[()]


def margins(reward: Array) -> Array:
    """Return r_i − r_j for every pair ``(..., Y, Y)``, unchecked."""
    return reward[..., :, None] - reward[..., None, :]


def shares(wins: Array) -> Array:
    """Return counts as shares of all comparisons in their world, unchecked."""
    # Halved or doubled until the largest is about one, which costs no digit: no sum overflows.
    _, exponent = np.frexp(wins.max(axis=(-2, -1), keepdims=True))
    wins = np.ldexp(wins, -exponent)
    return np.asarray(wins / wins.sum(axis=(-2, -1), keepdims=True))


def _as_comparisons(reward: ArrayLike, wins: Any) -> tuple[Array, Array]:
    """Return rewards, and the counts as shares of all comparisons in their world."""
    reward, wins = as_values("reward", reward), as_wins("wins", wins)
    check_same_responses("reward", reward, "wins", wins)
    return reward, shares(wins)


def _sigmoid(x: Array) -> Array:
    """Return σ(x), to full relative precision on both sides."""
    with np.errstate(over="ignore"):
        return np.asarray(1 / (1 + np.exp(-x)))


def softplus(x: Array) -> Array:
    """Return log(1 + e^x) = −log σ(−x), which neither overflows nor cancels."""
    return np.maximum(x, 0) + np.log1p(np.exp(-np.abs(x)))


#: When a maximum exists, and what to do if not; {} is where.
CHAIN_OF_WINS = (
    "must lead from each response to every other by a chain of wins{}, "
    "or no finite maximum exists (l2 > 0 is the remedy)"
)


def as_penalty(l2: ArrayLike) -> float:
    """Return a single number >= 0."""
    penalty = as_nonnegative("l2", l2)
    if penalty.ndim:
        refuse("l2", "must be a single number", f"shape {penalty.shape}")
    return float(penalty)


def _comparison_model(wins: Array) -> tuple[Callable[[Array], Array], Callable[[Array], Pull]]:
    """Return the loss of comparisons, and the pull of each pair, as functions of the rewards."""
    share = shares(wins)
    pair = share + np.swapaxes(share, -2, -1)

    def loss(reward: Array) -> Array:
        return (share * softplus(-margins(reward))).sum(axis=(-2, -1))

    def pull(reward: Array) -> Pull:
        beaten = _sigmoid(margins(-reward))
        force = share * beaten
        # Pair by pair, for what the two of a pair owe each other must cancel exactly.
        return force - np.swapaxes(force, -2, -1), pair * beaten * np.swapaxes(beaten, -2, -1)

    return loss, pull


def newton(
    above: Array, loss: Callable[[Array], Array], pull: Callable[[Array], Pull], l2: float
) -> Array:
    """Return the rewards of least loss and penalty, of all worlds at once, by Newton's method.

    `above` says how often i stood before j. The method starts from the log-odds of standing
    above at all, exact for two responses, and has arrived when a whole step moves no margin.
    """
    size, compared = above.shape[-1], np.maximum(above, np.swapaxes(above, -2, -1)) > 0
    springs = l2 / size * (1 - np.eye(size))  # as the rewards have mean zero, l2 is one a pair

    def objective(reward: Array) -> Array:
        return loss(reward) + l2 / 2 * (reward**2).sum(axis=-1)

    # What overflows ends as a number that is not finite, and is told as that.
    with np.errstate(all="ignore"):
        reward = _start(above)
        for _ in range(_MAX_STEPS):
            flows, coupling = pull(reward)
            if l2:
                flows, coupling = flows - springs * margins(reward), coupling + springs
            step = solve_laplacian(coupling, flows)
            moved = margins(step)
            change = (np.abs(moved) * compared).max(axis=(-2, -1))
            slope = -(flows * moved).sum(axis=(-2, -1)) / 2
            reward = reward + _safe_part(objective, reward, step, slope, change)[..., None] * step
            reward -= reward.mean(axis=-1, keepdims=True)
            if (change <= _TOLERANCE).all():
                return reward
            if not np.isfinite(change).all():
                break
    gradient = np.abs(flows.sum(axis=-1)).max()
    furthest = np.nan_to_num(change, nan=np.inf).max()
    raise RuntimeError(
        f"Newton's method has not arrived: it stopped where the largest gradient is {gradient:.1e} "
        f"and margins still move by {furthest:.1e} a step, for wins or weights too unequal for "
        "float64; a penalty such as l2=1e-9 makes the fit easier"
    )


def _start(above: Array) -> Array:
    """Return the log-odds of standing above at all, exact for two responses, if they are finite."""
    share = shares(above)
    odds = np.log(share.sum(axis=-1)) - np.log(share.sum(axis=-2))
    odds = (1 - 1 / above.shape[-1]) * (odds - odds.mean(axis=-1, keepdims=True))
    return np.where(np.isfinite(odds).all(axis=-1, keepdims=True), odds, 0)


def _safe_part(
    loss: Callable[[Array], Array], reward: Array, step: Array, slope: Array, change: Array
) -> Array:
    """Return how much of each world's step to take, so that it lowers the loss.

    Let c be the most by which a step moves the margin of a compared pair. As |f‴| <= c f″ along it,
    a part t changes the loss by at most −t g + (e^(tc) − tc − 1) g/c², with g = −slope. For c <= 1
    the whole step is safe; beyond, it is tried unless it is very long, and else the t that makes
    the bound smallest is taken, log(1 + c)/c.
    """
    if (change <= 1).all():
        return np.ones_like(change)
    lower = loss(reward + step) <= loss(reward) + slope / 10
    whole = (change <= 1) | (lower & (change <= _FAR))
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


def _log_odds(likely: Array, against: Array) -> Array:
    """Return log(p/q), where `likely` >= ½ and `against` are p and q = 1 − p, as they came."""
    with np.errstate(divide="ignore", over="ignore"):
        near_even = np.log1p((likely - against) / against)
        return np.where(against < 0.25, np.log(likely) - np.log(against), near_even)


def _time_to_margin(margin: Array, likely: Array, against: Array) -> Array:
    """Return the time to a margin, unchecked, where `likely` >= ½ and `against` are p and 1 − p.

    Written with expm1 and log1p, so that small margins keep their digits.
    """
    with np.errstate(divide="ignore", invalid="ignore", over="ignore"):
        passed = against * np.expm1(margin) / (likely - against)
        noisy = (against * margin - np.log1p(-passed)) / (likely * against)
        time = np.where(against == 0, margin + np.expm1(margin), noisy)
    reached = (margin >= 0) & (margin < _log_odds(likely, against)) & ~(passed >= 1)
    return np.where(margin == 0, 0.0, np.where(reached, time, np.inf))[()]
