"""Print, as JSON, what `toy.rlhf_objective` computes, for `tests/js/rlhf_objective.test.js`."""

import json
import sys

import numpy as np

import toy

RNG = np.random.default_rng(20261123)


def worlds() -> dict[str, tuple[np.ndarray, ...]]:
    """Asymmetric reward, reference and pretraining distribution, ordinary and extreme."""
    data = np.array([0.20, 0.10, 0.30, 0.40])
    tempting, shy = toy.TEMPTING, toy.SHY_REFERENCE
    wide = RNG.dirichlet(np.full(32, 0.5)), RNG.dirichlet(np.full(32, 2.0))
    rare = np.array([1e-30, 1e-12, 0.25, 0.75 - 1e-12])
    return {
        "tempting": (tempting.reward[0], tempting.reference[0], data),
        "shy reference": (shy.reward[0], shy.reference[0], data[::-1]),
        "two responses": (np.array([2 * np.log(6), 0]), np.array([0.25, 0.75]), data[:2] / 0.3),
        "nothing to choose": (
            np.full(3, 1.3),
            np.array([0.2, 0.3, 0.5]),
            np.array([0.7, 0.2, 0.1]),
        ),
        "two best": (np.array([1.0, -2.0, 1.0, 0.5]), np.array([0.1, 0.2, 0.15, 0.55]), data),
        "best already": (np.array([1.0, 0.0, -1.0]), np.array([0.6, 0.3, 0.1]), data[1:] / 0.8),
        "nearly nothing": (1e-3 * tempting.reward[0], tempting.reference[0], data),
        "far apart": (
            np.array([-3.0, 3.0, 2.9, -3.0]),
            np.array([0.997, 0.001, 0.001, 0.001]),
            data,
        ),
        "no data for two": (
            np.array([0.4, -1.0, 2.0]),
            np.array([0.2, 0.7, 0.1]),
            np.array([1, 0, 0]),
        ),
        "rare in the reference": (np.array([2.0, 1.0, -1.0, 0.3]), rare, data),
        "many responses": (RNG.normal(size=32), *wide),
    }


def case(reward: np.ndarray, reference: np.ndarray, pretraining: np.ndarray) -> dict[str, object]:
    even = toy.beta_of_even_odds(reward, reference)
    best = reference * (reward == reward.max())
    return {
        "reward": reward.tolist(),
        "reference": reference.tolist(),
        "pretraining": pretraining.tolist(),
        "betaOfEvenOdds": float(even) if np.isfinite(even) else None,
        "cheapLimit": (best / best.sum()).tolist(),
        "entropy": float(toy.entropy(pretraining)),
        "at": [
            at_price(reward, reference, pretraining, beta, gamma)
            for beta in (0.05, 0.3, 1.0, 10.0, 1000.0)
            for gamma in (0.0, 0.01, 0.1, 10.0)
        ],
    }


def at_price(
    reward: np.ndarray, reference: np.ndarray, pretraining: np.ndarray, beta: float, gamma: float
) -> dict[str, object]:
    point = toy.reward_kl_frontier(reward, reference, [beta])
    policy = toy.ptx_policy(reward, reference, beta, gamma, pretraining)
    terms = toy.objective_terms(policy, reward, reference, beta, gamma, pretraining)
    return {
        "beta": beta,
        "gamma": gamma,
        "logPartition": float(toy.log_partition(reward, reference, beta)),
        "gibbsPolicy": toy.gibbs_policy(reward, reference, beta).tolist(),
        "frontier": {"reward": float(point.reward[0]), "kl": float(point.kl[0])},
        "ptxPolicy": policy.tolist(),
        "terms": {name: float(value) for name, value in vars(terms).items()},
        "gap": float(toy.optimality_gap(pretraining, reward, reference, beta)),
    }


if __name__ == "__main__":
    json.dump({n: case(*world) for n, world in worlds().items()}, sys.stdout, allow_nan=False)
