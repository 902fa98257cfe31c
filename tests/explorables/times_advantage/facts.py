"""What the scene of probability times advantage shows, computed by toy."""

from __future__ import annotations

from typing import Any

import numpy as np
from explorables.live import Explorable, Numbers

import toy


def times_advantage(state: dict[str, Any]) -> Numbers:
    policy, reward = state["policy"], state["reward"]
    numbers = {"share": policy[int(np.argmax(reward))]}
    if "answer" in state:
        pushes = toy.policy_gradient(policy, reward)
        numbers |= {f"push.{y}": push for y, push in enumerate(pushes)}
        numbers |= {"up": pushes[pushes > 0].sum()}
        numbers["answer"] = toy.expectation(policy, reward)
    return numbers


TIMES_ADVANTAGE = Explorable(
    "TimesAdvantage",
    "times-advantage",
    times_advantage,
    dragged=2,
    lab={"policy": [0.1, 0.5, 0.2, 0.2]},
)
