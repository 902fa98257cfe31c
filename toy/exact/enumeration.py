"""Floor 1: every group of N draws, listed once: as counts, since their order seldom matters."""

import math
from itertools import combinations

import numpy as np
from numpy.typing import NDArray

from toy.exact.validation import Array, refuse

#: The most count vectors that anything here will list.
_MAX_COUNT_VECTORS = 2_000_000

#: The most numbers in one array whose size is asked for: 160 MB.
MAX_NUMBERS = 20_000_000


def num_count_vectors(total: int, parts: int) -> int:
    """Return how many ways there are to share `total` draws among `parts` responses."""
    return math.comb(total + parts - 1, parts - 1)


def count_vectors(name: str, total: int, parts: int, remedy: str) -> NDArray[np.int64]:
    """Return every way to share `total` draws among `parts` responses, shape (C, parts).

    Stars and bars: choose where the bars stand among `total` stars, and count the stars between.
    The error for too many names the argument that asked for them, and the remedy.
    """
    # C(80, 40) is over 10^15, and what is larger may have too many digits to work out.
    size = num_count_vectors(total, parts) if min(total, parts - 1) < 40 else math.inf
    if size > _MAX_COUNT_VECTORS:
        rule = f"must leave at most {_MAX_COUNT_VECTORS:,} count vectors to list"
        told = f"{size:,}" if size < 1e15 else "over 10^15"
        refuse(name, rule, f"{told} for {total} draws of {parts} responses; {remedy}")
    for shape in ((int(size), parts), (total,)):
        check_listable(name, shape, remedy)
    bars = np.array(list(combinations(range(total + parts - 1), parts - 1)), dtype=np.int64)
    edges = np.pad(bars.reshape(int(size), parts - 1), ((0, 0), (1, 1)), constant_values=-1)
    edges[:, -1] = total + parts - 1
    return np.diff(edges, axis=-1) - 1


def check_listable(name: str, shape: tuple[int, ...], remedy: str) -> None:
    """Refuse an array of this shape that would not fit in memory, before it is made."""
    if (size := math.prod(max(axis, 1) for axis in shape)) > MAX_NUMBERS:
        rule = f"must leave at most {MAX_NUMBERS:,} numbers to list"
        refuse(name, rule, f"{size:,} in shape {shape}; {remedy}")


def count_probabilities(policy: Array, counts: NDArray[np.int64]) -> Array:
    """Return how likely each count vector (C, Y) is when a policy (..., Y) draws, shape (..., C).

    P(c) = N! Π_y π(y)^c(y) / c(y)!, with 0⁰ = 1
    """
    total = int(counts[0].sum())
    log_factorial = np.cumsum(np.log(np.maximum(np.arange(total + 1), 1)))
    log_orders = log_factorial[total] - log_factorial[counts].sum(axis=-1)
    possible = (policy == 0) @ counts.T == 0
    log_weights = np.log(np.where(policy > 0, policy, 1.0)) @ counts.T
    return np.where(possible, np.exp(log_orders + log_weights), 0.0)


def listed_draws(counts: NDArray[np.int64]) -> NDArray[np.int64]:
    """Return the N draws that each count vector (C, Y) stands for, sorted, shape (C, N)."""
    responses = np.broadcast_to(np.arange(counts.shape[-1]), counts.shape)
    return np.repeat(responses.ravel(), counts.ravel()).reshape(len(counts), -1)
