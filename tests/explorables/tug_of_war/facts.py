"""What the scene of the tug of war shows, computed by toy."""

from __future__ import annotations

from typing import Any

from explorables.live import Explorable, Numbers

import toy


def tug_of_war(state: dict[str, Any]) -> Numbers:
    up, down = state["up"], state["down"]
    share = up / (up + down)
    margin = toy.margin_after(state["time"], share)
    numbers = {
        "pull.up": up * toy.win_probability(-margin),
        "pull.down": down * toy.win_probability(margin),
    }
    if "answer" in state:
        numbers["answer"] = toy.optimal_margin(share)
    return numbers


TUG_OF_WAR = Explorable(
    "TugOfWar",
    "tug-of-war",
    tug_of_war,
    dragged=3,
    lab={"time": 1.0, "up": 9},
)
