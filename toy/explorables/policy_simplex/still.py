"""The still picture of the gradient in the triangle. The maths is computed by the caller."""

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
    step: ArrayLike,
) -> str:
    """Draw the objective's levels and the field uphill, with the step at the policy.

    `fields` are the objective and the motion uphill; `step` is a motion of the policy.
    """
    with blank(4.6, 3.9) as figure:
        ax = triangle(figure.subplots(), responses)
        levels(ax, fields[0])
        arrows(ax, fields[1])
        _step(ax, policies["policy"], step)
        points(ax, policies)
        return as_svg(figure)


def arrows(ax: Axes, motion: Field) -> Axes:
    """Draw where policies move, the longest arrow just short of the grid's spacing."""
    grid = policy_grid(11, least=1)
    moves = on_paper(motion(grid))
    scale = np.hypot(*moves).max() / 0.085
    style: dict[str, Any] = {"color": LIGHT["reference"], "width": 0.005, "headwidth": 4}
    ax.quiver(*on_paper(grid), *moves, angles="xy", scale_units="xy", scale=scale or 1.0, **style)
    return ax


def _step(ax: Axes, start: Any, step: ArrayLike) -> None:
    """Draw one step of a policy as an arrow."""
    begin, end = tuple(on_paper(start)), tuple(on_paper(np.asarray(start) + step))
    shape = "->,head_width=0.25,head_length=0.3"
    style: dict[str, Any] = {"arrowstyle": shape, "color": LIGHT["policy"], "linewidth": 3}
    ax.annotate("", end, begin, arrowprops={**style, "shrinkA": 0, "shrinkB": 0})
