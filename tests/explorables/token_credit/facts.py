"""What the explorable of credit shows, computed by toy."""

from __future__ import annotations

from typing import Any

from explorables.live import Explorable, Numbers
from explorables.prefixes import along, flat, probabilities

import toy
from toy.explorables.prefix_tree import policy_tables, reward_tables


def credits(state: dict[str, Any]) -> Numbers:
    policy, reward = policy_tables(state["policy"]), reward_tables(state["reward"])
    values = toy.prefix_values(policy, reward)
    rewards = along(reward, state["path"])
    rows = {
        "reward": rewards,
        "whole": toy.whole_return(rewards),
        "to_go": toy.rewards_to_go(rewards),
        "less_value": toy.rewards_to_go(rewards) - along(values, state["path"], 0),
    }
    numbers = probabilities(policy) | {
        f"{name}.{t}": float(value)
        for name, row in rows.items()
        for t, value in enumerate(row, start=1)
    }
    numbers |= {f"value.{i}": value for i, value in enumerate(flat(values), start=1)}
    whole = toy.trajectory_moments(policy, reward, credit=toy.whole_return).total_variance
    to_go = toy.trajectory_moments(policy, reward).total_variance
    numbers["variance.whole"] = float(whole)
    if "variance.to_go" in state:
        less_value = toy.trajectory_moments(policy, reward, values).total_variance
        numbers |= {"variance.to_go": float(to_go), "variance.less_value": float(less_value)}
    if "answer" in state:
        numbers["answer"] = float(whole / to_go)
    return numbers


TOKEN_CREDIT = Explorable(
    "TokenCredit",
    "token-credit",
    credits,
    dragged=1,
    lab={
        "policy": [0.5, 0.4, 0.3, 0.2, 0.6, 0.7, 0.8],
        "reward": [0.5, 0.0, -1.0, 1.0, 2.0, 0.5, 0.2, 0.0, 0.4, 0.1, 0.0, 0.2, 0.3, 0.2],
        "path": 4,
    },
    distributions=frozenset(),
)
