"""Ascents and descents: a few of their many steps."""

import numpy as np
from vectors_dpo import WORLDS
from vectors_kl_estimators import LOSS_WORLDS, LOSSES

import toy
from toy.exact.validation import Array

NUM_STEPS, STEP_SIZE = 2000, 0.5
STEPS = [0, 1, 2, 17, 400, NUM_STEPS]
LOSS_STEPS = [0, 1, 2, 20, 50]


def runs(reference: Array, wins: Array, beta: float, features: Array | None) -> dict[str, object]:
    descent = toy.dpo_descent(reference, wins, beta, STEP_SIZE, NUM_STEPS, features)
    found: dict[str, object] = {"features": features, "descent": descent.parameters[STEPS]}
    try:
        reward = toy.fit_rewards(wins)
    except ValueError:
        return found
    ascent = toy.rlhf_ascent(reward, reference, beta, STEP_SIZE, NUM_STEPS, features)
    return found | {"reward": reward, "ascent": ascent.policies[STEPS]}


def case(reference: Array, wins: Array, beta: float) -> dict[str, object]:
    length = np.array([1.0, 3.0, 0.0, -0.5])[: len(reference), None]
    return {
        "reference": reference,
        "wins": wins,
        "beta": beta,
        "runs": [runs(reference, wins, beta, features) for features in (None, length)],
    }


def flows(*world: object) -> dict[str, object]:
    return {
        name: toy.ascend_with_loss(estimator, *world, 0.25, 50).policies[LOSS_STEPS]
        for name, estimator in LOSSES.items()
    }


def vectors() -> dict[str, object]:
    return {
        "stepSize": STEP_SIZE,
        "numSteps": NUM_STEPS,
        "steps": STEPS,
        "cases": {name: case(*rest) for name, (_, *rest) in WORLDS.items()},
        "lossSteps": LOSS_STEPS,
        "losses": {
            name: {"world": world, "flows": flows(*map(np.array, world))}
            for name, world in LOSS_WORLDS.items()
        },
    }
