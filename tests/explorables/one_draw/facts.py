"""What the scene of one draw shows, computed by toy."""

from __future__ import annotations

from typing import Any

from explorables.live import Explorable, Numbers

import toy


def one_draw(state: dict[str, Any]) -> Numbers:
    policy, reference = state["policy"], state["reference"]
    numbers = {"draws": state["draws"]}
    if state["draws"] == 1:
        numbers |= {f"k3.{y}": p for y, p in enumerate(policy)}
    if "answer" in state:
        numbers["answer"] = toy.kl_divergence(policy, reference)
    return numbers


ONE_DRAW = Explorable("OneDraw", "one-draw", one_draw, dragged=2, lab={"draws": 10})
