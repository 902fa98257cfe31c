"""Divergences, and the laws that they are between."""

import numpy as np

import toy
from toy.exact.distributions import kl_terms, log_quotient, slope_of_mean

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


PAIRS = pairs()
POLICIES = [[1.0, 0.0, 0.0], [0.0, 0.25, 0.75], [0.2, 0.1, 0.3, 0.4], [1e-9, 1 - 1e-9]]
LOGITS = [
    [0.3, -1.2, 2.0],
    [40.0, 0.0],
    [800.0, 0.0],
    [1e-9, 0.0, -1e-9],
    [-700.0, 40.0, 40.0, 3.0],
]


def case(policy: np.ndarray, reference: np.ndarray) -> dict[str, object]:
    d, values = log_quotient(policy, reference), RNG.normal(size=policy.size)
    return {
        "policy": policy,
        "reference": reference,
        "values": values,
        "logRatio": d,
        "klTerms": kl_terms(policy, reference, d),
        "klDivergence": toy.kl_divergence(policy, reference),
        "chiSquareDivergence": toy.chi_square_divergence(policy, reference),
        "totalVariation": toy.total_variation(policy, reference),
        "entropy": toy.entropy(policy),
        "expectation": toy.expectation(policy, values),
        "slopeOfMean": slope_of_mean(policy, values),
        "mixtures": [
            {"weight": w, "policy": toy.geometric_mixture(policy, reference, w)}
            for w in (0.0, 0.125, 1.0, 1.7)
        ],
    }


def vectors() -> dict[str, object]:
    return {
        "cases": {name: case(*pair) for name, pair in PAIRS.items()},
        "entropies": [{"policy": p, "entropy": toy.entropy(p)} for p in POLICIES],
        "logits": [
            {"logits": z, "softmax": toy.softmax(z), "logSoftmax": toy.log_softmax(z)}
            for z in LOGITS
        ],
    }
