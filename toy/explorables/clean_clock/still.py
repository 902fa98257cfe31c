"""The still picture of the margin over time. The maths is computed by the caller."""

from collections.abc import Mapping

from toy.exact.validation import Array
from toy.figures.stills import as_svg, blank
from toy.figures.style import LIGHT, mark


def draw(times: Array, curves: Mapping[float, Array], time: float, truth: float) -> str:
    """Draw the margin over time for each share of flipped labels, and where it ends."""
    with blank(7.0, 3.4) as figure:
        ax = figure.subplots()
        for share, curve in curves.items():
            role, dash = ("policy", "-") if share == max(curves) else ("reference", "--")
            ax.plot(times, curve, dash, color=LIGHT[role])
        ax.plot(times[-1], truth, "D", color=LIGHT["best"], clip_on=False)
        ax.annotate(
            f"{truth:.3f} ", (times[-1], truth), (-8, 8), textcoords="offset points", ha="right"
        )
        mark(ax, time, f"t = {time:g}")
        ax.set(xscale="log", xlim=times[[0, -1]], ylim=(0, 12))
        ax.set(xlabel="training time t = step size × steps", ylabel="margin Δ, trained from 0")
        return as_svg(figure)
