"""The still picture of a plateau. The maths is computed by the caller."""

from collections.abc import Sequence

import numpy as np

from toy.exact.validation import Array
from toy.figures.stills import as_svg, blank
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
        ax = figure.subplots()
        order = [best, *(y for y in range(len(responses)) if y != best)]
        edges = np.cumsum(shares[:, order], axis=-1)
        for i, y in enumerate(order):
            low = edges[:, i] - shares[:, y]
            colour, alpha = ("policy", 1.0) if y == best else ("reference", 0.25 + 0.2 * (i % 3))
            ax.fill_between(steps, low, edges[:, i], color=LIGHT[colour], alpha=alpha, linewidth=0)
            ax.annotate(f" {responses[y]}", (steps[0], (low[0] + edges[0, i]) / 2), va="center")
        ax.axvline(time, color=LIGHT["ink"], linewidth=1)
        if truth is not None:
            mark(ax, truth, f"half at step {truth:,.0f}")
        ax.set(xscale="log", xlim=steps[[0, -1]], ylim=(0, 1))
        ax.set(xlabel="steps along the exact gradient", ylabel="share of the answers")
        return as_svg(figure)
