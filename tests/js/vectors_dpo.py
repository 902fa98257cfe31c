"""DPO's loss, and what it sees of a policy."""

import numpy as np

import toy
from toy.exact.validation import Array


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


WORLDS = worlds()


def case(policy: Array, reference: Array, wins: Array, beta: float) -> dict[str, object]:
    return {
        "policy": policy,
        "reference": reference,
        "wins": wins,
        "beta": beta,
        "implicitReward": toy.implicit_reward(policy, reference, beta),
        "dpoLoss": toy.dpo_loss(policy, reference, wins, beta),
        "dpoWeights": toy.dpo_weights(policy, reference, beta),
    }


def vectors() -> dict[str, object]:
    return {name: case(*world) for name, world in WORLDS.items()}
