"""The still picture of the explorable of one pair. The maths is computed by the caller."""

from collections.abc import Mapping

import numpy as np
from numpy.typing import ArrayLike

from toy.figures.stills import Axes, as_svg, blank
from toy.figures.style import LIGHT, mark, name_line

Curve = tuple[ArrayLike, ArrayLike]


def draw(
    loss: Curve,
    tangent: tuple[float, float, float],
    optimum: float,
    flows: Mapping[float, Curve],
    time: float,
) -> str:
    """Draw the loss over the margin beside the margin over time.

    `tangent` holds margin, loss and slope; `flows` the margin over time by share of the labels.
    """
    with blank(7.4, 3.4) as figure:
        left, right = figure.subplots(1, 2)
        loss_panel(left, loss, tangent, optimum)
        flow_panel(right, flows, optimum, time)
        return as_svg(figure)


def loss_panel(ax: Axes, loss: Curve, tangent: tuple[float, float, float], optimum: float) -> Axes:
    """Draw the expected loss, its tangent at the margin, and where it is least."""
    place, height, slope = tangent
    ends = np.asarray(loss[0])[[0, -1]]
    ax.plot(*loss, color=LIGHT["policy"])
    ax.plot(ends, height + slope * (ends - place), color=LIGHT["best"], linewidth=1.2)
    ax.plot(place, height, "o", color=LIGHT["policy"])
    if np.isfinite(optimum):
        mark(ax, optimum, f"logit p = {optimum:.3f}")
    ax.set(xlim=ends, ylim=(0, 4.1), xlabel="margin Δ", ylabel="expected loss (nats)")
    return ax


def flow_panel(ax: Axes, flows: Mapping[float, Curve], optimum: float, time: float) -> Axes:
    """Draw the margin over time, on a logarithmic axis, for each share of the labels."""
    for share, curve in flows.items():
        role = "k1" if share == 1 else "policy"
        ax.plot(*curve, color=LIGHT[role], label=f"p = {share:g}")
        name_line(ax, f"p = {share:g}", shift=(-8, 0) if share == 1 else (-2, 5))
    if np.isfinite(optimum):
        ax.axhline(optimum, color=LIGHT["muted"], linewidth=1, linestyle=(0, (2, 2)))
    ax.set(xscale="log", ylim=(0, 10), xlabel="training time", ylabel="margin, trained from 0")
    mark(ax, time, f"t = {time:g}")
    return ax
