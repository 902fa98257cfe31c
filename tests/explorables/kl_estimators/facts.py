"""What the explorables of KL divergences and their estimators show, computed by toy."""

from __future__ import annotations

from typing import Any

import numpy as np
from explorables.live import Explorable, Numbers

import toy


def estimators(policy: list[float], reference: list[float]) -> dict[str, Any]:
    best = toy.control_variate(toy.optimal_coefficient(policy, reference))
    return {"k1": toy.k1, "k2": toy.k2, "k3": toy.k3, "best": best}


def directions(state: dict[str, Any]) -> Numbers:
    policy, reference = state["policy"], state["reference"]
    return {
        "reverse": toy.kl_divergence(policy, reference),
        "forward": toy.kl_divergence(reference, policy),
    }


def n_sample_means(state: dict[str, Any]) -> Numbers:
    policy, reference, n = state["policy"], state["reference"], int(state["num_samples"])
    sampler = toy.geometric_mixture(policy, reference, 1 - state["stale"])
    numbers = {
        "num_samples": n,
        "kl": toy.kl_divergence(policy, reference),
        "best": toy.optimal_coefficient(policy, reference),
    }
    named = estimators(policy, reference) | {"ink": toy.control_variate(state["coefficient"])}
    for name, estimator in named.items():
        moments = toy.estimator_moments(estimator, policy, reference, sampler)
        numbers[f"{name}.mean"] = moments.mean
        numbers[f"{name}.bias"] = moments.bias
        numbers[f"{name}.std"] = np.sqrt(moments.variance / n)
        numbers[f"{name}.rmse"] = np.sqrt(moments.mse(n))
    if "answer" in state:
        k1, k2 = (toy.estimator_moments(k, policy, reference, sampler) for k in (toy.k1, toy.k2))
        numbers["answer"] = k1.samples_to_beat(k2)
        numbers["distance"] = abs(state["guess"] - numbers["answer"])
    return numbers


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
        numbers["distance"] = abs(state["guess"] - numbers["answer"])
    return numbers


DIRECTIONS = Explorable(
    "KLDirections",
    "kl-directions",
    "book/index.html",
    directions,
    dragged=0,
    lab={"policy": [0.2, 0.3, 0.5]},
)
ESTIMATORS = Explorable(
    "KLEstimators",
    "kl-estimators",
    "book/kl_estimators.html",
    n_sample_means,
    dragged=5,
    lab={"policy": [0.1, 0.2, 0.3, 0.4], "num_samples": 5, "coefficient": 0.2, "stale": 0.4},
)
KL_PATH = Explorable(
    "KLPath",
    "kl-path",
    "book/kl_estimators.html",
    path,
    dragged=4,
    lab={"policy": [0.1, 0.2, 0.3, 0.4], "weight": 0.25},
)
