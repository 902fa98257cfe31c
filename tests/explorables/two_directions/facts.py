"""What the scene of the two directions shows, computed by toy."""

from __future__ import annotations

from typing import Any

import numpy as np
from explorables.live import Explorable, Numbers

import toy


def two_directions(state: dict[str, Any]) -> Numbers:
    reference = np.array(state["reference"])
    logits = np.log(reference) + state["sharpness"] * np.array(state["reward"])
    policy = toy.softmax(logits)
    numbers = {f"policy.{y}": p for y, p in enumerate(policy)}
    numbers |= {
        "sharpness": state["sharpness"],
        "forth": toy.kl_divergence(policy, reference),
    }
    if "answer" in state:
        numbers["answer"] = toy.kl_divergence(reference, policy)
    return numbers


TWO_DIRECTIONS = Explorable(
    "TwoDirections",
    "two-directions",
    two_directions,
    dragged=2,
    lab={"sharpness": 1.0},
)
