"""What the scene of votes and a policy shows, computed by toy."""

from __future__ import annotations

from typing import Any

from explorables.live import Explorable, Numbers

import toy


def votes(state: dict[str, Any]) -> Numbers:
    share, wins = state["policy"], [[0, state["won"]], [40 - state["won"], 0]]
    numbers = {
        "policy": share,
        "loss": toy.dpo_loss([share, 1 - share], [0.2, 0.8], wins, state["beta"]),
    }
    if "answer" in state:
        numbers["answer"] = toy.fit_dpo([0.2, 0.8], wins, state["beta"])[0]
    return numbers


VOTES = Explorable(
    "Votes",
    "votes",
    votes,
    dragged=2,
    lab={"policy": 0.4},
    distributions=frozenset(),
)
