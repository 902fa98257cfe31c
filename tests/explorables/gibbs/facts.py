"""What the explorable of the RLHF objective shows, computed by toy."""

from __future__ import annotations

from typing import Any

import numpy as np
from explorables.live import Explorable, Numbers

import toy
from toy.explorables.gibbs import overtaking_price


def gibbs(state: dict[str, Any]) -> Numbers:
    reward, reference, beta = state["reward"], state["reference"], state["beta"]
    optimum = toy.gibbs_policy(reward, reference, beta)
    log_z = toy.log_partition(reward, reference, beta)
    numbers = {
        "beta": beta,
        "log_partition": log_z,
        "value": beta * log_z,
        "effective": np.exp(toy.entropy(optimum)),
    }
    policies = {"policy": optimum, "reference": reference}
    prices = [reward, reference, beta]
    if state["with_pretraining"]:
        prices += [state["gamma"], state["pretraining"]]
        policies["ptx"] = toy.ptx_policy(*prices)
        numbers["gamma"] = state["gamma"]
    for name, policy in policies.items():
        terms = vars(toy.objective_terms(policy, *prices))
        if not state["with_pretraining"]:
            terms = {key: terms[key] for key in ("reward", "kl", "total")}
            numbers[f"{name}.gap"] = toy.optimality_gap(policy, *prices)
        numbers |= {f"{name}.{key}": value for key, value in terms.items()}
    if "answer" in state:
        numbers["answer"] = overtaking_price(reward, reference)
    return numbers


GIBBS = Explorable(
    "Gibbs",
    "gibbs",
    gibbs,
    dragged=3,
    lab={
        "reward": [1.0, -1.0, 0.5, 2.0],
        "reference": [0.1, 0.2, 0.3, 0.4],
        "beta": 0.3,
        "gamma": 1.0,
        "pretraining": [0.4, 0.3, 0.2, 0.1],
        "with_pretraining": True,
    },
)
