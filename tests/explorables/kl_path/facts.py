"""What the explorable of the path shows, computed by toy."""

from __future__ import annotations

from typing import Any

import numpy as np
from explorables.live import Explorable, Numbers

import toy


def estimators(policy: list[float], reference: list[float]) -> dict[str, Any]:
    best = toy.control_variate(toy.optimal_coefficient(policy, reference))
    return {"k1": toy.k1, "k2": toy.k2, "k3": toy.k3, "best": best}


def path(state: dict[str, Any]) -> Numbers:
    policy, reference, weight = state["policy"], state["reference"], state["weight"]
    mixture = toy.geometric_mixture(policy, reference, weight)
    numbers = {
        "weight": weight,
        "kl": toy.kl_divergence(mixture, reference),
        "coefficient": toy.optimal_coefficient(mixture, reference),
    }
    for name, estimator in estimators(mixture, reference).items():
        moments = toy.estimator_moments(estimator, mixture, reference)
        numbers[f"{name}.bias"] = moments.bias
        numbers[f"{name}.std"] = np.sqrt(moments.variance)
    if "answer" in state:
        numbers["answer"] = toy.variance_crossover(policy, reference)
    return numbers


KL_PATH = Explorable(
    "KLPath",
    "kl-path",
    path,
    dragged=4,
    lab={"policy": [0.1, 0.2, 0.3, 0.4], "weight": 0.25},
)
