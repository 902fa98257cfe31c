"""The still picture of the tilt. The maths is computed by the caller."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import ArrayLike

from toy.exact.validation import Array
from toy.figures.stills import as_svg, blank, ribbons
from toy.figures.style import LIGHT, mark


def draw(
    responses: Sequence[str],
    best: ArrayLike,
    curves: tuple[Array, Array],
    beta: float,
    truth: float | None,
) -> str:
    """Draw the shares of the responses over β, one above the other, and where odds are even."""
    with blank(7.0, 3.4) as figure:
        ax = ribbons(figure.subplots(), responses, np.asarray(best), *curves)
        ax.set(xscale="log", xlabel="β, reward units per nat", ylabel="share of the answers")
        ax.axvline(beta, color=LIGHT["ink"], linewidth=1)
        if truth is not None:
            ax.plot(truth, 0.5, "D", color=LIGHT["best"], markeredgecolor=LIGHT["paper"])
            mark(ax, truth, f"half at β = {truth:.3f}")
        return as_svg(figure)
