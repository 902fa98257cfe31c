"""What the scene of three losses shows, computed by toy."""

from __future__ import annotations

from typing import Any

import numpy as np
from explorables.live import Explorable, Numbers

import toy

ESTIMATORS = {"k1": toy.k1, "k2": toy.k2, "k3": toy.k3}


def three_losses(state: dict[str, Any]) -> Numbers:
    reward, reference, it = state["reward"], np.array(state["reference"]), state["response"] - 1
    world = reference, reward, reference, state["beta"]
    flow = toy.ascend_with_loss(ESTIMATORS[state["loss"]], *world, 1.0, state["time"])
    numbers = {"time": state["time"], "now": flow.policies[-1, it]}
    if "answer" in state:
        rests = {
            "k1": np.eye(4)[np.argmax(reward)],
            "k2": toy.gibbs_policy(*world[1:]),
            "k3": toy.forward_kl_policy(*world[1:]),
        }
        numbers["answer"] = rests[state["loss"]][it]
    return numbers


THREE_LOSSES = Explorable(
    "ThreeLosses",
    "three-losses",
    three_losses,
    dragged=2,
    lab={"time": 20},
)
