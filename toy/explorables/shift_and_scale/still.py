"""The still picture of two rewards, shifted and scaled. The maths is computed by the caller."""

from collections.abc import Sequence

from toy.figures.stills import as_svg, blank
from toy.figures.style import LIGHT


def draw(
    responses: Sequence[str], before: Sequence[float], after: Sequence[float], wins: float
) -> str:
    """Draw both rewards before and after the change, and the share of comparisons each wins."""
    with blank(7.0, 3.4) as figure:
        above, below = figure.subplots(2, height_ratios=[2, 1])
        outline = {"facecolor": "none", "edgecolor": LIGHT["ink"], "linestyle": "--"}
        above.barh(responses, after, color=[LIGHT["policy"], LIGHT["reference"]], height=0.6)
        above.barh(responses, before, height=0.6, **outline)
        above.axvline(0, color=LIGHT["muted"], linewidth=1)
        above.invert_yaxis()
        above.set(xlabel="reward; dashed: before")
        below.barh("wins", wins, color=LIGHT["policy"])
        below.barh("wins", 100 - wins, left=wins, color=LIGHT["reference"])
        below.annotate(f" {responses[0]} {wins:.3g}", (0, 0), va="center", color=LIGHT["paper"])
        below.set(xlim=(0, 100), xlabel="comparisons in 100")
        for ax in (above, below):
            ax.grid(axis="y", visible=False)
        return as_svg(figure)
