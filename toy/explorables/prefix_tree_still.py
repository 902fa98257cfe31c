"""The still picture of a tree of prefixes, above three bars."""

from collections.abc import Mapping, Sequence

import numpy as np
from numpy.typing import ArrayLike

from toy.figures.stills import Axes, as_svg, blank
from toy.figures.style import LIGHT

#: How thick a ribbon of probability one is, in rows of the tree.
_THICKNESS = 0.8


def draw(
    labels: Sequence[Sequence[str]],
    probs: Sequence[ArrayLike],
    notes: Sequence[Sequence[str]],
    bars: Mapping[str, float],
    roles: Mapping[str, str],
    unit: str,
) -> str:
    """Draw the tree with the words and notes of its prefixes above the bars."""
    with blank(7.4, 5.4) as figure:
        tree, below = figure.subplots(2, 1, height_ratios=(3.2, 1))
        prefix_tree(tree, labels, [np.asarray(p) for p in probs], notes)
        named_bars(below, bars, roles, unit)
        return as_svg(figure)


def prefix_tree(
    ax: Axes,
    labels: Sequence[Sequence[str]],
    probs: Sequence[np.ndarray],
    notes: Sequence[Sequence[str]],
) -> Axes:
    """Draw ribbons as thick as the prefixes are probable, with words, notes and probabilities."""
    rows = probs[-1].size
    for t, row in enumerate(probs):
        heights = rows / row.size * (np.arange(row.size) + 0.5)
        for i, (y, p) in enumerate(zip(heights, row, strict=True)):
            if t > 0:
                parent = rows / probs[t - 1].size * (i // 2 + 0.5)
                sibling = row[i ^ 1] * _THICKNESS / 2 * (1 if i % 2 else -1)
                _ribbon(ax, (t - 1, parent + sibling), (t, y), p)
                if t == len(notes):
                    ax.text(t + 0.03, y, f"{p:.2f}  {labels[-1][i]}", va="center", fontsize=9.5)
                else:
                    _beside(ax, t, y, labels[t - 1][i], -1 if i % 2 == 0 else 1, 9.5)
            if t < len(notes):
                ax.plot(t, y, "o", color=LIGHT["policy"], markersize=5, zorder=3)
                _beside(ax, t, y, notes[t][i], 1 if i % 2 == 0 else -1, 8.5)
    ax.set(xlim=(-0.55, len(notes) + 0.9), ylim=(rows, 0))
    ax.axis("off")
    return ax


def _ribbon(ax: Axes, start: tuple[float, float], end: tuple[float, float], p: float) -> None:
    """Draw a smooth ribbon of the thickness of a probability between two places."""
    s = np.linspace(0, 1, 40)
    x = start[0] + s * (end[0] - start[0])
    middle = start[1] + (3 * s**2 - 2 * s**3) * (end[1] - start[1])
    half = _THICKNESS * p / 2
    ax.fill_between(
        x, middle - half, middle + half, color=LIGHT["policy"], alpha=0.3, linewidth=0.5
    )


def _beside(ax: Axes, t: int, y: float, text: str, side: int, size: float) -> None:
    """Write over (−1) or under (1) the end of a ribbon."""
    va = "top" if side > 0 else "bottom"
    ax.text(t - 0.04, y + 0.45 * side, text, ha="right", va=va, fontsize=size)


def named_bars(ax: Axes, bars: Mapping[str, float], roles: Mapping[str, str], unit: str) -> Axes:
    """Draw horizontal bars with their names and numbers."""
    drawn = ax.barh(list(bars), list(bars.values()), 0.6, color=[LIGHT[roles[n]] for n in bars])
    ax.bar_label(drawn, fmt="%.3f", padding=3, fontsize=9)
    ax.set_xlim(0, 1.12 * max(*bars.values(), 1e-9))
    ax.invert_yaxis()
    ax.grid(axis="y", visible=False)
    ax.set_xlabel(unit)
    return ax
