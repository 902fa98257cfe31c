"""Print, as JSON, what `toy` computes of estimators as losses.

`tests/js/kl_as_loss.test.js` runs this; it has no other source of expected values.
"""

import json
import sys

import numpy as np

import toy

WORLDS = {
    "three planets": ([0.1, 0.25, 0.65], [1.0, 0.4, -0.5], [0.04, 0.28, 0.68], 0.4),
    "dear nats": ([0.7, 0.2, 0.1], [1.0, 0.4, -0.5], [0.04, 0.28, 0.68], 2.0),
    "cheap nats": ([0.2, 0.3, 0.5], [0.0, 2.0, 1.9], [0.5, 0.001, 0.499], 0.05),
    "at a corner": ([0.998, 0.001, 0.001], [-2.0, 1.0, 2.0], [0.001, 0.998, 0.001], 0.5),
    "at the reference": ([0.3, 0.3, 0.4], [0.1, 0.1, 0.1], [0.3, 0.3, 0.4], 1.0),
    "rare and good": ([0.5, 0.5], [40.0, 0.0], [1e-30, 1.0], 0.3),
    "four": ([0.05, 0.4, 0.25, 0.3], [0.2, 1.0, 0.8, -1.5], [0.3, 0.15, 0.45, 0.1], 0.7),
}
ESTIMATORS = {"k1": toy.k1, "k2": toy.k2, "k3": toy.k3}


def case(policy: list[float], reward: list[float], reference: list[float], beta: float) -> object:
    world = policy, reward, reference, beta
    return {
        "world": world,
        "rest": toy.forward_kl_policy(reward, reference, beta).tolist(),
        "gibbs": toy.gibbs_policy(reward, reference, beta).tolist(),
        "objective": float(toy.rlhf_objective(*world)),
        "flows": {
            name: {
                "gradient": toy.loss_gradient(estimator, policy, reference).tolist(),
                "policies": run.policies[[0, 1, 2, 20, 50]].tolist(),
            }
            for name, estimator in ESTIMATORS.items()
            for run in [toy.ascend_with_loss(estimator, *map(np.array, world), 0.25, 50)]
        },
    }


def main() -> None:
    cases = {name: case(*world) for name, world in WORLDS.items()}
    json.dump(cases, sys.stdout, allow_nan=False)


if __name__ == "__main__":
    main()
