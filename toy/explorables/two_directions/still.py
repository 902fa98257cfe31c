"""The still picture of the two directions. The maths is computed by the caller."""

from collections.abc import Sequence
from typing import Any

import numpy as np

from toy.exact.validation import Array
from toy.figures.stills import as_svg, blank, probability_bars
from toy.figures.style import LIGHT


def draw(
    responses: Sequence[str], policy: Array, reference: Array, forth: Array, back: Array
) -> str:
    """Draw both policies, and the sum of the terms of each direction."""
    with blank(7.0, 4.4) as figure:
        above, below = figure.subplots(2, height_ratios=[3, 1.2])
        probability_bars(above, responses, {"policy": policy, "reference": reference})
        names = ["counted by policy", "counted by reference"]
        sums = np.maximum([forth.sum(), back.sum()], 0)
        fills, edges = ("policy", "paper"), ("policy", "reference")
        colours: dict[str, Any] = {
            "color": [LIGHT[fill] for fill in fills],
            "edgecolor": [LIGHT[e] for e in edges],
        }
        bars = below.barh(names, sums, **colours)
        below.bar_label(bars, fmt="%.3g", padding=3, fontsize=9)
        below.invert_yaxis()
        below.set(xlim=(0, 1.1 * max(sums.max(), 0.1)), xlabel="KL divergence, nats")
        below.grid(axis="y", visible=False)
        return as_svg(figure)
