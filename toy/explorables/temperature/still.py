"""The still picture of logits times a number. The maths is computed by the caller."""

from collections.abc import Sequence

import numpy as np

from toy.exact.validation import Array
from toy.figures.stills import as_svg, blank
from toy.figures.style import LIGHT


def draw(
    responses: Sequence[str], best: Array, curves: tuple[Array, Array], scale: float, truth: float
) -> str:
    """Draw the shares of the responses, one above the other, the likeliest at the foot."""
    scales, shares = curves
    order = np.argsort(best == 0, kind="stable")
    edges = 100 * np.cumsum(shares[:, order], axis=-1)
    with blank(7.0, 3.4) as figure:
        ax = figure.subplots()
        for i, y in enumerate(order):
            low = edges[:, i] - 100 * shares[:, y]
            colour, alpha = ("policy", 1.0) if best[y] else ("reference", 0.25 + 0.2 * (i % 3))
            style = {"color": LIGHT[colour], "alpha": alpha, "linewidth": 0}
            ax.fill_between(scales, low, edges[:, i], **style)
            ax.annotate(f" {responses[y]}", (0.1, (low[4] + edges[4, i]) / 2), va="center")
        ax.axvline(scale, color=LIGHT["ink"], linewidth=1)
        ax.plot(scales[-1], truth, "D", color=LIGHT["best"], clip_on=False)
        ax.annotate(f"{truth:.3g} ", (scales[-1], truth), va="bottom", ha="right")
        ax.set(xlim=scales[[0, -1]], ylim=(0, 100))
        ax.set(xlabel="what the logits are multiplied by", ylabel="times in 100")
        return as_svg(figure)
