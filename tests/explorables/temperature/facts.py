"""What the scene of the temperature shows, computed by toy."""

from __future__ import annotations

from typing import Any

import numpy as np
from explorables.live import Explorable, Numbers

import toy


def temperature(state: dict[str, Any]) -> Numbers:
    logits, scale = np.log(state["policy"]), state["scale"]
    shares = 100 * toy.softmax(scale * logits)
    numbers = {f"share.{y}": share for y, share in enumerate(shares)} | {"scale": scale}
    if "answer" in state:
        numbers["answer"] = 100 * toy.softmax(3 * logits).max()
    return numbers


TEMPERATURE = Explorable(
    "Temperature",
    "temperature",
    temperature,
    dragged=2,
    lab={"scale": 2.0},
)
