"""What the scene of the tilt shows, computed by toy."""

from __future__ import annotations

from typing import Any

from explorables.live import Explorable, Numbers

import toy


def tilt(state: dict[str, Any]) -> Numbers:
    reward, reference = state["reward"], state["reference"]
    policy = toy.gibbs_policy(reward, reference, state["beta"])
    numbers = {f"share.{y}": p for y, p in enumerate(policy)} | {"beta": state["beta"]}
    if "answer" in state:
        numbers["answer"] = toy.beta_of_even_odds(reward, reference)
    return numbers


TILT = Explorable("Tilt", "tilt", tilt, dragged=2, lab={"beta": 1.0})
