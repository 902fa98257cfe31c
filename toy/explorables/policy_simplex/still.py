"""The still picture of the gradient and its estimates. The maths is computed by the caller."""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from numpy.typing import ArrayLike

from toy.figures.stills import (
    Axes,
    Field,
    as_svg,
    blank,
    levels,
    on_paper,
    points,
    policy_grid,
    triangle,
)
from toy.figures.style import LIGHT


def draw(
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
    with blank(7.4, 3.6) as figure:
        left, right = figure.subplots(1, 2, width_ratios=(1.25, 1))
        triangle(left, responses)
        levels(left, fields[0])
        arrows(left, fields[1])
        for step, (role, width) in zip(steps, (("policy", 3.5), ("k1", 1.2)), strict=True):
            _step(left, policies["policy"], step, role, width)
        points(left, policies)
        variance_curve(right, baselines, variances, marks)
        return as_svg(figure)


def arrows(ax: Axes, motion: Field) -> Axes:
    """Draw where policies move, the longest arrow just short of the grid's spacing."""
    grid = policy_grid(11, least=1)
    moves = on_paper(motion(grid))
    scale = np.hypot(*moves).max() / 0.085
    style: dict[str, Any] = {"color": LIGHT["reference"], "width": 0.005, "headwidth": 4}
    ax.quiver(*on_paper(grid), *moves, angles="xy", scale_units="xy", scale=scale or 1.0, **style)
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
