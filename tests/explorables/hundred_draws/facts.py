"""What the scene of a hundred draws shows, computed by toy."""

from __future__ import annotations

from typing import Any

from explorables.live import Explorable, Numbers
from scipy.stats import binom


def hundred_draws(state: dict[str, Any]) -> Numbers:
    draws, share = state["draws"], state["share"]
    numbers = {"draws": draws, "share": share}
    if "answer" in state:
        numbers["answer"] = 100 * binom.pmf(0, draws, share)
    return numbers


HUNDRED_DRAWS = Explorable(
    "HundredDraws",
    "hundred-draws",
    hundred_draws,
    dragged=3,
    lab={"draws": 10, "share": 0.01},
)
