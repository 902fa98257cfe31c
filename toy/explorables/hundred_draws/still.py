"""The still picture of a hundred draws. The maths is computed by the caller."""

from toy.exact.validation import Array
from toy.figures.stills import as_svg, blank
from toy.figures.style import LIGHT


def draw(draws: Array, without: Array, now: int, truth: float) -> str:
    """Draw in how many of 100 runs the response has not come, and in how many it has."""
    with blank(7.0, 3.4) as figure:
        ax = figure.subplots()
        ax.fill_between(draws, 0, without, color=LIGHT["reference"], alpha=0.4, linewidth=0)
        ax.fill_between(draws, without, 100, color=LIGHT["policy"], linewidth=0)
        ax.annotate("not come yet", (60, 8))
        ax.axvline(now, color=LIGHT["ink"], linewidth=1)
        ax.plot(now, truth, "D", color=LIGHT["best"], clip_on=False)
        ax.annotate(f"{truth:.3g} ", (now, truth), va="top", ha="right")
        ax.set(xlim=draws[[0, -1]], ylim=(0, 100))
        ax.set(xlabel="draws", ylabel="runs in 100")
        return as_svg(figure)
