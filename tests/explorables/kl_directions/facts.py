"""What the explorable of both directions shows, computed by toy."""

from __future__ import annotations

from typing import Any

from explorables.live import Explorable, Numbers

import toy


def directions(state: dict[str, Any]) -> Numbers:
    policy, reference = state["policy"], state["reference"]
    return {
        "reverse": toy.kl_divergence(policy, reference),
        "forward": toy.kl_divergence(reference, policy),
    }


DIRECTIONS = Explorable(
    "KLDirections",
    "kl-directions",
    directions,
    dragged=0,
    lab={"policy": [0.2, 0.3, 0.5]},
)
