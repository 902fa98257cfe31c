"""The still picture of an estimate of the gradient. The maths is computed by the caller."""

from collections.abc import Sequence
from typing import Any

import numpy as np

from toy.exact.validation import Array
from toy.figures.stills import Axes, as_svg, blank, on_paper
from toy.figures.style import LIGHT


def draw(responses: Sequence[str], gradient: Array, mean: Array, covariance: Array) -> str:
    """Draw the plane of steps with the exact gradient, and the estimate's mean and spread."""
    with blank(4.6, 4.0) as figure:
        ax = ways(figure.subplots(), responses, *on_paper(np.stack([gradient, mean])).T)
        spread(ax, on_paper(mean), np.stack(on_paper(np.stack(on_paper(covariance)))))
        return as_svg(figure)


def ways(ax: Axes, responses: Sequence[str], exact: Array, mean: Array) -> Axes:
    """Draw the three ways in which one logit rises, and two steps as arrows."""
    reach = 1.2 * max(np.hypot(*exact), np.hypot(*mean), 1e-9)
    for name, way in zip(responses, on_paper(np.eye(3) - 1 / 3).T, strict=True):
        end = way / np.hypot(*way) * reach
        ax.plot([0, end[0]], [0, end[1]], color=LIGHT["grid"], linewidth=1)
        ax.annotate(name, tuple(1.08 * end), ha="center", fontsize=9)
    for step, role, width in ((exact, "policy", 3.5), (mean, "k1", 1.4)):
        shape = "->,head_width=0.25,head_length=0.3"
        style: dict[str, Any] = {"arrowstyle": shape, "color": LIGHT[role], "linewidth": width}
        ax.annotate("", tuple(step), (0, 0), arrowprops={**style, "shrinkA": 0, "shrinkB": 0})
    ax.set(xlim=(-1.5 * reach, 1.5 * reach), ylim=(-1.1 * reach, 1.3 * reach), aspect="equal")
    ax.set_axis_off()
    return ax


def spread(ax: Axes, mean: Array, covariance: Array) -> Axes:
    """Draw the ellipse of one standard deviation around the mean; it may leave the picture."""
    lengths, turns = np.linalg.eigh(covariance)
    angles = np.linspace(0, 2 * np.pi, 120)
    circle = np.sqrt(np.maximum(lengths, 0))[:, None] * np.array([np.cos(angles), np.sin(angles)])
    ax.plot(*(mean[:, None] + turns @ circle), color=LIGHT["k1"], linestyle=(0, (4, 3)))
    return ax
