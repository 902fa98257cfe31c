"""What the scene of what was never compared shows, computed by toy."""

from __future__ import annotations

from typing import Any

import numpy as np
from explorables.live import Explorable, Numbers

import toy


def never_compared(state: dict[str, Any]) -> Numbers:
    reference, push = np.array(state["reference"]), np.zeros(len(state["reference"]))
    push[[0, -1]] = -1, 1
    margin = toy.margin_after(0.5 * state["time"], 1.0) / 0.5
    policy = toy.softmax(np.log(reference) + margin / 2 * push)
    numbers = {
        "time": state["time"],
        "rejected": policy[0],
        "others": policy[1:-1].sum(),
        "chosen": policy[-1],
    }
    if "answer" in state:
        # The margin at which the two are equal; before the start there is nothing.
        meets = max(0.0, np.log(reference[0] / reference[-1]))
        peak = toy.softmax(np.log(reference) + meets / 2 * push)
        numbers["answer"] = peak[1:-1].sum()
    return numbers


NEVER_COMPARED = Explorable(
    "NeverCompared",
    "never-compared",
    never_compared,
    dragged=2,
    lab={"time": 10.0},
)
