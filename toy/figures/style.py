"""How every figure of the book looks: type, lines, and one colour and dash for each role.

Figures are drawn once, in the palette's light colours on white paper; the book's build writes the
dark twin by exchanging those colours, so no other colour may be used.
"""

from typing import Any

import matplotlib.pyplot as plt
import numpy as np
from cycler import cycler
from matplotlib.axes import Axes
from matplotlib.colors import to_hex
from numpy.typing import ArrayLike

from toy.figures.palette import PALETTE

LIGHT = {role: colour.light for role, colour in PALETTE.items()}

#: A role's dash, so that lines differ without colour too.
DASHES = {
    "k1": (0, ()),
    "k2": (0, (1, 1.2)),
    "k3": (0, (5, 1.6)),
    "best": (0, (3, 1, 1, 1)),
    "ink": (0, (6, 1, 1, 1)),
}

#: How a role is written beside its line.
NAMES = {"k1": "k1", "k2": "k2", "k3": "k3", "best": "best λ", "ink": "your λ"}

#: The triangle of all policies over three responses, in every figure and explorable of the book:
#: the first response lower left, the second lower right, the third on top.
CORNERS = np.array([[0.0, 0.0], [1.0, 0.0], [0.5, np.sqrt(0.75)]])

SETTINGS: dict[Any, Any] = {
    "figure.figsize": (5.0, 3.2),
    "figure.constrained_layout.use": True,
    "figure.facecolor": LIGHT["paper"],
    "axes.facecolor": LIGHT["paper"],
    "axes.edgecolor": LIGHT["muted"],
    "axes.labelcolor": LIGHT["ink"],
    "axes.titlecolor": LIGHT["ink"],
    "axes.titlesize": 11,
    "axes.titlelocation": "left",
    "axes.labelsize": 10.5,
    "axes.spines.top": False,
    "axes.spines.right": False,
    "axes.grid": True,
    "axes.axisbelow": True,
    "axes.prop_cycle": cycler(color=[LIGHT[role] for role in ("policy", "k1", "k3", "k2", "best")]),
    "font.family": "DejaVu Sans",
    "font.size": 10.5,
    "grid.color": LIGHT["grid"],
    "grid.linewidth": 0.8,
    "legend.frameon": False,
    "legend.labelcolor": LIGHT["ink"],
    "lines.linewidth": 2.0,
    "text.color": LIGHT["ink"],
    "xtick.color": LIGHT["muted"],
    "ytick.color": LIGHT["muted"],
    "xtick.labelcolor": LIGHT["ink"],
    "ytick.labelcolor": LIGHT["ink"],
    "svg.fonttype": "path",
    "svg.hashsalt": "rlhf-exactly",
}

#: What a picture says of itself: no date, so that the same numbers give the same bytes.
METADATA = {"Date": None}


def use_book_style() -> None:
    """Set matplotlib to the book's style, and notebooks to vector pictures, for this session."""
    from matplotlib_inline.backend_inline import set_matplotlib_formats

    plt.rcParams.update(SETTINGS)
    set_matplotlib_formats("svg", metadata=METADATA)  # type: ignore[no-untyped-call]


def axes(rows: int = 1, height: float = 3.2) -> Any:
    """Return `rows` axes, one below the other with a common x-axis, `height` inches in all.

    Panels stand below, never beside, each other, so that a figure can be read on a phone.
    """
    return plt.subplots(rows, sharex=True, figsize=(5.0, height))[1]


def on_paper(policies: ArrayLike) -> Any:
    """Return places (2, ...) in the triangle of policies, or of moves between them, (..., 3)."""
    return np.moveaxis(np.asarray(policies) @ CORNERS, -1, 0)


def role_line(ax: Axes, x: Any, y: Any, role: str, label: str | None = None) -> None:
    """Draw a line in the colour and dash of its role; `name_line` writes its label beside it."""
    ax.plot(x, y, color=LIGHT[role], linestyle=DASHES.get(role, "-"), label=label or NAMES[role])


def mark(ax: Axes, x: float, text: str) -> None:
    """Mark a place on the x-axis with a thin line and a word at the top."""
    ax.axvline(x, color=LIGHT["muted"], linewidth=1, linestyle=(0, (2, 2)))
    ax.annotate(
        text,
        (x, 1),
        (4, -2),
        xycoords=("data", "axes fraction"),
        textcoords="offset points",
        va="top",
        fontsize=9.5,
        color=LIGHT["muted"],
    )


def beside(
    ax: Axes, text: str, at: Any, shift: tuple[float, float] = (6, 0), colour: str = LIGHT["ink"]
) -> None:
    """Write words beside a point, so many points of type to the right and up, on that side of it.

    What is named by the grey of the reference is written in a darker one: words need more contrast.
    """
    across, up = np.sign(shift).astype(int)
    ax.annotate(
        text,
        tuple(at),
        shift,
        textcoords="offset points",
        ha=("center", "left", "right")[across],
        va=("center", "bottom", "top")[up],
        fontsize=9.5,
        color=LIGHT["muted"] if colour == LIGHT["reference"] else colour,
        annotation_clip=False,
    )


def name_line(
    ax: Axes, label: str, at: float = 1.0, shift: tuple[float, float] = (6, 0), text: str = ""
) -> None:
    """Write a line's label, or a text, beside it in its colour.

    `at` says how far along the line's points: 0 is its start, 1 its end.
    """
    (line,) = (line for line in ax.get_lines() if line.get_label() == label)
    points = np.column_stack(line.get_data())
    there = points[round(at * (len(points) - 1))]
    beside(ax, text or label, there, shift, str(line.get_color()))


def name_bars(ax: Axes, *shifts: tuple[float, float]) -> None:
    """Write in its colour what bars show, one shift from the top of the highest: few need no key.

    `shifts` has one for each role of the bars, in their order.
    """
    groups: Any = ax.containers
    for group, shift in zip(groups, shifts, strict=True):
        highest = max(group, key=lambda bar: bar.get_height())
        top = highest.get_x() + highest.get_width() / 2, highest.get_height()
        beside(ax, group.get_label(), top, shift, to_hex(highest.get_facecolor()))


def key_above(ax: Axes, anchor: float = 0.99) -> None:
    """Name the bars of each group in one row above the axes, in the order in which they stand."""
    handles, _ = ax.get_legend_handles_labels()
    row: dict[str, Any] = {"loc": "lower left", "bbox_to_anchor": (-0.02, anchor)}
    ax.legend(fontsize=9.5, handlelength=1.4, columnspacing=1.2, ncols=len(handles), **row)


def bars(ax: Axes, labels: list[str], heights: dict[str, Any], names: dict[str, str]) -> None:
    """Draw a group of bars for each label, one bar for each role, around a line at zero."""
    width = 0.8 / len(heights)
    for i, (role, values) in enumerate(heights.items()):
        x = np.arange(len(labels)) + (i - (len(heights) - 1) / 2) * width
        ax.bar(x, values, width * 0.92, color=LIGHT[role], label=names[role])
    ax.axhline(0, color=LIGHT["muted"], linewidth=1)
    ax.set_xticks(np.arange(len(labels)), labels)
    ax.grid(axis="x", visible=False)
