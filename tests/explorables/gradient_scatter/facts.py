"""What the explorable of estimates of the gradient shows, computed by toy."""

from __future__ import annotations

from typing import Any

import numpy as np
from explorables.live import Explorable, Numbers

import toy
from toy.explorables.gradient_scatter import ADVANTAGES
from toy.figures.style import CORNERS

ROWS = {"leave-one-out": "loo", "group mean": "mean", "group-normalised": "norm"}


def estimates(state: dict[str, Any]) -> dict[str, tuple[int, Any]]:
    """Return, for each row of the table, how many draws it takes and its moments."""
    policy, reward, size = state["policy"], state["reward"], int(state["group_size"])
    baseline = {
        "none": 0.0,
        "value": toy.expectation(policy, reward),
        "best": toy.optimal_baseline(policy, reward),
    }[state["baseline"]]
    rows = {"one": (1, toy.reinforce_moments(policy, reward, baseline))}
    for name, advantage in ADVANTAGES.items():
        moments = toy.group_gradient_moments(policy, reward, size, advantage)
        rows[ROWS[name]] = (size, moments)
    return rows


def turn(start: Any, end: Any) -> float:
    """The angle between two steps in the plane of the triangle, in degrees, anticlockwise."""
    a, b = (complex(*(np.asarray(step) @ CORNERS)) for step in (start, end))
    return float(np.degrees(np.angle(b / a)))


def gradient_scatter(state: dict[str, Any]) -> Numbers:
    gradient = toy.policy_gradient(state["policy"], state["reward"])
    numbers: Numbers = {"group_size": state["group_size"]}
    rows = estimates(state)
    for row, (draws, moments) in rows.items():
        mean = moments.mean
        numbers[f"{row}.variance"] = moments.total_variance
        numbers[f"{row}.per_draw"] = draws * moments.total_variance
        numbers[f"{row}.bias"] = np.linalg.norm(mean - gradient)
        lengths = np.linalg.norm(mean), np.linalg.norm(gradient)
        if min(lengths) > 1e-12:  # shorter, it is rounding that has a direction
            numbers[f"{row}.cosine"] = mean @ gradient / (lengths[0] * lengths[1])
    if "answer" in state:
        row = ROWS.get(state["estimator"], "one")
        numbers["answer"] = np.round(turn(gradient, rows[row][1].mean), 9)
    return numbers


GRADIENT_SCATTER = Explorable(
    "GradientScatter",
    "gradient-scatter",
    gradient_scatter,
    dragged=2,
    # A baseline is for one sample alone, so that it is moved before the estimator.
    lab={"policy": [0.2, 0.3, 0.5], "baseline": "value", "estimator": "one sample"},
)
