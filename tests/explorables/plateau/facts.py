"""What the scene of the plateau shows, computed by toy."""

from __future__ import annotations

from functools import lru_cache
from typing import Any

import numpy as np
from explorables.live import Explorable, Numbers

import toy


@lru_cache
def flow(policy: tuple[float, ...], reward: tuple[float, ...]) -> np.ndarray:
    climb = toy.ascend(
        lambda z: toy.policy_gradient(toy.softmax(z), reward), np.log(policy), 2.0, 5000
    )
    return climb.policies


def plateau(state: dict[str, Any]) -> Numbers:
    policies = flow(tuple(state["policy"]), tuple(state["reward"]))
    now = policies[state["time"]]
    numbers = {"time": state["time"]} | {f"share.{y}": p for y, p in enumerate(now)}
    if "answer" in state:
        shares = policies[:, np.argmax(state["reward"])]
        numbers["answer"] = next(step for step, share in enumerate(shares) if share >= 0.5)
    return numbers


PLATEAU = Explorable("Plateau", "plateau", plateau, dragged=2, lab={"time": 5})
