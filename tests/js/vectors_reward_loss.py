"""Print, as JSON, what `toy.reward_loss` computes, for `tests/js/reward_loss.test.js`."""

import json
import sys

import numpy as np

import toy

PREFERENCES = (0.0, 0.01, 0.3, 0.5, 0.5 + 1e-9, 0.51, 0.7, 0.9, 0.99, 1 - 1e-9, 1.0)
MARGINS = (-40.0, -20.0, -1.5, -1e-6, 0.0, 1e-9, 0.2, 0.8, 2.5, 30.0)
TIMES = (0.0, 1e-6, 0.1, 1.0, 3.0, 100.0, 1e4, 1e8)


def number(value: float) -> float | str:
    """The value, in words where JSON has none for it."""
    return float(value) if np.isfinite(value) else str(float(value))


def pair(margin: float, preference: float) -> dict[str, object]:
    wins = [[0, preference], [1 - preference, 0]]
    return {
        "margin": margin,
        "preference": preference,
        "loss": float(toy.reward_loss([margin, 0.0], wins)),
        "gradient": toy.reward_loss_gradient([margin, 0.0], wins).tolist(),
        "winProbability": float(toy.win_probability(margin)),
        "timeToMargin": number(toy.time_to_margin(margin, preference)),
    }


def main() -> None:
    wins = [[0, 3, 1], [2, 0, 5], [0, 1, 0]]
    reward = [0.3, -1.2, 2.0]
    many = {
        "reward": reward,
        "wins": wins,
        "loss": float(toy.reward_loss(reward, wins)),
        "gradient": toy.reward_loss_gradient(reward, wins).tolist(),
    }
    flows = [
        {"time": t, "preference": p, "margin": float(toy.margin_after(t, p))}
        for t in TIMES
        for p in PREFERENCES
    ]
    optima = [{"preference": p, "margin": number(toy.optimal_margin(p))} for p in PREFERENCES]
    pairs = [pair(m, p) for m in MARGINS for p in PREFERENCES]
    json.dump({"pairs": pairs, "many": many, "flows": flows, "optima": optima}, sys.stdout)


if __name__ == "__main__":
    main()
