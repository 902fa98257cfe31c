"""The still picture of the tilt. The maths is computed by the caller."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import ArrayLike

from toy.exact.validation import Array
from toy.figures.stills import Axes, as_svg, blank
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
        ax.axvline(beta, color=LIGHT["ink"], linewidth=1)
        if truth is not None:
            ax.plot(truth, 0.5, "D", color=LIGHT["best"], markeredgecolor=LIGHT["paper"])
            mark(ax, truth, f"half at β = {truth:.3f}")
        return as_svg(figure)


def ribbons(ax: Axes, responses: Sequence[str], best: Array, prices: Array, shares: Array) -> Axes:
    """Draw the shares (B, Y) as ribbons, the best responses at the foot."""
    order = np.argsort(best == 0, kind="stable")
    edges = np.cumsum(shares[:, order], axis=-1)
    for i, y in enumerate(order):
        low = edges[:, i] - shares[:, y]
        colour, alpha = ("policy", 1.0) if best[y] else ("reference", 0.25 + 0.2 * (i % 3))
        ax.fill_between(prices, low, edges[:, i], color=LIGHT[colour], alpha=alpha, linewidth=0)
        ax.annotate(f" {responses[y]}", (prices[-1], (low[-1] + edges[-1, i]) / 2), va="center")
    ax.set(xscale="log", xlim=prices[[0, -1]], ylim=(0, 1))
    ax.set(xlabel="β, reward units per nat", ylabel="share of the answers")
    return ax
