"""Figures of the chapter "DPO". Nats, units of reward, or probabilities; the caller computes."""

from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple, TypeAlias

import numpy as np
from matplotlib.axes import Axes
from matplotlib.ticker import LogLocator, NullLocator
from numpy.typing import ArrayLike

from toy.figures.style import CORNERS, LIGHT, key_above, name_line

#: Where a line's name stands, by its role: how far along the line, and how far beside it. What is
#: not listed is named right of its end.
_Places: TypeAlias = Mapping[str, tuple[float, tuple[float, float]]]

#: A role's dash here, so that lines differ without colour too.
_DASHES: dict[str, Any] = {
    "policy": "-",
    "k1": (0, (5, 1.6)),
    "k3": (0, (3, 1, 1, 1)),
    "k2": (0, (1, 1.2)),
    "wrong": (0, (7, 2, 1, 2)),
    "reference": (0, (2, 2)),
}

_LOSSES: _Places = {"policy": (1.0, (-2, 5)), "k2": (0.93, (-7, 0)), "wrong": (0.75, (-6, -4))}
_MARGINS: _Places = {"wrong": (0.85, (-7, 2)), "policy": (0.12, (7, -3)), "k2": (0.19, (-6, 2))}
_DECAY: _Places = {
    "policy": (0.97, (-6, -4)),
    "k1": (0.98, (-6, -4)),
    "k3": (0.94, (4, 7)),
    "k2": (1.0, (-2, 3)),
}
_SHARES: _Places = {"wrong": (0.0, (1, 5)), "k2": (0.83, (0, 5)), "k3": (0.0, (1, 4))}
_SHARED: _Places = {"k2": (0.6, (-8, 4)), "k3": (0.58, (6, 4)), "wrong": (0.5, (-8, -5))}
_APART: _Places = {"k2": (0.86, (3, 6)), "k3": (0.8, (-8, 4)), "wrong": (0.7, (-6, -5))}
_PATHS: _Places = {"policy": (0.05, (9, 4)), "k1": (0.1, (-7, -2)), "k3": (0.02, (12, -1))}


class Course(NamedTuple):
    """Something that changes in training: its times, its values, and the role it is drawn in."""

    time: ArrayLike
    value: ArrayLike
    role: str


def losses(
    panels: Sequence[Axes],
    margin: ArrayLike,
    values: Mapping[str, ArrayLike],
    slopes: Mapping[str, ArrayLike],
    names: Mapping[str, str],
) -> Sequence[Axes]:
    """Draw losses of one comparison (upper panel) and their slopes (lower) against the margin."""
    upper, lower = panels
    for role, name in names.items():
        _line(upper, margin, values[role], role, name)
        _line(lower, margin, slopes[role], role, name)
    for ax in panels:
        ax.axhline(0, color=LIGHT["muted"], linewidth=1)
    upper.set_ylabel("loss (each in its unit)")
    lower.set_ylabel("slope (per nat)")
    lower.set_xlabel("margin h of the chosen over the rejected response (nats)")
    for role, name in names.items():
        name_line(upper, name, *_LOSSES.get(role, ()))
    return panels


def margins(ax: Axes, courses: Mapping[str, Course], levels: Mapping[str, float]) -> Axes:
    """Draw margins against training time, with the levels at which some of them settle."""
    _courses(ax, courses, _MARGINS)
    for text, level in levels.items():
        highest = level == max(levels.values())
        ax.axhline(level, color=LIGHT["muted"], linewidth=1)
        ax.annotate(
            text,
            (1, level),
            (-2, 3 if highest else -3),
            xycoords=("axes fraction", "data"),
            textcoords="offset points",
            ha="right",
            va="bottom" if highest else "top",
            fontsize=9.5,
            color=LIGHT["muted"],
        )
    ax.set_ylabel("margin h (nats)")
    return ax


def decay(ax: Axes, courses: Mapping[str, Course]) -> Axes:
    """Draw the rejected response's probability against training time, both logarithmic."""
    _courses(ax, courses, _DECAY)
    ax.set_yscale("log")
    ax.yaxis.set_major_locator(LogLocator(numticks=6))
    ax.yaxis.set_minor_locator(NullLocator())
    ax.set_ylabel("probability of the rejected response")
    return ax


def shares(ax: Axes, courses: Mapping[str, Course]) -> Axes:
    """Draw the probability of each response against training time."""
    _shares(ax, courses, _SHARES)
    return ax


def displacement(
    panels: Sequence[Axes], features: Mapping[str, Course], tabular: Mapping[str, Course]
) -> Sequence[Axes]:
    """Draw probabilities in training: with a shared feature (upper panel), and without (lower)."""
    _shares(panels[0], features, _SHARED)
    _shares(panels[1], tabular, _APART)
    panels[0].set_title("one shared feature: length")
    panels[1].set_title("one logit for each response")
    panels[0].set_xlabel("")
    return panels


def pushes(ax: Axes, tokens: str, rows: Sequence[str], policies: Mapping[str, ArrayLike]) -> Axes:
    """Draw what descent does to the logits of each token, row by row, at two policies.

    `policies` maps two names to pushes (R, V); the second stands narrow before the first.
    """
    roles = ("reference", "policy")
    places = np.arange(len(rows))[:, None] * (len(tokens) + 1) + np.arange(len(tokens))
    for (name, values), role, width in zip(policies.items(), roles, (0.8, 0.35), strict=True):
        ax.bar(places.ravel(), np.ravel(values), width, color=LIGHT[role], label=name)
    for row, place in zip(rows, places.mean(axis=1), strict=True):
        ax.annotate(row, (place, 1), xycoords=("data", "axes fraction"), ha="center", va="bottom")
    ax.axhline(0, color=LIGHT["muted"], linewidth=1)
    ax.set_xticks(places.ravel(), list(tokens) * len(rows))
    ax.grid(axis="x", visible=False)
    ax.set_xlabel("next token")
    ax.set_ylabel("push on its logit")
    key_above(ax, 1.07)
    return ax


def feature_plane(
    ax: Axes,
    features: ArrayLike,
    labels: Sequence[str],
    pair: tuple[int, int],
    mean: ArrayLike,
) -> Axes:
    """Draw responses as points, the direction f(w) − f(l), and the line through E_π[f] across it.

    What lies before the line gains probability, what lies behind it loses.
    """
    points, centre = np.asarray(features), np.asarray(mean)
    x, y = centre
    winner, loser = points[pair[0]], points[pair[1]]
    arrow = winner - loser
    gains = (points - centre) @ arrow > 0
    across = np.array([-arrow[1], arrow[0]]) / np.hypot(*arrow)
    ax.plot(*np.transpose([centre - 9 * across, centre + 9 * across]), color=LIGHT["muted"], lw=1.2)
    ax.plot(*centre, "x", color=LIGHT["ink"], markersize=9, markeredgewidth=2)
    ax.annotate(r"E$_\pi[f]$", (x, y), (7, -14), textcoords="offset points")
    ax.annotate(
        "",
        winner,
        loser,
        arrowprops={"arrowstyle": "-|>", "color": LIGHT["policy"], "lw": 2, "shrinkB": 6},
    )
    for i, (point, label) in enumerate(zip(points, labels, strict=True)):
        role, marker = ("k3", "^") if gains[i] else ("wrong", "v")
        size = 11 if i in pair else 8
        ax.plot(*point, marker, color=LIGHT[role], markersize=size, linestyle="none")
        shift, va = ((0, -10), "top") if i == pair[1] else ((0, 9), "bottom")
        ax.annotate(label, point, shift, textcoords="offset points", ha="center", va=va)
    low, high = points.min(axis=0), points.max(axis=0)
    room = 0.17 * (high - low)
    ax.set_xlim(low[0] - 1.2 * room[0], high[0] + 1.2 * room[0])
    ax.set_ylim(low[1] - 1.4 * room[1], high[1] + 1.4 * room[1])
    ax.set_aspect("equal")
    ax.set_xlabel("feature 1: length (hundred words)")
    ax.set_ylabel("feature 2: warmth")
    return ax


def simplex(
    ax: Axes,
    corners: Sequence[str],
    paths: Mapping[str, tuple[ArrayLike, str]],
) -> Axes:
    """Draw paths of policies over three responses in the triangle of all policies.

    `paths` maps a name to policies (T, 3) and a role; all begin and end in the same places.
    """
    ax.fill(*CORNERS.T, facecolor="none", edgecolor=LIGHT["muted"], linewidth=1.2)
    for level in (0.25, 0.5, 0.75):
        for i in range(3):
            ends = np.full((2, 3), 0.0)
            ends[:, i] = level
            ends[0, (i + 1) % 3] = ends[1, (i + 2) % 3] = 1 - level
            ax.plot(*(ends @ CORNERS).T, color=LIGHT["grid"], linewidth=0.8)
    for name, (policies, role) in paths.items():
        places = np.asarray(policies) @ CORNERS
        ax.plot(*places.T, color=LIGHT[role], linestyle=_DASHES[role], label=name)
        name_line(ax, name, *_PATHS.get(role, ()))
    for place, marker, text, shift in (
        (places[0], "o", r"$\pi_\mathrm{ref}$", (8, 2)),
        (places[-1], "*", r"$\pi^*$", (9, -3)),
    ):
        ax.plot(*place, marker, color=LIGHT["ink"], markersize=11 if marker == "*" else 7)
        ax.annotate(text, place, shift, textcoords="offset points", fontsize=12)
    beside = ((0, -14), "left"), ((0, -14), "right"), ((0, 6), "center")
    for corner, text, (shift, align) in zip(CORNERS, corners, beside, strict=True):
        ax.annotate(text, corner, shift, textcoords="offset points", ha=align, va="center")
    ax.set_xlim(-0.02, 1.02)
    ax.set_ylim(-0.08, 0.95)
    ax.set_aspect("equal")
    ax.axis("off")
    return ax


def _line(ax: Axes, x: ArrayLike, y: ArrayLike, role: str, label: str) -> None:
    """Draw a line in the colour and dash of its role."""
    ax.plot(np.asarray(x), np.asarray(y), color=LIGHT[role], linestyle=_DASHES[role], label=label)


def _shares(ax: Axes, courses: Mapping[str, Course], places: _Places) -> None:
    """Draw probabilities over training time, named at their places."""
    _courses(ax, courses, places)
    ax.set_ylim(0, 1)
    ax.set_ylabel("probability")


def _courses(ax: Axes, courses: Mapping[str, Course], places: _Places) -> None:
    """Draw each course over a logarithmic axis of training time, named at its place."""
    for name, course in courses.items():
        _line(ax, course.time, course.value, course.role, name)
        name_line(ax, name, *places.get(course.role, ()))
    ax.set_xscale("log")
    ax.xaxis.set_major_locator(LogLocator(numticks=7))
    ax.xaxis.set_minor_locator(NullLocator())
    ax.set_xlabel("training time t (step size × steps)")
