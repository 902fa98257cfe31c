"""Print, as JSON, what `toy` computes of gradients and their estimates.

`tests/js/policy_gradient.test.js` runs this; it has no other source of expected values.
"""

import json
import sys

import numpy as np

import toy
from toy.exact.policy_gradient import GradientMoments

RNG = np.random.default_rng(1992)
ADVANTAGES = {
    "leaveOneOut": toy.leave_one_out,
    "groupMean": toy.group_mean,
    "groupNormalised": toy.group_normalised,
}


def worlds() -> dict[str, tuple[np.ndarray, np.ndarray, np.ndarray]]:
    """Asymmetric, named worlds: policy, reward and reference, ordinary and extreme."""
    early = np.array([0.08, 0.22, 0.70])
    wide = [RNG.dirichlet(np.full(12, 0.4)) + 1e-9 for _ in range(2)]
    return {
        "three summaries": (np.array([0.15, 0.3, 0.55]), np.array([0.85, 0.0, -1.2]), early),
        "value hurts": (np.array([0.88, 0.06, 0.06]), np.array([1.0, -1.0, -1.0]), early),
        "normalised turns": (np.array([0.15, 0.8, 0.05]), np.array([1.0, 0.9, -1.2]), early),
        "plateau": (np.array([1e-9, 1e-4, 1 - 1e-4 - 1e-9]), np.array([2.0, -0.5, -1.0]), early),
        "certain": (np.array([0.0, 1.0, 0.0]), np.array([2.0, -0.5, -1.0]), early),
        "equal rewards": (np.array([0.2, 0.3, 0.5]), np.array([0.1, 0.1, 0.1]), early),
        "large rewards": (np.array([0.2, 0.3, 0.5]), np.array([1e150, -1e150, 3.0]), early),
        "at the reference": (early, np.array([0.85, 0.0, -1.2]), early),
        "two": (np.array([0.9, 0.1]), np.array([1.0, -1.0]), np.array([0.25, 0.75])),
        "twelve": (wide[0] / wide[0].sum(), RNG.normal(size=12), wide[1] / wide[1].sum()),
    }


def moments(found: GradientMoments) -> dict[str, object]:
    return {
        "mean": found.mean.tolist(),
        "covariance": found.covariance.tolist(),
        "totalVariance": float(found.total_variance),
    }


def groups(policy: np.ndarray, reward: np.ndarray) -> list[dict[str, object]]:
    return [
        {"advantage": name, "size": size}
        | moments(toy.group_gradient_moments(policy, reward, size, advantage))
        for name, advantage in ADVANTAGES.items()
        for size in ((2, 3, 8) if len(policy) < 4 else (2, 4))
    ]


def case(policy: np.ndarray, reward: np.ndarray, reference: np.ndarray) -> dict[str, object]:
    best = float(toy.optimal_baseline(policy, reward))
    return {
        "policy": policy.tolist(),
        "reward": reward.tolist(),
        "reference": reference.tolist(),
        "score": toy.score(policy).tolist(),
        "policyGradient": toy.policy_gradient(policy, reward).tolist(),
        "objectiveGradient": [
            {"beta": beta, "gradient": found.tolist()}
            for beta in (0.05, 0.5, 5.0)
            for found in [toy.objective_gradient(policy, reward, reference, beta)]
        ],
        "optimalBaseline": best,
        "reinforce": [
            {"baseline": b} | moments(toy.reinforce_moments(policy, reward, b))
            for b in (0.0, -1.3, best)
        ],
        "groups": groups(policy, reward) if policy.min() > 0 and reward.max() < 1e9 else [],
    }


def advantages() -> list[dict[str, object]]:
    rows = [[3.0, 0.0, 0.0], [0.1, 0.1], [10.0, 0.0], [1e300, -1e300, 0.0], [1e-200, 2e-200]]
    rows.append(RNG.normal(size=9).tolist())
    return [
        {"rewards": row} | {name: rule(row).tolist() for name, rule in ADVANTAGES.items()}
        for row in rows
    ]


def main() -> None:
    cases = {name: case(*world) for name, world in worlds().items()}
    json.dump({"cases": cases, "advantages": advantages()}, sys.stdout, allow_nan=False)


if __name__ == "__main__":
    main()
