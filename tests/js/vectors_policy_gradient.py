"""Gradients and their estimates."""

import numpy as np

import toy
from toy.exact.policy_gradient import GradientMoments, _group_law, _reinforce_law

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


def found(moments: GradientMoments, gradient: np.ndarray) -> dict[str, object]:
    return {
        "mean": moments.mean,
        "covariance": moments.covariance,
        "totalVariance": moments.total_variance,
        "biasLength": moments.bias_length(gradient),
        "cosine": moments.cosine(gradient),
    }


def groups(policy: np.ndarray, reward: np.ndarray) -> list[dict[str, object]]:
    gradient = toy.policy_gradient(policy, reward)
    return [
        {"advantage": name, "size": size, "law": _group_law(policy, reward, size, advantage)}
        | found(toy.group_gradient_moments(policy, reward, size, advantage), gradient)
        for name, advantage in ADVANTAGES.items()
        for size in ((2, 3, 8) if len(policy) < 4 else (2, 4))
    ]


def case(policy: np.ndarray, reward: np.ndarray, reference: np.ndarray) -> dict[str, object]:
    best = float(toy.optimal_baseline(policy, reward))
    gradient = toy.policy_gradient(policy, reward)
    return {
        "policy": policy,
        "reward": reward,
        "reference": reference,
        "score": toy.score(policy),
        "policyGradient": gradient,
        "klGradient": toy.kl_gradient(policy, reference),
        "objectiveGradient": [
            {"beta": beta, "gradient": toy.objective_gradient(policy, reward, reference, beta)}
            for beta in (0.05, 0.5, 5.0)
        ],
        "optimalBaseline": best,
        "reinforce": [
            {"baseline": b, "law": _reinforce_law(policy, reward, np.asarray([b]))}
            | found(toy.reinforce_moments(policy, reward, b), gradient)
            for b in (0.0, -1.3, best)
        ],
        "groups": groups(policy, reward) if policy.min() > 0 and reward.max() < 1e9 else [],
    }


def advantages() -> list[dict[str, object]]:
    rows = [[3.0, 0.0, 0.0], [0.1, 0.1], [10.0, 0.0], [1e300, -1e300, 0.0], [1e-200, 2e-200]]
    rows += [[0.1 + 0.2, 0.3, 0.3, 0.3], [1.0, 1.0 + 1e-14]]  # rounding, and more than that
    rows.append(RNG.normal(size=9).tolist())
    return [
        {"rewards": row} | {name: rule(row) for name, rule in ADVANTAGES.items()} for row in rows
    ]


def vectors() -> dict[str, object]:
    cases = {name: case(*world) for name, world in worlds().items()}
    return {"cases": cases, "advantages": advantages()}
