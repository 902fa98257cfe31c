"""Print, as JSON, what `toy` computes for the vectors on which `core/dpo.js` is checked."""

import json
import sys

import numpy as np

import toy
from toy.exact.validation import Array

RNG = np.random.default_rng(20261122)
NUM_STEPS, STEP_SIZE = 2000, 0.5


def pairs(preference: float, *compared: tuple[int, int]) -> Array:
    """Comparisons of three responses, the first of each pair the better one."""
    wins = np.zeros((3, 3))
    for better, worse in compared:
        wins[better, worse], wins[worse, better] = preference, 1 - preference
    return wins


def worlds() -> dict[str, tuple[Array, Array, Array, float]]:
    """Asymmetric, named worlds, ordinary and extreme: policy, reference, wins, beta."""
    policy, reference = np.array([0.25, 0.15, 0.6]), np.array([0.1, 0.3, 0.6])
    every = ((0, 1), (1, 2), (0, 2))
    four = np.array([[0, 6, 8, 17], [14, 0, 11, 27], [12, 9, 0, 16], [3, 3, 4, 0]])
    rare = np.array([1e-30, 1e-12, 1 - 1e-12])
    near = reference + 1e-9 * np.array([1.0, 1.0, -2.0])
    return {
        "all pairs": (policy, reference, pairs(0.8, *every), 0.5),
        "a chain": (policy, reference, pairs(0.9, *every[:2]), 0.1),
        "one pair": (policy, reference, pairs(0.7, (0, 2)), 1.0),
        "clean labels": (policy, reference, pairs(1.0, *every), 0.25),
        "nearly clean labels": (policy, reference, pairs(1 - 1e-6, *every), 0.25),
        "no preference": (policy, reference, pairs(0.5, *every), 1.0),
        "at the reference": (reference, reference, pairs(0.8, *every), 0.5),
        "near the reference": (near, reference, pairs(0.8, *every), 0.5),
        "rare under the policy": (rare, reference, pairs(0.8, *every), 0.3),
        "rare under the reference": (policy, rare, pairs(0.8, *every), 1.0),
        "real counts": (
            np.array([0.15, 0.30, 0.45, 0.10]),
            np.array([0.3, 0.15, 0.45, 0.1]),
            four,
            0.5,
        ),
    }


def case(policy: Array, reference: Array, wins: Array, beta: float) -> dict[str, object]:
    features = RNG.normal(size=(len(policy), 2)).round(3)
    weights = np.array([0.7, -1.3])
    one = np.array([1.0, 3.0, 0.0, -0.5])[: len(policy), None]
    expected: dict[str, object] = {
        "policy": policy.tolist(),
        "reference": reference.tolist(),
        "wins": wins.tolist(),
        "beta": beta,
        "features": features.tolist(),
        "weights": weights.tolist(),
        "one": one.tolist(),
        "implicitReward": toy.implicit_reward(policy, reference, beta).tolist(),
        "totalVariation": float(toy.total_variation(policy, reference)),
        "dpoLoss": float(toy.dpo_loss(policy, reference, wins, beta)),
        "dpoGradient": toy.dpo_gradient(policy, reference, wins, beta).tolist(),
        "dpoWeights": toy.dpo_weights(policy, reference, beta).tolist(),
        "logLinearDpoGradient": toy.log_linear_dpo_gradient(
            weights, features, reference, wins, beta
        ).tolist(),
        "descents": [descent(reference, wins, beta, f) for f in (None, one)],
        "fitRewards": None,
    }
    try:
        reward = toy.fit_rewards(wins)
    except ValueError:
        return expected
    ascents = [
        logits(toy.rlhf_ascent(reward, reference, beta, STEP_SIZE, NUM_STEPS, f))
        for f in (None, one)
    ]
    return expected | {
        "fitRewards": reward.tolist(),
        "gibbsPolicy": toy.gibbs_policy(reward, reference, beta).tolist(),
        "ascents": ascents,
    }


def descent(reference: Array, wins: Array, beta: float, features: Array | None) -> list[object]:
    return logits(toy.dpo_descent(reference, wins, beta, STEP_SIZE, NUM_STEPS, features))


def logits(trajectory: toy.Trajectory) -> list[object]:
    """The first and the last few steps, and some between."""
    steps = [0, 1, 2, 17, 400, NUM_STEPS]
    return [[step, trajectory.parameters[step].tolist()] for step in steps]


def main() -> None:
    cases = {name: case(*world) for name, world in worlds().items()}
    settings = {"numSteps": NUM_STEPS, "stepSize": STEP_SIZE}
    json.dump({"cases": cases, **settings}, sys.stdout, allow_nan=False)


if __name__ == "__main__":
    main()
