"""The still picture of where three losses lead. The maths is computed by the caller."""

from collections.abc import Mapping, Sequence
from typing import Any

from numpy.typing import ArrayLike

from toy.figures.stills import Field, as_svg, blank, levels, on_paper, points, triangle
from toy.figures.style import LIGHT, name_line, role_line

#: Where the name of each loss stands, beside the end of its flow.
_SIDES: dict[str, tuple[float, float]] = {"k1": (-7, -4), "k2": (-2, 6), "k3": (6, 0)}


def draw(
    responses: Sequence[str],
    policies: Mapping[str, ArrayLike],
    objective: Field,
    flows: Mapping[str, ArrayLike],
    rests: Mapping[str, ArrayLike],
) -> str:
    """Draw where each loss has led (T + 1, 3) and comes to rest, over the objective's levels."""
    with blank(5.4, 4.4) as figure:
        ax = figure.subplots()
        triangle(ax, responses)
        levels(ax, objective)
        for role, flow in flows.items():
            x, y = on_paper(flow)
            role_line(ax, x, y, role)
            name_line(ax, role, shift=_SIDES[role])
        for role, rest in rests.items():
            style: dict[str, Any] = {"marker": "D", "markersize": 7, "clip_on": False}
            ax.plot(*on_paper(rest), color=LIGHT[role], **style)
        points(ax, policies)
        return as_svg(figure)
