"""The still picture of a plateau. The maths is computed by the caller."""

from collections.abc import Sequence

import numpy as np

from toy.exact.validation import Array
from toy.figures.stills import as_svg, blank, ribbons
from toy.figures.style import LIGHT, mark


def draw(
    responses: Sequence[str],
    best: int,
    curves: tuple[Array, Array],
    time: int,
    truth: float | None,
) -> str:
    """Draw the shares (T, Y) of the responses over the steps, the best one at the foot."""
    steps, shares = curves
    with blank(7.0, 3.4) as figure:
        matters = np.arange(len(responses)) == best
        ax = ribbons(figure.subplots(), responses, matters, steps, shares, named_at=0)
        ax.axvline(time, color=LIGHT["ink"], linewidth=1)
        if truth is not None:
            mark(ax, truth, f"half at step {truth:,.0f}")
        ax.set(xscale="log", xlabel="steps along the exact gradient", ylabel="share of the answers")
        return as_svg(figure)
