"""The objective, its optima and the frontier."""

import numpy as np
from vectors_dpo import WORLDS as COMPARED
from vectors_kl_estimators import LOSS_WORLDS

import toy
from toy.exact.rlhf_objective import greedy_policy, shaped_reward

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
    return {
        "reward": reward,
        "reference": reference,
        "pretraining": pretraining,
        "betaOfEvenOdds": toy.beta_of_even_odds(reward, reference),
        "greedyPolicy": greedy_policy(reward, reference),
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
    return {
        "beta": beta,
        "gamma": gamma,
        "logPartition": toy.log_partition(reward, reference, beta),
        "gibbsPolicy": toy.gibbs_policy(reward, reference, beta),
        "shapedReward": shaped_reward(pretraining, reward, reference, beta),
        "frontier": {"reward": point.reward[0], "kl": point.kl[0]},
        "ptxPolicy": policy,
        "terms": toy.objective_terms(policy, reward, reference, beta, gamma, pretraining),
        "gap": toy.optimality_gap(pretraining, reward, reference, beta),
    }


def rest(
    policy: list[float], reward: list[float], reference: list[float], beta: float
) -> dict[str, object]:
    """Where ascents come to rest, and what is climbed."""
    return {
        "world": (policy, reward, reference, beta),
        "forwardKlPolicy": toy.forward_kl_policy(reward, reference, beta),
        "gibbsPolicy": toy.gibbs_policy(reward, reference, beta),
        "objective": toy.rlhf_objective(policy, reward, reference, beta),
    }


def fitted() -> list[dict[str, object]]:
    """The optima for rewards that were fitted to comparisons."""
    found = []
    for _, reference, wins, beta in COMPARED.values():
        try:
            reward = toy.fit_rewards(wins)
        except ValueError:
            continue
        optimum = toy.gibbs_policy(reward, reference, beta)
        found.append({"world": (reward, reference, beta), "gibbsPolicy": optimum})
    return found


def vectors() -> dict[str, object]:
    return {
        "cases": {name: case(*world) for name, world in worlds().items()},
        "rests": {name: rest(*world) for name, world in LOSS_WORLDS.items()},
        "fitted": fitted(),
    }
