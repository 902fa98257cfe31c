"""Print, as JSON, what `toy` computes for the vectors on which the JavaScript core is checked.

`tests/js/core.test.js` runs this; it has no other source of expected values.
"""

import json
import sys

import numpy as np

import toy
from toy.exact.distributions import kl_terms, log_quotient
from toy.exact.kl_estimators import Estimator

RNG = np.random.default_rng(20261122)


def near(policy: np.ndarray, size: float) -> np.ndarray:
    """A policy that differs from `policy` by relative amounts of about `size`."""
    moved = policy * (1 + size * RNG.standard_normal(policy.size))
    return moved / moved.sum()


def pairs() -> dict[str, tuple[np.ndarray, np.ndarray]]:
    """Asymmetric, named pairs of policy and reference, ordinary and extreme."""
    skewed = np.array([0.55, 0.25, 0.15, 0.05])
    rare = np.array([1e-30, 1e-12, 0.25, 0.75 - 1e-12])
    wide = [RNG.dirichlet(np.full(64, concentration)) for concentration in (0.3, 2.0)]
    return {
        "homework 1E": (np.array([0.5, 0.5]), np.array([0.01, 0.99])),
        "k3 loses": (np.array([0.99, 0.01]), np.array([0.5, 0.5])),
        "three responses": (np.array([0.7, 0.2, 0.1]), np.array([0.3, 0.3, 0.4])),
        "four responses": (skewed, np.array([0.1, 0.2, 0.3, 0.4])),
        "equal": (skewed, skewed.copy()),
        "one part in a hundred": (near(skewed, 1e-2), skewed),
        "one part in a million": (near(skewed, 1e-6), skewed),
        "one part in a billion": (near(skewed, 1e-9), skewed),
        "rare under the policy": (rare, np.array([0.1, 0.2, 0.3, 0.4])),
        "rare under the reference": (skewed, rare),
        "rare under both": (rare, np.array([1e-12, 1e-30, 0.6, 0.4 - 1e-12])),
        "sixty-four responses": (wide[0], wide[1]),
        "near the series' radius": (near(wide[1], 1 / 32), wide[1]),
    }


def estimators(policy: np.ndarray, reference: np.ndarray) -> dict[str, Estimator]:
    best = toy.optimal_coefficient(policy, reference)
    return {"k1": toy.k1, "k2": toy.k2, "k3": toy.k3, "best": toy.control_variate(best)}


def case(policy: np.ndarray, reference: np.ndarray) -> dict[str, object]:
    d = log_quotient(policy, reference)
    expected: dict[str, object] = {
        "policy": policy.tolist(),
        "reference": reference.tolist(),
        "logRatio": d.tolist(),
        "klTerms": kl_terms(policy, reference, d).tolist(),
        "klDivergence": float(toy.kl_divergence(policy, reference)),
        "chiSquareDivergence": float(toy.chi_square_divergence(policy, reference)),
        "optimalCoefficient": float(toy.optimal_coefficient(policy, reference)),
        "mixtures": [
            {"weight": w, "policy": toy.geometric_mixture(policy, reference, w).tolist()}
            for w in (0.0, 0.125, 1.0, 1.7)
        ],
        "varianceCrossover": (
            None if (policy == reference).all() else toy.variance_crossover(policy, reference)
        ),
        "moments": {
            name: {
                "values": np.asarray(k(d)).tolist(),
                "mean": float(moments.mean),
                "bias": float(moments.bias),
                "variance": float(moments.variance),
                "mse": [float(moments.mse(n)) for n in (1, 7, 1000)],
            }
            for name, k in estimators(policy, reference).items()
            for moments in [toy.estimator_moments(k, policy, reference)]
        },
        "offPolicy": off_policy(policy, reference),
    }
    return expected


def off_policy(policy: np.ndarray, reference: np.ndarray) -> dict[str, object]:
    sampler = toy.geometric_mixture(policy, reference, 0.25)
    return {
        "sampler": sampler.tolist(),
        "moments": {
            name: {key: float(getattr(moments, key)) for key in ("mean", "bias", "variance")}
            for name, k in estimators(policy, reference).items()
            for moments in [toy.estimator_moments(k, policy, reference, sampler)]
        },
    }


def laws(
    policy: np.ndarray,
    reference: np.ndarray,
    num_samples: int,
    sampler: np.ndarray | None = None,
) -> dict[str, object]:
    sampler = policy if sampler is None else sampler
    laws = {
        name: toy.estimate_distribution(k, policy, reference, num_samples, sampler)
        for name, k in estimators(policy, reference).items()
    }
    return {
        "policy": policy.tolist(),
        "reference": reference.tolist(),
        "sampler": sampler.tolist(),
        "numSamples": num_samples,
        "estimates": {name: estimates.tolist() for name, (estimates, _) in laws.items()},
        "probabilities": laws["k1"][1].tolist(),
    }


def race(first: tuple[float, float], second: tuple[float, float]) -> dict[str, object]:
    """Two estimators, each its bias and variance, and from which N on the first errs no more."""
    moments = [toy.exact.kl_estimators.Moments(1.0 + bias, bias, v) for bias, v in (first, second)]
    n = float(moments[0].samples_to_beat(moments[1]))
    return {"moments": [first, second], "samplesToBeat": n if np.isfinite(n) else None}


#: What an estimator lacks in variance it may have in bias, and the other way round; and equals.
RACES = [
    ((0.0, 0.494), (-0.055, 0.174)),
    ((0.01, 1e-9), (-0.3, 2e-9)),
    ((0.2, 3.0), (-0.1, 5.0)),
    ((0.0, 2.0), (0.0, 3.0)),
    ((0.0, 3.0), (0.0, 2.0)),
    ((0.0, 1.5), (0.0, 1.5)),
]


def main() -> None:
    named = pairs()
    json.dump(
        {
            "cases": {name: case(*pair) for name, pair in named.items()},
            "laws": [
                laws(*named["homework 1E"], 1),
                laws(*named["k3 loses"], 100),
                laws(*named["three responses"], 25),
                laws(*named["four responses"], 9),
                laws(*named["rare under the policy"], 6),
                laws(*named["homework 1E"], 300),
                laws(*named["four responses"], 9, np.array([0.3, 0.3, 0.3, 0.1])),
            ],
            "races": [race(*pair) for pair in RACES],
        },
        sys.stdout,
        allow_nan=False,
    )


if __name__ == "__main__":
    main()
