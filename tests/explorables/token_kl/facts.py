"""What the explorable of the KL of sequences shows, computed by toy."""

from __future__ import annotations

from typing import Any

import numpy as np
from explorables.live import Explorable, Numbers
from explorables.prefixes import along, flat, probabilities

import toy
from toy.explorables.prefix_tree import policy_tables


def divergences(state: dict[str, Any]) -> Numbers:
    policy, reference = policy_tables(state["policy"]), policy_tables(state["reference"])
    kls = [toy.kl_divergence(q, p) for q, p in zip(policy, reference, strict=True)]
    prefixes = [1.0, policy[0], toy.sequence_probs(policy[:2])]
    shares = [p * kl for p, kl in zip(prefixes, kls, strict=True)]
    q, p = (toy.sequence_probs(tables).ravel() for tables in (policy, reference))
    numbers = probabilities(policy)
    numbers |= {"kl": toy.sequence_kl(policy, reference), "kl_sequences": toy.kl_divergence(q, p)}
    numbers |= {f"kl.{i}": kl for i, kl in enumerate(flat(kls), start=1)}
    numbers |= estimates(state["path"], policy, reference, kls)
    if "answer" in state:
        numbers |= {f"share.{i}": part for i, part in enumerate(flat(shares), start=1)}
        numbers["answer"] = float(kls[0] / numbers["kl"])
    return numbers


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


TOKEN_KL = Explorable(
    "TokenKL",
    "token-kl",
    divergences,
    dragged=1,
    lab={"policy": [0.5, 0.4, 0.3, 0.2, 0.6, 0.7, 0.8], "path": 4},
    distributions=frozenset(),
)
