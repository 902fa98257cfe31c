"""What the scene of the clock shows, computed by toy."""

from __future__ import annotations

from typing import Any

from explorables.live import Explorable, Numbers

import toy


def clean_clock(state: dict[str, Any]) -> Numbers:
    share = 1 - state["flipped"]
    numbers = {
        "time": state["time"],
        "flipped": state["flipped"],
        "margin": toy.margin_after(state["time"], share),
    }
    if "answer" in state:
        numbers["answer"] = toy.margin_after(10_000.0, share)
    return numbers


CLEAN_CLOCK = Explorable(
    "CleanClock",
    "clean-clock",
    clean_clock,
    dragged=3,
    lab={"time": 100.0, "flipped": 0.01},
)
