"""What the scene of the frontier shows, computed by toy."""

from __future__ import annotations

from typing import Any

from explorables.live import Explorable, Numbers

import toy


def frontier(state: dict[str, Any]) -> Numbers:
    reward, reference, tilt = state["reward"], state["reference"], state["tilt"]
    policy = toy.gibbs_policy(reward, reference, 1 / tilt) if tilt else reference
    numbers = {"tilt": tilt, "beta": state["beta"], "earned": toy.expectation(policy, reward)}
    if "answer" in state:
        best = toy.gibbs_policy(reward, reference, state["beta"])
        numbers["answer"] = toy.kl_divergence(best, reference)
    return numbers


NEXT_NAT = Explorable(
    "NextNat",
    "next-nat",
    frontier,
    dragged=3,
    lab={"tilt": 1.0, "beta": 0.8},
)
