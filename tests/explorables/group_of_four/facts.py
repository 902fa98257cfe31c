"""What the scene of a group of four shows, computed by toy."""

from __future__ import annotations

from typing import Any

from explorables.live import Explorable, Numbers

import toy


def group_of_four(state: dict[str, Any]) -> Numbers:
    rewards = [0.0] * (4 - state["right"]) + [state["gain"]] * state["right"]
    numbers = {
        "gain": state["gain"],
        "right": state["right"],
        "centred": toy.group_mean(rewards)[-1],
    }
    if "answer" in state:
        other = 0.02 if state["gain"] > 0.1 else 0.5
        numbers["other"] = toy.group_mean([other * (r > 0) for r in rewards])[-1]
        numbers["answer"] = toy.group_normalised(rewards)[-1]
    return numbers


GROUP_OF_FOUR = Explorable(
    "GroupOfFour",
    "group-of-four",
    group_of_four,
    dragged=3,
    lab={"gain": 0.1, "right": 2},
)
