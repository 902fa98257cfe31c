"""What the scene of where k3 loses shows, computed by toy."""

from __future__ import annotations

from typing import Any

import numpy as np
from explorables.live import Explorable, Numbers

import toy


def where_k3_loses(state: dict[str, Any]) -> Numbers:
    reference, it = np.array(state["reference"]), state["unlearned"] - 1
    policy = reference * (1 - state["share"]) / (1 - reference[it])
    policy[it] = state["share"]
    numbers = {
        f"std.{k.__name__}": toy.estimator_moments(k, policy, reference).std
        for k in (toy.k1, toy.k3)
    }
    if "answer" in state:
        policy[it] = state["answer"]
        policy *= np.where(np.arange(4) == it, 1, (1 - state["answer"]) / (1 - state["share"]))
        assert abs(toy.optimal_coefficient(policy, reference) - 0.5) < 1e-9
    return numbers


WHERE_K3_LOSES = Explorable(
    "WhereK3Loses",
    "where-k3-loses",
    where_k3_loses,
    dragged=2,
    lab={"share": 0.2},
)
