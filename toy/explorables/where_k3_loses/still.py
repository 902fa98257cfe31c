"""The still picture of where k3 loses. The maths is computed by the caller."""

from collections.abc import Mapping

from toy.exact.validation import Array
from toy.figures.stills import as_svg, blank
from toy.figures.style import LIGHT, mark, role_line


def draw(shares: Array, stds: Mapping[str, Array], share: float, truth: float | None) -> str:
    """Draw the standard deviations over the share, and where they cross."""
    with blank(7.0, 3.4) as figure:
        ax = figure.subplots()
        for role, curve in stds.items():
            role_line(ax, shares, curve, role)
        ax.axvline(share, color=LIGHT["ink"], linewidth=1)
        if truth is not None:
            mark(ax, truth, f"alike at {truth:.3f}")
        ax.legend()
        ax.set(xscale="log", xlim=shares[[0, -1]], ylim=(0, 2))
        ax.set(xlabel="how often the policy still says it", ylabel="scatter of a draw, nats")
        ax.xaxis.set_major_formatter("{x:g}")
        ax.xaxis.set_minor_formatter("")
        return as_svg(figure)
