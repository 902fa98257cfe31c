"""What the explorable of the policy gradient shows, computed by toy."""

from __future__ import annotations

from typing import Any

import numpy as np
from explorables.live import Explorable, Numbers

import toy
from toy.figures.policy_gradient import CORNERS


def policy_simplex(state: dict[str, Any]) -> Numbers:
    policy, reward, reference = (np.array(state[k]) for k in ("policy", "reward", "reference"))
    beta = state["beta"]
    terms = toy.objective_terms(policy, reward, reference, beta)
    gradient = toy.policy_gradient(policy, reward)
    if state["kl_term"]:
        gradient = toy.objective_gradient(policy, reward, reference, beta)
    numbers = {
        "value": terms.reward,
        "kl": terms.kl,
        "objective": terms.total,
        "slope": np.linalg.norm(gradient),
        "beta": beta,
    }
    if "answer" in state:
        goal = np.eye(3)[np.argmax(reward)]
        if state["kl_term"]:
            goal = toy.gibbs_policy(reward, reference, beta)
        numbers["answer"] = turned(goal - policy, toy.policy_gradient(policy, gradient))
    return numbers


def turned(way: Any, other: Any) -> float:
    """Return the angle from one change of a policy to another in the triangle, in degrees."""
    start, end = (complex(*(change @ CORNERS)) for change in (way, other))
    return float(np.degrees(np.angle(end / start)))


POLICY_SIMPLEX = Explorable(
    "PolicySimplex",
    "policy-simplex",
    policy_simplex,
    dragged=3,
    lab={"policy": [0.2, 0.3, 0.5], "beta": 1.0, "kl_term": True},
)
