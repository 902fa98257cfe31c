"""What the explorable of estimators shows, computed by toy."""

from __future__ import annotations

from typing import Any

import numpy as np
from explorables.live import Explorable, Numbers

import toy


def estimators(policy: list[float], reference: list[float]) -> dict[str, Any]:
    best = toy.control_variate(toy.optimal_coefficient(policy, reference))
    return {"k1": toy.k1, "k2": toy.k2, "k3": toy.k3, "best": best}


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
        numbers["answer"] = np.ceil(k1.samples_to_beat(k2))
    return numbers


ESTIMATORS = Explorable(
    "KLEstimators",
    "kl-estimators",
    n_sample_means,
    dragged=5,
    lab={"policy": [0.1, 0.2, 0.3, 0.4], "num_samples": 5, "coefficient": 0.2, "stale": 0.4},
)
