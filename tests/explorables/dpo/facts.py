"""What the explorable of DPO shows, computed by toy."""

from __future__ import annotations

from typing import Any

import numpy as np
from explorables.live import Explorable, Numbers

import toy

NUM_STEPS, STEP_SIZE = 2000, 0.5
NAMES = ("best", "middle", "worst")
COMPARED = {"all": ((0, 1), (1, 2), (0, 2)), "chain": ((0, 1), (1, 2)), "one": ((0, 2),)}


def comparisons(state: dict[str, Any]) -> np.ndarray:
    wins = np.zeros((3, 3))
    for better, worse in COMPARED[state["pairs"]]:
        wins[better, worse] = state["preference"]
        wins[worse, better] = 1 - state["preference"]
    return wins


def rival(state: dict[str, Any], features: Any) -> np.ndarray | None:
    """Return RLHF's policy now, or None where no finite rewards fit best."""
    try:
        reward = toy.fit_rewards(comparisons(state))
    except ValueError:
        return None
    step = int(state["time"])
    run = toy.rlhf_ascent(reward, state["reference"], state["beta"], STEP_SIZE, step, features)
    return run.policies[-1]


def descent(state: dict[str, Any]) -> Numbers:
    reference, beta, step = np.array(state["reference"]), state["beta"], int(state["time"])
    wins = comparisons(state)
    features = [[1.0], [3.0], [0.0]] if state["shared_features"] else None
    run = toy.dpo_descent(reference, wins, beta, STEP_SIZE, NUM_STEPS, features)
    policy, ascent = run.policies[step], rival(state, features)
    implicit = toy.implicit_reward(policy, reference, beta)
    weights = toy.dpo_weights(policy, reference, beta)
    numbers: Numbers = {
        "kl": toy.kl_divergence(policy, reference),
        "loss": toy.dpo_loss(policy, reference, wins, beta),
        "preference": state["preference"],
        "beta": beta,
        "time": step,
    }
    moved = run.parameters[step] - run.parameters[0]
    for y, name in enumerate(NAMES):
        numbers |= {f"{name}.dpo": policy[y], f"{name}.moved": moved[y]}
    for better, worse in COMPARED["all"]:
        row = f"{NAMES[better]}-{NAMES[worse]}"
        numbers[f"{row}.margin"] = implicit[better] - implicit[worse]
        numbers[f"{row}.weight"] = weights[better, worse]
        if (better, worse) in COMPARED[state["pairs"]]:
            numbers[f"{row}.wins"] = state["preference"]
    if ascent is not None:
        numbers |= {f"{name}.rlhf": ascent[y] for y, name in enumerate(NAMES)}
        numbers["rlhf_kl"] = toy.kl_divergence(ascent, reference)
        numbers["apart"] = toy.total_variation(policy, ascent)
    if "answer" in state:
        asked = 1 if state["pairs"] == "one" and not state["shared_features"] else 0
        numbers["answer"] = run.policies[-1][asked]
    return numbers


DPO = Explorable(
    "DPO",
    "dpo",
    descent,
    dragged=7,
    lab={"preference": 0.7, "pairs": "chain", "shared_features": True, "time": 100},
)
