"""What the scene of the distance below the top shows, computed by toy."""

from __future__ import annotations

from typing import Any

import numpy as np
from explorables.live import Explorable, Numbers

import toy


def below_the_top(state: dict[str, Any]) -> Numbers:
    reward, reference, beta = state["reward"], state["reference"], state["beta"]
    best = np.equal(np.arange(len(reward)), np.argmax(reward))

    def height(share: float) -> float:
        mix = (1 - share) * np.array(reference) + share * best
        return -float(toy.optimality_gap(mix, reward, reference, beta))

    share = state["share"]
    numbers = {"share": share, "beta": beta, "start": height(0.0), "end": height(1.0)}
    if "answer" in state:
        numbers["answer"] = height(share)
        numbers["mean"] = (1 - share) * height(0.0) + share * height(1.0)
    return numbers


BELOW_THE_TOP = Explorable(
    "BelowTheTop",
    "below-the-top",
    below_the_top,
    dragged=3,
    lab={"share": 0.3, "beta": 0.4},
)
