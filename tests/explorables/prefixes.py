"""What the facts of both trees of prefixes share."""

from __future__ import annotations

from typing import Any

import numpy as np
from explorables.live import Numbers

import toy


def probabilities(policy: Any) -> Numbers:
    """The probability of each sequence, by its number."""
    return {f"prob.{y}": float(p) for y, p in enumerate(toy.sequence_probs(policy).ravel(), 1)}


def tokens_of(path: int) -> tuple[int, ...]:
    return tuple(int(token) for token in np.unravel_index(path - 1, (2, 2, 2)))


def along(tables: Any, path: int, tokens: int = 1) -> list[float]:
    """What each step's table says of the sequence, of its prefixes if `tokens` is 0."""
    y = tokens_of(path)
    return [float(np.ravel(table[y[: t + tokens]])[0]) for t, table in enumerate(tables)]


def flat(tables: Any) -> list[float]:
    return np.concatenate([np.ravel(table) for table in tables]).tolist()
