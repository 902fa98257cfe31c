"""Still picture of DPO's descent beside RLHF's ascent, in the triangle and over the steps."""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from numpy.typing import ArrayLike

from toy.exact.validation import Array
from toy.figures.stills import Axes, as_svg, blank
from toy.figures.style import CORNERS, LIGHT, beside, mark, name_line

#: What is drawn of each method: its name, its dash, and where the name stands beside its point.
_WAYS: dict[str, tuple[str, Any, tuple[float, float]]] = {
    "policy": ("DPO", "-", (-8, 0)),
    "k1": ("RLHF", (0, (5, 1.6)), (8, 0)),
}
#: From the best response to the worst: colour and dash, as in the live figure.
_COURSES = (("k3", (0, (5, 1.6))), ("k2", (0, (1, 1.2))), ("wrong", "-"))


def draw(
    responses: Sequence[str],
    ways: Mapping[str, Array],
    optimum: ArrayLike | None,
    losses: ArrayLike,
    time: int,
    log_scale: bool,
) -> str:
    """Draw both paths up to a step and beyond, DPO's probabilities over the steps, and its loss.

    `ways` maps "policy" (DPO) and "k1" (RLHF) to policies (T + 1, 3); responses go from best to
    worst.
    """
    with blank(7.4, 4.0) as figure:
        panels = figure.subplot_mosaic("tp;tl", width_ratios=(1.1, 1), height_ratios=(1.7, 1))
        paths(panels["t"], responses, ways, optimum, time)
        courses(panels["p"], responses, ways["policy"], time, log_scale)
        loss_curve(panels["l"], losses, time)
        panels["l"].sharex(panels["p"])
        panels["p"].tick_params(labelbottom=False)
        return as_svg(figure)


def paths(
    ax: Axes,
    responses: Sequence[str],
    ways: Mapping[str, Array],
    optimum: ArrayLike | None,
    time: int,
) -> Axes:
    """Draw where each method went, pale where it will go, with the reference and the optimum."""
    ax.set_axis_off()
    ax.set_aspect("equal")
    ax.plot(*_places(np.eye(3)[[0, 1, 2, 0]]), color=LIGHT["muted"], linewidth=1)
    sides = (("left", -5, "top"), ("right", -5, "top"), ("center", 5, "bottom"))
    for name, corner, (across, away, up) in zip(responses, np.eye(3), sides, strict=True):
        place = tuple(_places(corner))
        style: dict[str, Any] = {"ha": across, "va": up, "fontsize": 9.5}
        ax.annotate(name, place, (0, away), textcoords="offset points", **style)
    for role in reversed(list(ways)):
        name, dash, side = _WAYS[role]
        ax.plot(*_places(ways[role]), color=LIGHT[role], linestyle=dash, linewidth=1, alpha=0.4)
        ax.plot(*_places(ways[role][: time + 1]), color=LIGHT[role], linestyle=dash)
        ax.plot(*_places(ways[role][time]), "o", color=LIGHT[role], markersize=7)
        beside(ax, name, _places(ways[role][time]), side, LIGHT[role])
    start = _places(ways["policy"][0])
    ax.plot(*start, "s", color=LIGHT["reference"])
    beside(ax, "π_ref", start, (0, 7), LIGHT["reference"])
    if optimum is not None:
        style = {"color": LIGHT["best"], "markersize": 13, "linestyle": "none"}
        ax.plot(*_places(optimum), "*", **style)
        beside(ax, "RLHF's optimum", _places(optimum), (9, -2), LIGHT["best"])
    return ax


def courses(
    ax: Axes, responses: Sequence[str], policies: Array, time: int, log_scale: bool
) -> Axes:
    """Draw the probability of each response over the steps."""
    for name, course, (role, dash) in zip(responses, policies.T, _COURSES, strict=True):
        ax.plot(_steps(course), course[1:], color=LIGHT[role], linestyle=dash, label=name)
        name_line(ax, name, shift=(-2, 4))
    ax.set(xscale="log", yscale="log" if log_scale else "linear", ylabel="probability")
    ax.set_ylim(policies.min() / 1.5 if log_scale else 0, 1)
    mark(ax, time, f"step {time}")
    return ax


def loss_curve(ax: Axes, losses: ArrayLike, time: int) -> Axes:
    """Draw DPO's loss over the steps."""
    values = np.asarray(losses)
    ax.plot(_steps(values), values[1:], color=LIGHT["policy"])
    ax.set(xscale="log", xlabel="training step", ylabel="loss (nats)", ylim=(0, 0.75))
    mark(ax, time, "")
    return ax


def _places(policies: ArrayLike) -> Array:
    """Return where policies (..., 3) stand: (2, ...)."""
    return np.moveaxis(np.asarray(policies) @ CORNERS, -1, 0)


def _steps(values: Array) -> Array:
    """Return the steps after the start."""
    return np.arange(1.0, len(values))
