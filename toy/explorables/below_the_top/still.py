"""The still picture of the distance below the top. The maths is computed by the caller."""

from typing import Any

from toy.exact.validation import Array
from toy.explorables.scene import say
from toy.figures.stills import as_svg, blank
from toy.figures.style import LIGHT


def draw(shares: Array, heights: Array, share: float, truth: float, mean: float) -> str:
    """Draw how far below the top each mix stands, the top being at the top."""
    with blank(7.0, 3.4) as figure:
        ax = figure.subplots()
        ax.plot(shares, heights, color=LIGHT["policy"])
        ax.plot([0, 1], heights[[0, -1]], "--", color=LIGHT["reference"])
        ax.plot(share, mean, "o", color=LIGHT["reference"], markeredgecolor=LIGHT["paper"])
        side: dict[str, Any] = {"ha": "left" if share < 0.3 else "right"}
        ax.annotate(f"mean {say(mean)}", (share, mean), (0, -15), **_OFF, **side)
        ax.plot([share, share], [0, truth], ":", color=LIGHT["best"])
        ax.plot(share, truth, "D", color=LIGHT["best"], markeredgecolor=LIGHT["paper"])
        ax.annotate(f"{say(truth)} ", (share, truth / 2), (-2, -4), **_OFF, ha="right")
        ax.annotate("the best policy, π*", (1, 0), (-4, -11), **_OFF, ha="right")
        ax.axhline(0, color=LIGHT["ink"], linestyle="--", linewidth=1)
        ax.set(xlim=(0, 1), ylim=(1.05 * heights.min(), -0.05 * heights.min()))
        ax.set(
            xlabel="share of “always” in the mix",
            ylabel="objective, from the best policy's",
        )
        return as_svg(figure)


_OFF: dict[str, Any] = {"textcoords": "offset points"}
