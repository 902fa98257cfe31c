"""The still picture of the frontier. The maths is computed by the caller."""

from typing import Any

import numpy as np

from toy.exact.validation import Array
from toy.figures.stills import as_svg, blank
from toy.figures.style import LIGHT, mark


def draw(
    kl: Array, reward: Array, touch: tuple[float, float], beta: float, now: tuple[float, float]
) -> str:
    """Draw the frontier, the line of slope β that touches it, and the place of a policy."""
    with blank(7.0, 3.4) as figure:
        ax = figure.subplots()
        ax.plot(kl, reward, color=LIGHT["policy"])
        ax.plot(*now, "o", color=LIGHT["ink"])
        ends = np.array([0.0, kl.max()])
        ax.plot(ends, touch[1] + beta * (ends - touch[0]), "--", color=LIGHT["best"])
        left = touch[1] - beta * touch[0]
        ax.axhline(left, color=LIGHT["ink"], linestyle=":", linewidth=1)
        ax.annotate(f"{left:.3g} left after paying", (0.99, left), (0, -4), **_BELOW)
        ax.plot(*touch, "D", color=LIGHT["best"], markeredgecolor=LIGHT["paper"])
        mark(ax, touch[0], f"slope {beta:g} at {touch[0]:.3g} nats")
        ax.set(xlim=ends, ylim=(reward.min() - 0.1, reward.max() + 0.1))
        ax.set(xlabel="KL(π ‖ π_ref), nats", ylabel="mean reward")
        return as_svg(figure)


_BELOW: dict[str, Any] = {
    "xycoords": ("axes fraction", "data"),
    "textcoords": "offset points",
    "ha": "right",
    "va": "top",
}
