"""What the scene of shifted and scaled rewards shows, computed by toy."""

from __future__ import annotations

from typing import Any

import numpy as np
from explorables.live import Explorable, Numbers

import toy


def shift_and_scale(state: dict[str, Any]) -> Numbers:
    rewards = state["scale"] * np.array(state["reward"]) + state["shift"]
    numbers = {"shift": state["shift"], "scale": state["scale"]}
    numbers |= {f"reward.{y}": reward for y, reward in enumerate(rewards)}
    if "answer" in state:
        numbers["answer"] = 100 * toy.win_probability(rewards[0] - rewards[1])
    return numbers


SHIFT_AND_SCALE = Explorable(
    "ShiftAndScale",
    "shift-and-scale",
    shift_and_scale,
    dragged=3,
    lab={"shift": 1.0, "scale": 2.0},
)
