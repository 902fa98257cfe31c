"""What the explorable of tokens shows, computed by toy."""

from __future__ import annotations

from typing import Any

import numpy as np
from explorables.live import Explorable, Numbers

import toy
from toy.explorables.tokens import policy_tables, reward_tables


def shown_numbers(state: dict[str, Any]) -> Numbers:
    policy = policy_tables(state["policy"])
    probs = enumerate(toy.sequence_probs(policy).ravel(), start=1)
    panel = divergences(state) if state["shows"] == "KL" else credits(state)
    return {f"prob.{y}": float(p) for y, p in probs} | panel


def tokens_of(path: int) -> tuple[int, ...]:
    return tuple(int(token) for token in np.unravel_index(path - 1, (2, 2, 2)))


def along(tables: Any, path: int, tokens: int = 1) -> list[float]:
    """What each step's table says of the sequence, of its prefixes if `tokens` is 0."""
    y = tokens_of(path)
    return [float(np.ravel(table[y[: t + tokens]])[0]) for t, table in enumerate(tables)]


def flat(tables: Any) -> list[float]:
    return np.concatenate([np.ravel(table) for table in tables]).tolist()


def compared(numbers: Numbers, state: dict[str, Any], answer: float) -> Numbers:
    if "answer" not in state:
        return numbers
    return numbers | {"answer": answer, "distance": abs(state["guess"] - answer)}


def divergences(state: dict[str, Any]) -> Numbers:
    policy, reference = policy_tables(state["policy"]), policy_tables(state["reference"])
    kls = [toy.kl_divergence(q, p) for q, p in zip(policy, reference, strict=True)]
    prefixes = [1.0, policy[0], toy.sequence_probs(policy[:2])]
    shares = [p * kl for p, kl in zip(prefixes, kls, strict=True)]
    q, p = (toy.sequence_probs(tables).ravel() for tables in (policy, reference))
    numbers = {"kl": toy.sequence_kl(policy, reference), "kl_sequences": toy.kl_divergence(q, p)}
    numbers |= {f"kl.{i}": kl for i, kl in enumerate(flat(kls), start=1)}
    numbers |= estimates(state["path"], policy, reference, kls)
    if "answer" in state:
        numbers |= {f"share.{i}": part for i, part in enumerate(flat(shares), start=1)}
    return compared(numbers, state, float(kls[0] / numbers["kl"]))


def estimates(path: int, policy: Any, reference: Any, kls: Any) -> Numbers:
    ratios = [toy.log_ratio(q, p) for q, p in zip(policy, reference, strict=True)]
    d = np.array(along(ratios, path))
    rows = {
        "k1": (toy.k1(d), toy.token_estimator_moments(toy.k1, policy, reference)),
        "token_k3": (toy.k3(d), toy.token_estimator_moments(toy.k3, policy, reference)),
        "exact": (np.array(along(kls, path, 0)), toy.prefix_kl_moments(policy, reference)),
    }
    numbers = {}
    for name, (values, moments) in rows.items():
        numbers |= {f"{name}.{t}": value for t, value in enumerate(values, start=1)}
        numbers |= {f"{name}.sum": values.sum(), f"{name}.std": moments.std}
    whole = toy.sequence_estimator_moments(toy.k3, policy, reference)
    return numbers | {"sequence_k3.sum": float(toy.k3(d.sum())), "sequence_k3.std": whole.std}


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
    numbers = {
        f"{name}.{t}": float(value)
        for name, row in rows.items()
        for t, value in enumerate(row, start=1)
    }
    numbers |= {f"value.{i}": value for i, value in enumerate(flat(values), start=1)}
    whole = toy.trajectory_moments(policy, reward, credit=toy.whole_return).total_variance
    to_go = toy.trajectory_moments(policy, reward).total_variance
    numbers["variance.whole"] = float(whole)
    if "answer" in state:
        less_value = toy.trajectory_moments(policy, reward, values).total_variance
        numbers |= {"variance.to_go": float(to_go), "variance.less_value": float(less_value)}
    return compared(numbers, state, float(whole / to_go))


_LAB = {
    "policy": [0.5, 0.4, 0.3, 0.2, 0.6, 0.7, 0.8],
    "reward": [0.5, 0.0, -1.0, 1.0, 2.0, 0.5, 0.2, 0.0, 0.4, 0.1, 0.0, 0.2, 0.3, 0.2],
    "path": 4,
    "shows": "credit",
}
TOKENS_KL = Explorable(
    "Tokens",
    "tokens",
    "book/kl_estimators/tokens.html",
    shown_numbers,
    dragged=1,
    lab=_LAB,
    distributions=frozenset(),
)
TOKENS_CREDIT = Explorable(
    "Tokens",
    "tokens",
    "book/policy_gradient.html",
    shown_numbers,
    dragged=1,
    lab=_LAB,
    distributions=frozenset(),
)
