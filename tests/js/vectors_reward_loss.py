"""The loss of comparisons, the rewards that fit them, and the flow of one margin."""

import numpy as np
from vectors_dpo import WORLDS

import toy
from toy.exact.reward_loss import accuracy, margins, shares

PREFERENCES = (0.0, 0.01, 0.3, 0.5, 0.5 + 1e-9, 0.51, 0.7, 0.9, 0.99, 1 - 1e-9, 1.0)
MARGINS = (-40.0, -20.0, -1.5, -1e-6, 0.0, 1e-9, 0.2, 0.8, 2.5, 30.0)
TIMES = (0.0, 1e-6, 0.1, 1.0, 3.0, 100.0, 1e4, 1e8)


def pair(margin: float, preference: float) -> dict[str, object]:
    wins = [[0, preference], [1 - preference, 0]]
    return {
        "margin": margin,
        "preference": preference,
        "loss": toy.reward_loss([margin, 0.0], wins),
        "gradient": toy.reward_loss_gradient([margin, 0.0], wins),
        "winProbability": toy.win_probability(margin),
        "timeToMargin": toy.time_to_margin(margin, preference),
    }


def fit(wins: np.ndarray) -> dict[str, object]:
    try:
        return {"wins": wins, "reward": toy.fit_rewards(wins)}
    except ValueError:
        return {"wins": wins, "reward": None}


def many(reward: np.ndarray, wins: np.ndarray) -> dict[str, object]:
    return {
        "reward": reward,
        "wins": wins,
        "margins": margins(reward),
        "shares": shares(wins),
        "rewardLoss": toy.reward_loss(reward, wins),
        "rewardLossGradient": toy.reward_loss_gradient(reward, wins),
        "accuracy": accuracy(reward, wins),
    }


def vectors() -> dict[str, object]:
    return {
        "pairs": [pair(m, p) for m in MARGINS for p in PREFERENCES],
        "many": many(np.array([0.3, -1.2, 2.0]), np.array([[0.0, 3, 1], [2, 0, 5], [0, 1, 0]])),
        "tied": many(np.array([1.0, 1.0, 0.0]), np.array([[0.0, 7, 2], [3, 0, 0], [0, 1, 0]])),
        "fits": {name: fit(wins) for name, (_, _, wins, _) in WORLDS.items()},
        "flows": [
            {"time": t, "preference": p, "margin": toy.margin_after(t, p)}
            for t in TIMES
            for p in PREFERENCES
        ],
        "optima": [{"preference": p, "margin": toy.optimal_margin(p)} for p in PREFERENCES],
    }
