"""The still picture of both divergences. The maths is computed by the caller."""

from collections.abc import Mapping, Sequence

import numpy as np
from numpy.typing import ArrayLike

from toy.figures.stills import Axes, as_svg, blank, probability_bars
from toy.figures.style import LIGHT


def draw(
    responses: Sequence[str],
    policies: Mapping[str, ArrayLike],
    shares: Mapping[str, ArrayLike],
) -> str:
    """Draw the probabilities beside both divergences, cut into each response's share (nats)."""
    with blank(7.4, 2.9) as figure:
        left, right = figure.subplots(1, 2)
        probability_bars(left, responses, policies)
        stacked_shares(right, responses, shares)
        return as_svg(figure)


def stacked_shares(ax: Axes, responses: Sequence[str], shares: Mapping[str, ArrayLike]) -> Axes:
    """Draw each divergence as a bar made of the responses' shares; the sampler names the row."""
    names = {"policy": "KL(π ‖ π_ref)", "reference": "KL(π_ref ‖ π)"}
    for row, (role, parts) in enumerate(shares.items()):
        ends = np.cumsum(parts)
        for i, (end, part) in enumerate(zip(ends, np.asarray(parts), strict=True)):
            ax.barh(row, part, 0.5, end - part, color=LIGHT[role], alpha=0.5 - 0.14 * i)
            ax.plot([end - part] * 2, [row - 0.25, row + 0.25], color=LIGHT[role])
            if part > 0.25 * ends[-1]:
                ax.text(end - part + 0.02 * ends[-1], row, responses[i], va="center", fontsize=9)
        ax.text(0, row - 0.34, f"{names[role]} = {ends[-1]:.3f} nats", va="bottom")
    ax.set_yticks([])
    ax.set_ylim(1.5, -0.75)
    ax.set_xlabel("share of each response (nats)")
    return ax
