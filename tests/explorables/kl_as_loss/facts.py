"""What the explorable of estimators as losses shows, computed by toy."""

from __future__ import annotations

from typing import Any

import numpy as np
from explorables.live import Explorable, Numbers

import toy
from toy.explorables.kl_as_loss import ESTIMATORS, STEP_SIZE


def row(name: str, policy: Any, optimum: Any) -> Numbers:
    numbers = {f"{name}.p{y}": float(p) for y, p in enumerate(policy)}
    return numbers | {f"{name}.gap": float(toy.kl_divergence(policy, optimum))}


def kl_as_loss(state: dict[str, Any]) -> Numbers:
    reward, reference, beta = state["reward"], state["reference"], state["beta"]
    optimum = toy.gibbs_policy(reward, reference, beta)
    numbers: Numbers = {"beta": beta, "time": state["time"]}
    world = state["policy"], reward, reference, beta
    revealed = "answer" in state
    for name, estimator in ESTIMATORS.items():
        if revealed or name != "k3":
            run = toy.ascend_with_loss(estimator, *world, STEP_SIZE, int(state["time"]))
            numbers |= row(name, run.policies[-1], optimum)
    numbers |= row("k2.rest", optimum, optimum)
    most = np.array(reward) == max(reward)
    if most.sum() == 1:
        numbers |= row("k1.rest", most.astype(float), optimum)
    if revealed:
        rest = toy.forward_kl_policy(reward, reference, beta)
        numbers |= row("k3.rest", rest, optimum)
        best = int(np.argmax(reward))
        numbers["answer"] = rest[best]
    return numbers


KL_AS_LOSS = Explorable(
    "KLAsLoss",
    "kl-as-loss",
    kl_as_loss,
    dragged=4,
    lab={"policy": [0.2, 0.3, 0.5], "beta": 1.0, "time": 100},
)
