"""Floor 1: comparisons as a graph, whose nodes are the responses and whose links were compared.

Rewards exist where the graph hangs together, and are found by solving with its Laplacian, whatever
the model: the reward loss, rankings, DPO and IPO all stand on these functions.

Source: ford1957ranking (when a maximum exists).
"""

import numpy as np
from numpy.typing import NDArray

from toy.exact.validation import Array, refuse

#: Weights of a graph that differ more than this are not left to general elimination.
_MAX_WEIGHT_RATIO = 1e8

#: A single world of so many responses is left to conjugate gradients, if they get so far below the
#: values in so few steps.
_MIN_ITERATED, _RESIDUAL, _MAX_ITERATIONS = 256, 1e-14, 50


def check_linked(wins: Array, links: Array, rule: str, fault: str = "", name: str = "wins") -> None:
    """Refuse counts ``(..., Y, Y)`` of which the first response does not reach all by links.

    `fault` says in words what the responses that are reached have not done to those that are not.
    """
    reached = _reached_from_first(links)
    if reached.all():
        return
    *world, _ = np.argwhere(~reached)[0].tolist()
    row, counts = reached[tuple(world)], wins[tuple(world)]
    inside, outside = np.flatnonzero(row), np.flatnonzero(~row)
    compared = counts[np.ix_(inside, outside)].any() or counts[np.ix_(outside, inside)].any()
    where = f" in world {tuple(world)}" if world else ""
    fault = fault if compared else "were never compared with"
    refuse(name, rule, f"responses {_named(inside)}, which {fault} {_named(outside)}{where}")


def _reached_from_first(links: Array) -> NDArray[np.bool_]:
    """Return which responses ``(..., Y)`` can be reached from the first by links > 0."""
    start = np.arange(links.shape[-1]) == 0
    reached, wider = start, start | (links[..., 0, :] > 0)
    while not wider.all() and (wider != reached).any():
        reached, wider = wider, wider | ((links > 0) & wider[..., None]).any(axis=-2)
    return wider


def _named(group: NDArray[np.int64]) -> str:
    """Return a group of responses, shortened if it is long."""
    return np.array2string(group, separator=", ", threshold=12, formatter={"int": str})


def solve_laplacian(weights: Array, flows: Array) -> Array:
    """Return an x with Σ_j c_ij (x_i − x_j) = Σ_j f_ij, for weights c that connect all responses.

    `weights` are symmetric, >= 0, with a zero diagonal; `flows` are antisymmetric: what each pair
    wants. Where weights are of very unequal size, a weak link would drown in the diagonal that
    general elimination starts from, and what it wants in the sums of what its ends want. What
    float64 does not hold, or a link so weak that it is lost, makes the solution NaN or infinite.
    """
    with np.errstate(all="ignore"):
        if flows.ndim == 2 and len(flows) >= _MIN_ITERATED:
            solution, arrived = _conjugate_gradients(weights, flows.sum(axis=-1))
            if arrived:
                return solution
        if _very_unequal(weights):
            return _eliminate(weights, flows)
        return _solve_directly(weights, flows.sum(axis=-1))


def resistances(weights: Array) -> Array:
    """Return how far a unit flow from i to j drives them apart ``(..., Y, Y)``.

    With the weights of `solve_laplacian`, and not a number where it finds none; it is
    v_ii + v_jj − 2 v_ij for any inverse v of the Laplacian on what sums to zero.
    """
    with np.errstate(all="ignore"):
        inverse = _inverse(weights)
        own = np.diagonal(inverse, axis1=-2, axis2=-1)
        return own[..., :, None] + own[..., None, :] - inverse - np.swapaxes(inverse, -2, -1)


def _inverse(weights: Array) -> Array:
    """Return an inverse of the Laplacian on what sums to zero."""
    if not _very_unequal(weights):
        return _solved(weights, np.broadcast_to(np.eye(weights.shape[-1]), weights.shape))
    size = weights.shape[-1]
    into = np.zeros((size, size, size))  # from each response to the first, which stays at zero
    into[np.arange(1, size), np.arange(1, size), 0] = 1.0
    flows = np.broadcast_to(into - np.swapaxes(into, -2, -1), (*weights.shape[:-2], *into.shape))
    return _eliminate(weights[..., None, :, :], flows)


def _very_unequal(weights: Array) -> bool:
    """Return whether some weight drowns in others."""
    linked = np.where(weights > 0, weights, np.inf)
    return bool(weights.max(initial=0.0) > _MAX_WEIGHT_RATIO * linked.min(initial=np.inf))


def _conjugate_gradients(weights: Array, values: Array) -> tuple[Array, bool]:
    """Return the solution as far as a few steps lead, and whether that is far enough.

    A graph that is well connected takes a handful of steps, each response's scale taken from the
    diagonal; a chain takes as many as it has links.
    """
    degree, solution = weights.sum(axis=-1), np.zeros_like(values)
    residual, direction, size = values - values.mean(), np.zeros_like(values), np.inf
    goal = _RESIDUAL * np.abs(residual).max()
    for _ in range(_MAX_ITERATIONS):
        if np.abs(residual).max() <= goal:
            return solution, True
        scaled = residual / degree
        before, size = size, scaled @ residual
        direction = scaled + size / before * direction
        image = degree * direction - weights @ direction
        part = size / (direction @ image)
        solution, residual = solution + part * direction, residual - part * image
    return solution, False


def _solve_directly(weights: Array, values: Array) -> Array:
    """Solve by general elimination, for what each response wants ``(..., Y)``."""
    return _solved(weights, values[..., None])[..., 0]


def _solved(weights: Array, values: Array) -> Array:
    """Return L⁻¹ times the columns (..., Y, C), or NaN if a link is so weak that it is lost."""
    try:
        return np.asarray(np.linalg.solve(_grounded(weights), values))
    except np.linalg.LinAlgError:
        return np.full(values.shape, np.nan)


def _grounded(weights: Array) -> Array:
    """Return the Laplacian L, made invertible.

    d dᵀ / Σ d is added to it, d its diagonal: as 1ᵀ L = 0, a solution x has dᵀ x = 0 and the same
    L x as without.
    """
    degree = weights.sum(axis=-1)
    matrix = degree[..., :, None] * (degree / degree.sum(axis=-1, keepdims=True))[..., None, :]
    matrix -= weights
    np.einsum("...ii->...i", matrix)[...] += degree
    return matrix


def _eliminate(weights: Array, flows: Array) -> Array:
    """Solve as `solve_laplacian` does, one response after the other, pair by pair.

    A star of links to a response becomes a mesh among its neighbours, c_ij += c_ik p_kj with
    p_kj = c_kj / Σ_m c_km, and what the star wanted goes with it, f_ij += p_kj f_ik + p_ki f_kj. No
    weight is subtracted from another, and f_ij / c_ij never exceeds the sum of these ratios along a
    path: both keep their precision, however weak a link is beside the others.
    """
    weights, flows = weights.copy(), flows.copy()
    solution = np.zeros(flows.shape[:-1])
    for k in range(weights.shape[-1] - 1, 0, -1):
        total = weights[..., k, :k].sum(axis=-1, keepdims=True)
        part, wanted = weights[..., k, :k] / total, flows[..., k, :k].copy()
        flows[..., :k, :k] += part[..., :, None] * wanted[..., None, :]
        flows[..., :k, :k] -= part[..., None, :] * wanted[..., :, None]
        weights[..., :k, :k] += weights[..., k, :k, None] * part[..., None, :]
        weights[..., k, :k], solution[..., k] = part, wanted.sum(axis=-1) / total[..., 0]
    for k in range(1, weights.shape[-1]):
        solution[..., k] += (weights[..., k, :k] * solution[..., :k]).sum(axis=-1)
    return solution
