"""The still picture of where k3 loses. The maths is computed by the caller."""

from collections.abc import Mapping

import numpy as np

from toy.exact.validation import Array
from toy.figures.stills import as_svg, blank
from toy.figures.style import LIGHT, mark, name_line, role_line


def draw(shares: Array, stds: Mapping[str, Array], share: float, truth: float | None) -> str:
    """Draw the standard deviations over the share, and where they cross."""
    with blank(7.0, 3.4) as figure:
        ax = figure.subplots()
        for role, curve in stds.items():
            role_line(ax, shares, curve, role)
            name_line(ax, role, np.argmax(curve < 1.7) / (len(curve) - 1), (6, 3))
        ax.axvline(share, color=LIGHT["ink"], linewidth=1)
        if truth is not None:
            mark(ax, truth, f"alike at {truth:.3f}")
        ax.set(xscale="log", xlim=shares[[0, -1]], ylim=(0, 2))
        ax.set(xlabel="how often the policy still says it", ylabel="scatter of a draw, nats")
        return as_svg(figure)
