"""What the explorable of one pair shows, computed by toy."""

from __future__ import annotations

from typing import Any

from explorables.live import Explorable, Numbers

import toy


def margin(state: dict[str, Any]) -> Numbers:
    delta, p, time = state["margin"], state["preference"], state["time"]
    wins, rewards = [[0, p], [1 - p, 0]], [delta, 0.0]
    numbers = {
        "margin": delta,
        "shift": state["shift"],
        "preference": p,
        "time": time,
        "loss": toy.reward_loss(rewards, wins),
        "floor": toy.entropy([p, 1 - p]),
        "slope": toy.reward_loss_gradient(rewards, wins)[0],
        "win": toy.win_probability(delta),
        "accuracy": p * (delta > 0) + (1 - p) * (delta < 0) + 0.5 * (delta == 0),
        "settling": toy.margin_after(time, p),
        "drifting": toy.margin_after(time, 1.0),
    }
    if "answer" in state:
        numbers["answer"] = toy.optimal_margin(p)
    return numbers


MARGIN = Explorable(
    "Margin",
    "margin",
    margin,
    dragged=7,
    lab={"margin": -1.5, "shift": 1.0, "preference": 0.7, "time": 100.0},
)
