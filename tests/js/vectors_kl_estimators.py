"""Estimators of the KL, their moments, and what they do as a loss."""

import numpy as np
from vectors_distributions import PAIRS

import toy
from toy.exact.kl_estimators import Estimator, Moments

#: Worlds in which estimators are losses: policy, reward, reference and β.
LOSS_WORLDS = {
    "three planets": ([0.1, 0.25, 0.65], [1.0, 0.4, -0.5], [0.04, 0.28, 0.68], 0.4),
    "dear nats": ([0.7, 0.2, 0.1], [1.0, 0.4, -0.5], [0.04, 0.28, 0.68], 2.0),
    "cheap nats": ([0.2, 0.3, 0.5], [0.0, 2.0, 1.9], [0.5, 0.001, 0.499], 0.05),
    "at a corner": ([0.998, 0.001, 0.001], [-2.0, 1.0, 2.0], [0.001, 0.998, 0.001], 0.5),
    "at the reference": ([0.3, 0.3, 0.4], [0.1, 0.1, 0.1], [0.3, 0.3, 0.4], 1.0),
    "rare and good": ([0.5, 0.5], [40.0, 0.0], [1e-30, 1.0], 0.3),
    "four": ([0.05, 0.4, 0.25, 0.3], [0.2, 1.0, 0.8, -1.5], [0.3, 0.15, 0.45, 0.1], 0.7),
}
LOSSES = {"k1": toy.k1, "k2": toy.k2, "k3": toy.k3}

#: What an estimator lacks in variance it may have in bias, and the other way round; and equals.
RACES = [
    ((0.0, 0.494), (-0.055, 0.174)),
    ((0.01, 1e-9), (-0.3, 2e-9)),
    ((0.2, 3.0), (-0.1, 5.0)),
    ((0.0, 2.0), (0.0, 3.0)),
    ((0.0, 3.0), (0.0, 2.0)),
    ((0.0, 1.5), (0.0, 1.5)),
]


def estimators(policy: np.ndarray, reference: np.ndarray) -> dict[str, Estimator]:
    best = toy.optimal_coefficient(policy, reference)
    return LOSSES | {"best": toy.control_variate(best)}


def case(policy: np.ndarray, reference: np.ndarray) -> dict[str, object]:
    d, sampler = toy.log_ratio(policy, reference), toy.geometric_mixture(policy, reference, 0.25)
    return {
        "policy": policy,
        "reference": reference,
        "sampler": sampler,
        "klDivergence": toy.kl_divergence(policy, reference),
        "optimalCoefficient": toy.optimal_coefficient(policy, reference),
        "varianceCrossover": (
            np.nan if (policy == reference).all() else toy.variance_crossover(policy, reference)
        ),
        "estimators": {
            name: {
                "values": k(d),
                "moments": moments,
                "mse": [moments.mse(n) for n in (1, 7, 1000)],
                "offPolicy": toy.estimator_moments(k, policy, reference, sampler),
            }
            for name, k in estimators(policy, reference).items()
            for moments in [toy.estimator_moments(k, policy, reference)]
        },
    }


def race(first: tuple[float, float], second: tuple[float, float]) -> dict[str, object]:
    """Two estimators, each its bias and variance, and from which N on the first errs no more."""
    moments = [Moments(1.0 + bias, bias, variance) for bias, variance in (first, second)]
    return {"moments": moments, "samplesToBeat": moments[0].samples_to_beat(moments[1])}


def vectors() -> dict[str, object]:
    losses = {
        name: {
            "policy": policy,
            "reference": reference,
            "gradients": {k: toy.loss_gradient(f, policy, reference) for k, f in LOSSES.items()},
        }
        for name, (policy, _, reference, _) in LOSS_WORLDS.items()
    }
    return {
        "cases": {name: case(*pair) for name, pair in PAIRS.items()},
        "races": [race(*pair) for pair in RACES],
        "losses": losses,
    }
