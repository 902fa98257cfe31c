"""What the scene of the baseline shows, computed by toy."""

from __future__ import annotations

from typing import Any

from explorables.live import Explorable, Numbers

import toy


def baseline_hurts(state: dict[str, Any]) -> Numbers:
    world = state["policy"], state["reward"]
    numbers = {
        "baseline": state["baseline"],
        "variance": toy.reinforce_moments(*world, state["baseline"]).total_variance,
    } | {f"share.{y}": p for y, p in enumerate(state["policy"])}
    if "answer" in state:
        numbers["answer"] = toy.optimal_baseline(*world)
    return numbers


BASELINE_HURTS = Explorable(
    "BaselineHurts",
    "baseline-hurts",
    baseline_hurts,
    dragged=2,
    lab={"baseline": -1.0},
)
