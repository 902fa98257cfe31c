"""What the explorables' still pictures share: the paper, bars of policies, their triangle.

Each explorable lays out its own in `still.py`, beside its view. Print, e-books and pages without
scripts show it instead; it is the same byte for byte from the same numbers.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from io import StringIO
from typing import Any, TypeAlias

import matplotlib as mpl
import numpy as np
from matplotlib.axes import Axes as Axes
from matplotlib.figure import Figure
from matplotlib.patheffects import withStroke
from numpy.typing import ArrayLike

from toy.exact.validation import Array
from toy.figures.style import CORNERS, LIGHT, METADATA, SETTINGS, beside, key_above, name_line
from toy.figures.style import on_paper as on_paper

#: From policies (..., 3) to a number or a motion for each.
Field: TypeAlias = Callable[[Array], Array]

_LABELS = {
    "policy": "policy π",
    "path": "π_w",
    "sampler": "sampler μ",
    "reference": "reference π_ref",
}
_FILLS: dict[str, dict[str, Any]] = {
    "policy": {"color": LIGHT["policy"]},
    "path": {"color": LIGHT["ink"]},
    "sampler": {"color": LIGHT["ink"]},
    "reference": {"facecolor": LIGHT["paper"], "edgecolor": LIGHT["reference"], "hatch": "////"},
}
_MARKERS: dict[str, dict[str, Any]] = {
    "policy": {"marker": "o", "markersize": 9},
    "reference": {"marker": "s", "markersize": 8},
    "best": {"marker": "*", "markersize": 15},
}
_NAMES = {"policy": "policy", "reference": "reference", "best": "optimum"}
_HALO = withStroke(linewidth=3, foreground=LIGHT["paper"])
_SIDES = {"policy": (8, 3), "reference": (-8, 3), "best": (8, -3)}

_RAISED = str.maketrans("-0123456789", "⁻⁰¹²³⁴⁵⁶⁷⁸⁹")


@contextmanager
def blank(width: float, height: float) -> Iterator[Figure]:
    """Give a figure of that many inches in the book's style: draw on it, and write `as_svg`.

    A reader's labels are drawn as they are: a dollar is no TeX.
    """
    with mpl.rc_context(SETTINGS | {"text.parse_math": False}):
        yield Figure(figsize=(width, height))


def as_svg(figure: Figure) -> str:
    """Return the figure as an `<svg>` element.

    Logarithmic axes bear plain numbers: matplotlib writes powers of ten in TeX, which is not read.
    """
    for axis in (axis for ax in figure.axes for axis in (ax.xaxis, ax.yaxis)):
        if axis.get_scale() == "log":
            axis.set_major_formatter(lambda value, _: power_of_ten(value))
            axis.set_minor_formatter("")
    text = StringIO()
    figure.savefig(text, format="svg", metadata=METADATA)
    return text.getvalue()[text.getvalue().index("<svg") :]


def power_of_ten(value: float) -> str:
    """Return a power of ten as one writes it without TeX.

    Examples
    --------
    >>> power_of_ten(0.01), power_of_ten(1000.0), power_of_ten(1e-9)
    ('0.01', '1,000', '10⁻⁹')
    """
    if 1e-3 <= value < 1e6:
        return f"{value:,.12g}"
    return "10" + str(round(np.log10(value))).translate(_RAISED)


def probability_bars(ax: Axes, responses: Sequence[str], policies: Mapping[str, ArrayLike]) -> Axes:
    """Draw a group of horizontal bars for each response, one for each policy."""
    thickness = 0.76 / len(policies)
    for i, (role, policy) in enumerate(policies.items()):
        places = np.arange(len(responses)) + (i - (len(policies) - 1) / 2) * thickness
        drawn = ax.barh(places, policy, thickness * 0.86, label=_LABELS[role], **_FILLS[role])
        ax.bar_label(drawn, fmt="%.2f", padding=3, fontsize=9)
    ax.set_yticks(np.arange(len(responses)), responses)
    ax.invert_yaxis()
    ax.grid(axis="y", visible=False)
    ax.set_xlim(0, 1.1)
    ax.set_xlabel("probability")
    key_above(ax)
    return ax


def halfway(values: Array) -> float:
    """Return how far along a line it is half-way between its ends."""
    return float(np.abs(values - (values[0] + values[-1]) / 2).argmin() / (len(values) - 1))


def name_highest(ax: Axes, label: str) -> None:
    """Write a line's label above its highest point, towards the middle of the picture."""
    (heights,) = (line.get_ydata() for line in ax.get_lines() if line.get_label() == label)
    at = float(np.argmax(heights) / (np.size(heights) - 1))
    name_line(ax, label, at, (np.sign(round(1 - 2 * at)), 5))


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
    grid = policy_grid(48, least=0)
    draw: Any = ax.tricontour  # its stubs refuse a row of coordinates
    lines = draw(
        *on_paper(grid), objective(grid), levels=9, colors=LIGHT["reward"], linestyles="solid"
    )
    lines.set_linewidth(np.linspace(0.4, 1.4, len(lines.levels)))
    return ax


def points(ax: Axes, policies: Mapping[str, ArrayLike | None]) -> Axes:
    """Draw named policies, each in its role's colour and shape; None is left out."""
    for role, policy in policies.items():
        if policy is not None:
            style: dict[str, Any] = {"color": LIGHT[role], "linestyle": "", **_MARKERS[role]}
            ax.plot(*on_paper(policy), **style)
            beside(ax, _NAMES[role], on_paper(policy), _SIDES[role], LIGHT[role])
            ax.texts[-1].set_path_effects([_HALO])
    return ax


def policy_grid(parts: int, least: int) -> Array:
    """Return all policies in whole parts, each response at least `least` of them."""
    whole = range(least, parts + 1)
    shares = [(parts - i - j, i, j) for i in whole for j in whole if parts - i - j >= least]
    return np.array(shares) / parts


def ribbons(
    ax: Axes, responses: Sequence[str], best: Array, x: Array, shares: Array, named_at: int = -1
) -> Axes:
    """Draw the shares (X, Y) over x as ribbons, the best at the foot, named at one of the x."""
    order = np.argsort(best == 0, kind="stable")
    edges = np.cumsum(shares[:, order], axis=-1)
    for i, y in enumerate(order):
        low = edges[:, i] - shares[:, y]
        colour, alpha = ("policy", 1.0) if best[y] else ("reference", 0.25 + 0.2 * (i % 3))
        ax.fill_between(x, low, edges[:, i], color=LIGHT[colour], alpha=alpha, linewidth=0)
        ax.annotate(
            f" {responses[y]}", (x[named_at], (low + edges[:, i])[named_at] / 2), va="center"
        )
    ax.set(xlim=x[[0, -1]], ylim=(0, edges[0, -1]))
    return ax
