"""The still picture of two rewards, shifted and scaled. The maths is computed by the caller."""

from collections.abc import Sequence
from typing import Any

from toy.explorables.scene import say
from toy.figures.stills import Axes, as_svg, blank
from toy.figures.style import LIGHT

COLOURS = (LIGHT["policy"], LIGHT["reference"])


def draw(
    responses: Sequence[str], before: Sequence[float], after: Sequence[float], wins: float
) -> str:
    """Draw both rewards before and after the change, and the share of comparisons each wins."""
    with blank(7.0, 3.8) as figure:
        above, below = figure.subplots(2, height_ratios=[3, 1])
        _pairs(above, responses, before, after)
        below.barh(f"{responses[0]}\nwins", wins, color=COLOURS[0])
        below.barh(f"{responses[0]}\nwins", 100 - wins, left=wins, color=COLOURS[1])
        below.annotate(say(wins), (wins, 0), (-5, 0), **_BESIDE, ha="right", color=LIGHT["paper"])
        below.set(xlim=(0, 100), xlabel="comparisons won, of 100")
        for ax in (above, below):
            ax.grid(axis="y", visible=False)
        return as_svg(figure)


_BESIDE: dict[str, Any] = {"textcoords": "offset points", "va": "center"}


def _pairs(
    ax: Axes, responses: Sequence[str], before: Sequence[float], after: Sequence[float]
) -> None:
    """Draw two pairs of rewards, and how far apart the ends of each are."""
    for row, pair in enumerate((before, after)):
        ends = [row - 0.28, row + 0.28]
        ax.barh(ends, pair, color=COLOURS, height=0.26)
        for place, value in zip(ends, pair, strict=True):
            out = -1 if value < 0 else 1
            ax.annotate(say(value), (value, place), (4 * out, 0), **_BESIDE, ha=_SIDES[out])
        ax.plot(pair, [row, row], "|-", color=LIGHT["ink"], linewidth=1)
        difference = f"difference {say(pair[0] - pair[1])}"
        ax.annotate(difference, (max(*pair, 0), row), (6, 0), **_BESIDE)
    ax.axvline(0, color=LIGHT["muted"], linewidth=1)
    ax.invert_yaxis()
    for response, colour in zip(responses, COLOURS, strict=True):
        ax.barh(0, 0, color=colour, label=response)
    ax.legend(loc="lower left", bbox_to_anchor=(-0.02, 0.99), ncols=2)
    ax.set(yticks=(0, 1), yticklabels=("before", "now"), xlabel="reward", xlim=(-7, 9))


_SIDES = {1: "left", -1: "right"}
