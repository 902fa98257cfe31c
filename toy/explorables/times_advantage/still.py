"""The still picture of pushes as areas. The maths is computed by the caller."""

from collections.abc import Sequence

import numpy as np

from toy.exact.validation import Array
from toy.figures.stills import as_svg, blank
from toy.figures.style import LIGHT

#: A column that is narrower has its name upright.
NARROW = 0.12


def draw(responses: Sequence[str], policy: Array, reward: Array, value: float) -> str:
    """Draw a column for each response, as wide as it is likely, from the mean to its reward."""
    with blank(7.0, 3.4) as figure:
        ax = figure.subplots()
        lefts = np.cumsum(policy) - policy
        colours = [LIGHT["policy" if r == reward.max() else "reference"] for r in reward]
        heights = reward - value
        ax.bar(lefts, heights, policy, value, align="edge", color=colours, edgecolor=LIGHT["paper"])
        for name, left, share, r in zip(responses, lefts, policy, reward, strict=True):
            ax.annotate(
                name,
                (left + share / 2, r),
                (0, 3 if r > value else -3),
                textcoords="offset points",
                ha="center",
                va="bottom" if r > value else "top",
                rotation=0 if share > NARROW else 90,
            )
        ax.axhline(value, color=LIGHT["ink"], linestyle=(0, (2, 2)), linewidth=1)
        ax.set(xlim=(0, 1), ylim=(-2.3, 2.3), xlabel="probability", ylabel="reward")
        return as_svg(figure)
