"""What the explorables of the policy gradient show, computed by toy."""

from __future__ import annotations

from typing import Any

import numpy as np
from explorables.live import Explorable, Numbers

import toy
from toy.explorables.policy_simplex import ADVANTAGES

ROWS = {"leave-one-out": "loo", "group mean": "mean", "group-normalised": "norm"}


def estimates(state: dict[str, Any], shaped: np.ndarray) -> dict[str, tuple[int, Any]]:
    """Return, for each row of the table, how many draws it takes and its moments."""
    policy, size = state["policy"], int(state["group_size"])
    baseline = {
        "none": 0.0,
        "value": toy.expectation(policy, shaped),
        "best": toy.optimal_baseline(policy, shaped),
    }[state["baseline"]]
    rows = {"one": (1, toy.reinforce_moments(policy, shaped, baseline))}
    for name, advantage in ADVANTAGES.items():
        moments = toy.group_gradient_moments(policy, shaped, size, advantage)
        rows[ROWS[name]] = (size, moments)
    return rows


def step_size(state: dict[str, Any], shaped: np.ndarray, gradient: np.ndarray) -> float:
    """Return the largest step, up to 1, at which no estimate leaves the triangle."""
    policy = np.array(state["policy"])
    if state["estimator"] == "one sample":
        name = state["baseline"]
        baseline = {"none": 0.0, "value": policy @ shaped}.get(name)
        if baseline is None:
            baseline = toy.optimal_baseline(policy, shaped)
        directions = (shaped - baseline)[:, None] * toy.score(policy)
    else:
        advantage, size = ADVANTAGES[state["estimator"]], int(state["group_size"])
        groups = np.stack(np.meshgrid(*[np.arange(3)] * size), axis=-1).reshape(-1, size)
        groups = np.unique(np.sort(groups, axis=-1), axis=0)
        weights = advantage(shaped[groups])[..., None] / size
        directions = (weights * toy.score(policy)[groups]).sum(axis=1)
    moves = np.array([toy.policy_gradient(policy, d) for d in [*directions, gradient]])
    falling = moves < 0
    reach = np.broadcast_to(policy, moves.shape)[falling] / -moves[falling]
    return float(min(1.0, reach.min(initial=1.0)))


def policy_simplex(state: dict[str, Any]) -> Numbers:
    policy, reward, reference = (np.array(state[k]) for k in ("policy", "reward", "reference"))
    beta = state["beta"]
    shaped = reward - state["kl_term"] * beta * toy.log_ratio(policy, reference)
    terms = toy.objective_terms(policy, reward, reference, beta)
    gradient = toy.policy_gradient(policy, reward)
    if state["kl_term"]:
        gradient = toy.objective_gradient(policy, reward, reference, beta)
    numbers = {
        "value": terms.reward,
        "kl": terms.kl,
        "objective": terms.total,
        "slope": np.linalg.norm(gradient),
        "step": step_size(state, shaped, gradient),
        "beta": beta,
        "group_size": state["group_size"],
    }
    for row, (draws, moments) in estimates(state, shaped).items():
        mean = moments.mean
        numbers[f"{row}.variance"] = moments.total_variance
        numbers[f"{row}.per_draw"] = draws * moments.total_variance
        numbers[f"{row}.bias"] = np.linalg.norm(mean - gradient)
        lengths = np.linalg.norm(mean), numbers["slope"]
        if min(lengths) > 1e-12:  # shorter, it is rounding that has a direction
            numbers[f"{row}.cosine"] = mean @ gradient / (lengths[0] * lengths[1])
    if "answer" in state:
        numbers["answer"] = toy.optimal_baseline(policy, shaped)
        numbers["distance"] = abs(state["guess"] - numbers["answer"])
    return numbers


POLICY_SIMPLEX = Explorable(
    "PolicySimplex",
    "policy-simplex",
    "book/policy_gradient/climbing.html",
    policy_simplex,
    dragged=5,
    lab={
        "policy": [0.2, 0.3, 0.5],
        "beta": 1.0,
        "kl_term": False,
        "estimator": "leave-one-out",
        "baseline": "value",
        "group_size": 5,
    },
)
