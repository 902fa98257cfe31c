"""Still pictures of the explorables over the triangle of policies."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any, TypeAlias

import matplotlib as mpl
import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from numpy.typing import ArrayLike

from toy.exact.validation import Array
from toy.figures.explorables import as_svg
from toy.figures.policy_gradient import CORNERS
from toy.figures.style import LIGHT, SETTINGS, role_line

#: From policies (..., 3) to a number or a motion for each.
Field: TypeAlias = Callable[[Array], Array]

_MARKERS: dict[str, dict[str, Any]] = {
    "policy": {"marker": "o", "markersize": 9},
    "reference": {"marker": "s", "markersize": 8},
    "best": {"marker": "*", "markersize": 15},
}
_NAMES = {"policy": "policy", "reference": "reference", "best": "optimum"}


def policy_simplex(
    responses: Sequence[str],
    policies: Mapping[str, ArrayLike | None],
    fields: tuple[Field, Field],
    steps: Sequence[ArrayLike],
    baselines: ArrayLike,
    variances: ArrayLike,
    marks: Mapping[str, float],
) -> str:
    """Draw the objective's levels and field with the exact and the mean step, and the parabola.

    `fields` are the objective and the motion uphill; `steps` are motions of the policy.
    """
    with mpl.rc_context(SETTINGS):
        figure = Figure(figsize=(7.4, 3.6))
        left, right = figure.subplots(1, 2, width_ratios=(1.25, 1))
        triangle(left, responses)
        levels(left, fields[0])
        arrows(left, fields[1])
        for step, (role, width) in zip(steps, (("policy", 3.5), ("k1", 1.2)), strict=True):
            _step(left, policies["policy"], step, role, width)
        points(left, policies)
        variance_curve(right, baselines, variances, marks)
        return as_svg(figure)


def kl_as_loss(
    responses: Sequence[str],
    policies: Mapping[str, ArrayLike],
    objective: Field,
    flows: Mapping[str, ArrayLike],
    rests: Mapping[str, ArrayLike],
) -> str:
    """Draw where each loss has led (T + 1, 3) and comes to rest, over the objective's levels."""
    with mpl.rc_context(SETTINGS):
        figure = Figure(figsize=(5.4, 4.4))
        ax = figure.subplots()
        triangle(ax, responses)
        levels(ax, objective)
        for role, flow in flows.items():
            x, y = on_paper(flow)
            role_line(ax, x, y, role, f"{role} as loss")
        for role, rest in rests.items():
            style: dict[str, Any] = {"marker": "D", "markersize": 7, "clip_on": False}
            ax.plot(*on_paper(rest), color=LIGHT[role], **style)
        points(ax, policies)
        return as_svg(figure)


def on_paper(policies: ArrayLike) -> Array:
    """Return where policies (..., 3) stand: (2, ...)."""
    return np.moveaxis(np.asarray(policies) @ CORNERS, -1, 0)


def triangle(ax: Axes, responses: Sequence[str]) -> Axes:
    """Draw the edges, and name the corners."""
    ax.set_axis_off()
    ax.set_aspect("equal")
    ax.plot(*on_paper(np.eye(3)[[0, 1, 2, 0]]), color=LIGHT["muted"], linewidth=1)
    sides = (("left", -5, "top"), ("right", -5, "top"), ("center", 5, "bottom"))
    for name, place, (across, away, up) in zip(responses, CORNERS, sides, strict=True):
        style: dict[str, Any] = {"ha": across, "va": up, "fontsize": 9.5}
        ax.annotate(name, place, (0, away), textcoords="offset points", **style)
    return ax


def levels(ax: Axes, objective: Field) -> Axes:
    """Draw level lines of a function of policies, the higher the wider."""
    grid = _grid(48, least=0)
    draw: Any = ax.tricontour  # its stubs refuse a row of coordinates
    lines = draw(
        *on_paper(grid), objective(grid), levels=9, colors=LIGHT["reward"], linestyles="solid"
    )
    lines.set_linewidth(np.linspace(0.4, 1.4, len(lines.levels)))
    return ax


def arrows(ax: Axes, motion: Field) -> Axes:
    """Draw where policies move, the longest arrow just short of the grid's spacing."""
    grid = _grid(11, least=1)
    moves = on_paper(motion(grid))
    scale = np.hypot(*moves).max() / 0.085
    style: dict[str, Any] = {"color": LIGHT["reference"], "width": 0.005, "headwidth": 4}
    ax.quiver(*on_paper(grid), *moves, angles="xy", scale_units="xy", scale=scale or 1.0, **style)
    return ax


def points(ax: Axes, policies: Mapping[str, ArrayLike | None]) -> Axes:
    """Draw named policies, each in its role's colour and shape; None is left out."""
    for role, policy in policies.items():
        if policy is not None:
            style: dict[str, Any] = {"color": LIGHT[role], "linestyle": "", **_MARKERS[role]}
            ax.plot(*on_paper(policy), label=_NAMES[role], **style)
    ax.legend(loc="upper left", fontsize=9, bbox_to_anchor=(-0.06, 1.02))
    return ax


def variance_curve(
    ax: Axes, baselines: ArrayLike, variances: ArrayLike, marks: Mapping[str, float]
) -> Axes:
    """Draw the total variance of one draw over its baseline, with two baselines marked."""
    ax.plot(baselines, variances, color=LIGHT["k1"])
    below = min(marks, key=lambda name: marks[name])
    for name, place in marks.items():
        ax.axvline(place, color=LIGHT["muted"], linewidth=1, linestyle=(0, (2, 2)))
        style: dict[str, Any] = {"ha": "right" if name == below else "left", "va": "top"}
        spot = (-4 if name == below else 4, -2)
        ax.annotate(
            f"{name}\n{place:.2f}",
            (place, 1),
            spot,
            xycoords=("data", "axes fraction"),
            textcoords="offset points",
            fontsize=9.5,
            color=LIGHT["muted"],
            **style,
        )
    ax.set_ylim(bottom=0)
    ax.set_xlabel("baseline b (units of reward)")
    ax.set_ylabel("total variance of one draw")
    return ax


def _step(ax: Axes, start: Any, step: ArrayLike, role: str, width: float) -> None:
    """Draw one step of a policy as an arrow."""
    begin, end = tuple(on_paper(start)), tuple(on_paper(np.asarray(start) + step))
    shape = "->,head_width=0.25,head_length=0.3"
    style: dict[str, Any] = {"arrowstyle": shape, "color": LIGHT[role], "linewidth": width}
    ax.annotate("", end, begin, arrowprops={**style, "shrinkA": 0, "shrinkB": 0})


def _grid(parts: int, least: int) -> Array:
    """Return all policies in whole parts, each response at least `least` of them."""
    whole = range(least, parts + 1)
    shares = [(parts - i - j, i, j) for i in whole for j in whole if parts - i - j >= least]
    return np.array(shares) / parts
