"""The still picture of the distance below the top. The maths is computed by the caller."""

from toy.exact.validation import Array
from toy.figures.stills import as_svg, blank
from toy.figures.style import LIGHT


def draw(shares: Array, heights: Array, share: float, truth: float) -> str:
    """Draw how far below the top each mix stands, the top being at the top."""
    with blank(7.0, 3.4) as figure:
        ax = figure.subplots()
        ax.plot(shares, heights, color=LIGHT["policy"])
        ax.plot([share, share], [0, truth], ":", color=LIGHT["best"])
        ax.plot(share, truth, "D", color=LIGHT["best"], markeredgecolor=LIGHT["paper"])
        ax.annotate(f" {truth:.3f}", (share, truth / 2), va="center")
        ax.axhline(0, color=LIGHT["ink"], linestyle="--", linewidth=1)
        ax.set(xlim=(0, 1), ylim=(1.05 * heights.min(), -0.05 * heights.min()))
        ax.set(
            xlabel="share of “always” in the mix",
            ylabel="objective, measured from the top",
        )
        return as_svg(figure)
