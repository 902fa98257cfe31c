"""Floor 1: comparisons as a graph, whose nodes are the responses and whose links were compared.

Rewards exist where the graph hangs together, and are found by solving with its Laplacian, whatever
the model: the reward loss, DPO and IPO all stand on these functions.

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


def check_linked(wins: Array, links: Array, rule: str, fault: str = "") -> None:
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
    refuse("wins", rule, f"responses {_named(inside)}, which {fault} {_named(outside)}{where}")


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


def solve_laplacian(weights: Array, values: Array) -> Array:
    """Return an x with Σ_j w_ij (x_i − x_j) = v_i, for weights that connect all responses.

    `weights` are symmetric, >= 0, with a zero diagonal; `values` sum to zero. Where weights are of
    very unequal size, a weak link would drown in the diagonal that general elimination starts from.
    """
    if values.ndim == 1 and values.size >= _MIN_ITERATED:
        solution, arrived = _conjugate_gradients(weights, values)
        if arrived:
            return solution
    linked = np.where(weights > 0, weights, np.inf)
    unequal = weights.max() > _MAX_WEIGHT_RATIO * linked.min()
    return (_eliminate if unequal else _solve_directly)(weights, values)


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
    """Solve by general elimination.

    d dᵀ / Σ d is added to the Laplacian, d its diagonal: as 1ᵀ L = 0, that makes dᵀ x = 0 and
    leaves L x as it is.
    """
    degree = weights.sum(axis=-1)
    matrix = degree[..., :, None] * (degree / degree.sum(axis=-1, keepdims=True))[..., None, :]
    matrix -= weights
    np.einsum("...ii->...i", matrix)[...] += degree
    return np.linalg.solve(matrix, values[..., None])[..., 0]


def _eliminate(weights: Array, values: Array) -> Array:
    """Solve as `solve_laplacian` does, one response after the other, without a subtraction.

    A star of links to a response becomes a mesh among its neighbours, w_ij += w_ik w_kj / Σ_m w_km,
    so that every weight keeps its relative precision, however small it is beside the others.
    """
    weights, solution = weights.copy(), values.copy()
    for k in range(weights.shape[-1] - 1, 0, -1):
        links = weights[..., k, :k].copy()
        weights[..., k, :k] /= links.sum(axis=-1, keepdims=True)
        weights[..., :k, :k] += links[..., :, None] * weights[..., k, None, :k]
        solution[..., :k] += solution[..., k, None] * weights[..., k, :k]
        solution[..., k] /= links.sum(axis=-1)
    solution[..., 0] = 0.0
    for k in range(1, weights.shape[-1]):
        solution[..., k] += (weights[..., k, :k] * solution[..., :k]).sum(axis=-1)
    return solution
