"""What the scene of the chosen response shows, computed by toy."""

from __future__ import annotations

from typing import Any

from explorables.live import Explorable, Numbers

import toy


def chosen_falls(state: dict[str, Any]) -> Numbers:
    features = [[state["length"]], [1.0], [0.0]]
    shares = toy.log_linear_policy([toy.margin_after(state["time"], 1.0)], features)
    numbers = {"time": state["time"]} | dict(
        zip(("unseen", "chosen", "rejected"), shares, strict=True)
    )
    if "answer" in state:
        last = toy.log_linear_policy([toy.margin_after(50.0, 1.0)], features)
        numbers["answer"] = last[1]
    return numbers


CHOSEN_FALLS = Explorable(
    "ChosenFalls",
    "chosen-falls",
    chosen_falls,
    dragged=2,
    lab={"time": 1.0},
)
