"""The still picture of the explorable of the objective. The maths is computed by the caller."""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from numpy.typing import ArrayLike

from toy.figures.stills import Axes, as_svg, blank
from toy.figures.style import LIGHT, key_above

Point = tuple[float, float]

_LABELS = {"policy": "π*", "k3": "π_γ", "reference": "π_ref", "k2": "data p"}
_FILLS: dict[str, dict[str, Any]] = {
    "policy": {"color": LIGHT["policy"]},
    "k3": {"color": LIGHT["k3"]},
    "reference": {"facecolor": LIGHT["paper"], "edgecolor": LIGHT["reference"], "hatch": "////"},
    "k2": {"facecolor": LIGHT["paper"], "edgecolor": LIGHT["k2"], "hatch": "\\\\\\\\"},
}
_MARKERS = {"policy": "o", "reference": "s", "k3": "^", "k2": "D"}


def draw(
    responses: Sequence[str],
    reward: ArrayLike,
    policies: Mapping[str, ArrayLike],
    frontier: tuple[ArrayLike, ArrayLike],
    points: Mapping[str, Point],
    beta: float,
    value: float,
) -> str:
    """Draw rewards and probabilities beside the frontier, with the tangent of slope β."""
    with blank(7.4, 4.4) as figure:
        panels = figure.subplot_mosaic("rf;pf", width_ratios=(1, 1.3), height_ratios=(1, 1.5))
        reward_bars(panels["r"], responses, reward)
        probability_bars(panels["p"], responses, policies)
        frontier_panel(panels["f"], frontier, points, beta, value)
        return as_svg(figure)


def reward_bars(ax: Axes, responses: Sequence[str], reward: ArrayLike) -> Axes:
    """Draw the reward of each response as a bar from zero."""
    drawn = ax.barh(np.arange(len(responses)), reward, 0.6, color=LIGHT["reward"])
    ax.bar_label(drawn, fmt="%.2f", padding=3, fontsize=9)
    ax.axvline(0, color=LIGHT["muted"], linewidth=1)
    ax.margins(x=0.25)
    ax.set_xlabel("reward")
    return _one_row_each(ax, responses)


def probability_bars(ax: Axes, responses: Sequence[str], policies: Mapping[str, ArrayLike]) -> Axes:
    """Draw a group of horizontal bars for each response, one for each policy."""
    thickness = 0.8 / len(policies)
    for i, (role, policy) in enumerate(policies.items()):
        places = np.arange(len(responses)) + (i - (len(policies) - 1) / 2) * thickness
        drawn = ax.barh(places, policy, thickness * 0.86, label=_LABELS[role], **_FILLS[role])
        if len(policies) == 2:
            ax.bar_label(drawn, fmt="%.2f", padding=3, fontsize=9)
    ax.set_xlim(0, 1.12)
    ax.set_xlabel("probability")
    key_above(ax)
    return _one_row_each(ax, responses)


def frontier_panel(
    ax: Axes,
    frontier: tuple[ArrayLike, ArrayLike],
    points: Mapping[str, Point],
    beta: float,
    value: float,
) -> Axes:
    """Draw the frontier, its tangent at β with the intercept, and a point for each policy."""
    kl, reward = (np.asarray(part) for part in frontier)
    ax.plot(kl, reward, color=LIGHT["policy"])
    ends = np.array([0.0, max(kl.max(), 0.05)])
    ax.plot(
        ends, value + beta * ends, color=LIGHT["best"], linewidth=1.2, linestyle=(0, (3, 1, 1, 1))
    )
    ax.plot(0, value, "D", color=LIGHT["best"], clip_on=False)
    place: dict[str, Any] = {"textcoords": "offset points", "fontsize": 9.5}
    ax.axhline(value, color=LIGHT["best"], linewidth=1, linestyle=(0, (1, 2)))
    ax.annotate(f"J = β log Z = {value:.3f}", (ends[1], value), (0, -13), ha="right", **place)
    for role, point in points.items():
        ax.plot(*point, _MARKERS[role], color=LIGHT[role], clip_on=False, markersize=7)
        ax.annotate(_LABELS[role], point, (7, -13), **place)
    heights = [reward.max(), reward.min(), *(height for _, height in points.values())]
    pad = 0.14 * (max(heights) - min(heights)) or 0.5
    ax.set_ylim(min(heights) - pad, max(heights) + pad)
    ax.set_xlim(left=0)
    ax.set_xlabel("KL from the reference (nats)")
    ax.set_ylabel("expected reward")
    return ax


def _one_row_each(ax: Axes, responses: Sequence[str]) -> Axes:
    ax.set_yticks(np.arange(len(responses)), responses)
    ax.invert_yaxis()
    ax.grid(axis="y", visible=False)
    return ax
