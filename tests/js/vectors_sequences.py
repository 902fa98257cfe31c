"""Print, as JSON, what `toy.sequences` computes for the trees on which JavaScript is checked."""

import json
import sys

import numpy as np

import toy

RNG = np.random.default_rng(20261123)

#: Probabilities of the first token after each prefix, and rewards of the tokens.
SPLITS = {
    "ordinary": ([0.6, 0.35, 0.55, 0.7, 0.8, 0.3, 0.25], [0.4, 0.3, 0.5, 0.5, 0.6, 0.4, 0.35]),
    "equal": ([0.6, 0.35, 0.55, 0.7, 0.8, 0.3, 0.25],) * 2,
    "nearly equal": (
        [0.6, 0.35, 0.55, 0.7, 0.8, 0.3, 0.25],
        [0.6 + 1e-9, 0.35 - 3e-9, 0.55, 0.7 + 2e-9, 0.8, 0.3, 0.25 + 1e-9],
    ),
    "behind a rare prefix": (
        [0.999, 0.5, 0.001, 0.5, 0.5, 0.5, 0.999],
        [0.999, 0.5, 0.999, 0.5, 0.5, 0.5, 0.001],
    ),
    "extreme": (
        [1e-9, 1 - 1e-12, 0.5, 0.2, 1e-15, 0.9, 1e-7],
        [0.5, 1e-6, 0.9, 1 - 1e-9, 0.5, 0.1, 0.4],
    ),
}


def trees(splits: list[float]) -> list[np.ndarray]:
    p = np.array(splits)
    rows = np.stack([p, 1 - p], axis=-1)
    return [rows[2**t - 1 : 2 ** (t + 1) - 1].reshape((2,) * (t + 1)) for t in range(3)]


def random_trees(size: int, steps: int) -> tuple[list[np.ndarray], ...]:
    shapes = [(size,) * (t + 1) for t in range(steps)]
    policy, reference = (
        [RNG.dirichlet(np.full(size, 0.7), shape[:-1]) for shape in shapes] for _ in range(2)
    )
    return policy, reference, [RNG.normal(size=shape) for shape in shapes]


def moments(found: toy.Moments) -> dict[str, float]:
    return {key: float(getattr(found, key)) for key in ("mean", "bias", "variance")}


def rows(tables: list[np.ndarray]) -> list[list[list[float]]]:
    return [table.reshape(-1, table.shape[-1]).tolist() for table in tables]


def case(policy: list[np.ndarray], reference: list[np.ndarray], reward: list[np.ndarray]) -> dict:
    values = toy.prefix_values(policy, reward)
    estimators = {"k1": toy.k1, "k2": toy.k2, "k3": toy.k3}
    gradients = {
        "whole": toy.trajectory_moments(policy, reward, credit=toy.whole_return),
        "toGo": toy.trajectory_moments(policy, reward),
        "lessValue": toy.trajectory_moments(policy, reward, values),
    }
    return {
        "policy": rows(policy),
        "reference": rows(reference),
        "reward": rows(reward),
        "sequenceProbs": toy.sequence_probs(policy).ravel().tolist(),
        "sequenceKl": float(toy.sequence_kl(policy, reference)),
        "prefixKls": [
            np.ravel(toy.kl_divergence(q, p)).tolist()
            for q, p in zip(policy, reference, strict=True)
        ],
        "prefixValues": [table.ravel().tolist() for table in values],
        "gradients": {
            name: {"mean": found.mean.tolist(), "totalVariance": float(found.total_variance)}
            for name, found in gradients.items()
        },
        "estimators": {
            name: {
                "sequence": moments(toy.sequence_estimator_moments(k, policy, reference)),
                "token": moments(toy.token_estimator_moments(k, policy, reference)),
            }
            for name, k in estimators.items()
        },
        "prefixKlMoments": moments(toy.prefix_kl_moments(policy, reference)),
    }


def main() -> None:
    reward = [RNG.normal(size=(2,) * (t + 1)) for t in range(3)]
    cases = {name: case(trees(q), trees(p), reward) for name, (q, p) in SPLITS.items()}
    cases["three tokens, two steps"] = case(*random_trees(3, 2))
    cases["two tokens, five steps"] = case(*random_trees(2, 5))
    cases["one step"] = case(*random_trees(4, 1))
    flat = np.concatenate([table.ravel() for table in reward]).tolist()
    binary = [{"splits": q, "tables": rows(trees(q))} for q, _ in SPLITS.values()]
    credits = [
        {"rewards": r, "toGo": toy.rewards_to_go(r).tolist(), "whole": toy.whole_return(r).tolist()}
        for r in ([1.0, 0.0, 5.0], [-0.3, 0.7], [2.5])
    ]
    found = {
        "cases": cases,
        "binary": binary,
        "flatReward": flat,
        "reward": rows(reward),
        "credits": credits,
    }
    json.dump(found, sys.stdout, allow_nan=False)


if __name__ == "__main__":
    main()
