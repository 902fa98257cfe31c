"""Figures of the chapter "The reward loss"; the maths is computed by the caller."""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from matplotlib.axes import Axes
from numpy.typing import ArrayLike

from toy.figures.style import LIGHT, bars, beside, mark, name_bars, name_line

#: The x-axis of everything that is drawn over the margin.
MARGIN = r"margin $\Delta = r_w - r_l$ (reward)"

#: Colour and dash of the lines of a family, in order.
FAMILY = (
    ("k2", (0, (1, 1.2))),
    ("reward", "-"),
    ("k1", (0, (5, 1.6))),
    ("policy", (0, (3, 1, 1, 1))),
)

#: Colour, marker and filling of the two versions of the survey, and what their markers share.
VERSIONS: tuple[tuple[str, str, Any], ...] = (("wrong", "X", "full"), ("reward", "o", "none"))
VERSION_STYLE: dict[str, Any] = {"markersize": 8, "markeredgewidth": 1.6, "linestyle": "none"}


def loss_and_force(
    panels: Sequence[Axes],
    margin: ArrayLike,
    loss: ArrayLike,
    force: ArrayLike,
    told: ArrayLike,
    marked: Mapping[float, float],
) -> Sequence[Axes]:
    """Draw the loss of one comparison (upper), and the force on its margin (lower).

    `told` is a force that pulls the margin to zero, as the homework has it; `marked` are losses at
    some margins, written beside the curve.
    """
    upper, lower = panels
    upper.plot(margin, loss, color=LIGHT["reward"])
    upper.plot(list(marked), list(marked.values()), "o", color=LIGHT["reward"])
    for place in marked.items():
        upper.annotate(f"{place[1]:.2g}", place, (2, 7), textcoords="offset points", fontsize=9.5)
    upper.set_ylabel("loss (nats)")
    lower.plot(margin, force, color=LIGHT["reward"])
    lower.plot(margin, told, color=LIGHT["wrong"], linestyle=(0, (2, 1.5)))
    lower.axhline(0, color=LIGHT["muted"], linewidth=1)
    lower.set_ylim(-0.6, 1.1)
    notes = (
        ("reward", "σ(−Δ): always up", (1.2, 0.27)),
        ("wrong", "a pull towards 0", (1.3, -0.5)),
    )
    for role, text, place in notes:
        lower.annotate(text, place, fontsize=9.5, color=LIGHT[role])
    lower.set_ylabel("force on the margin\n(nats per reward)")
    lower.set_xlabel(MARGIN)
    return panels


def noisy_labels(
    ax: Axes, margin: ArrayLike, losses: Mapping[str, ArrayLike], lowest: Mapping[str, float]
) -> Axes:
    """Draw the mean loss over the margin for each share of wins, with a dot where it is lowest.

    Each name stands where its curve leaves the picture, on the right or at the top.
    """
    highest = 1.6
    for (name, loss), (role, dash) in zip(losses.items(), FAMILY, strict=True):
        x, y = np.asarray(margin), np.asarray(loss)
        ax.plot(x, y, color=LIGHT[role], linestyle=dash)
        if name in lowest:
            floor = np.interp(lowest[name], x, y)
            ax.plot(lowest[name], floor, "o", color=LIGHT[role], markersize=8)
        last = np.flatnonzero(y <= highest)[-1]
        beside(ax, name, (x[last], y[last]), (5, 0), LIGHT[role])
        ax.set_xlim(x[0], x[-1])
    ax.set_ylim(0, highest)
    ax.set_xlabel(MARGIN)
    ax.set_ylabel("mean loss (nats per comparison)")
    return ax


def drift(
    ax: Axes,
    flows: Mapping[str, tuple[ArrayLike, ArrayLike]],
    steps: Mapping[str, tuple[ArrayLike, ArrayLike]],
    optimum: float,
) -> Axes:
    """Draw margins over the logarithm of time: lines for the flow, dots for gradient descent."""
    looks = (("k1", (0, (5, 1.6)), "s"), ("reward", "-", "o"))
    for (name, (time, margin)), (role, dash, marker) in zip(flows.items(), looks, strict=True):
        ax.plot(time, margin, color=LIGHT[role], linestyle=dash, label=name)
        name_line(ax, name)
        ax.plot(*steps[name], marker, color=LIGHT[role], markersize=5, linestyle="none")
    ax.axhline(optimum, color=LIGHT["muted"], linewidth=1, linestyle=(0, (2, 2)))
    ax.set_xscale("log")
    ax.set_xlim(right=max(np.max(time) for time, _ in flows.values()))
    ax.set_xlabel("time, or steps of gradient descent (logarithmic)")
    ax.set_ylabel(MARGIN)
    return ax


def two_objectives(
    panels: Sequence[Axes],
    margin: ArrayLike,
    mean_probability: ArrayLike,
    mean_log: ArrayLike,
    best: float,
) -> Sequence[Axes]:
    """Draw the mean preference probability (upper) and the mean log-likelihood (lower)."""
    upper, lower = panels
    upper.plot(margin, mean_probability, color=LIGHT["wrong"], linestyle=(0, (5, 1.6)))
    upper.set_ylabel("mean probability")
    lower.plot(margin, mean_log, color=LIGHT["reward"])
    lower.plot(
        best,
        np.interp(best, np.asarray(margin), np.asarray(mean_log)),
        "o",
        color=LIGHT["reward"],
        markersize=8,
    )
    lower.set_ylabel("mean log-probability\n(nats)")
    lower.set_xlabel(MARGIN)
    for ax, text in ((upper, "logit 0.7"), (lower, "")):
        mark(ax, best, text)
    return panels


def shifted(ax: Axes, responses: Sequence[str], truth: ArrayLike, fitted: ArrayLike) -> Axes:
    """Draw true and fitted rewards of every response, joined by a line; one row a response."""
    rows = np.arange(len(responses))[::-1]
    ax.hlines(rows, np.asarray(fitted), np.asarray(truth), color=LIGHT["grid"], linewidth=2)
    ax.plot(truth, rows, "o", color=LIGHT["muted"], fillstyle="none", ms=11, label="true reward")
    ax.plot(fitted, rows, "D", color=LIGHT["reward"], markersize=7, label="fitted, mean zero")
    name_line(ax, "true reward", shift=(9, 0))
    name_line(ax, "fitted, mean zero", shift=(2, 6))
    ax.set_yticks(rows, responses)
    ax.set_ylim(-0.7, len(responses) - 0.3)
    ax.set_xlabel("reward")
    ax.grid(axis="y", visible=False)
    return ax


def calibration(ax: Axes, predicted: Mapping[str, ArrayLike], true: ArrayLike) -> Axes:
    """Draw how often the first response wins against how often each model says so."""
    ax.plot([0, 1], [0, 1], color=LIGHT["muted"], linewidth=1, linestyle=(0, (2, 2)))
    places = ((0.4, (8, -3)), (1.0, (-3, 7)), (0.4, (-1, 7)))
    looks = zip(FAMILY, "sov", places, strict=False)
    for (name, p), ((role, dash), marker, (at, shift)) in zip(
        predicted.items(), looks, strict=False
    ):
        ax.plot(p, true, marker, color=LIGHT[role], linestyle=dash, linewidth=1, label=name)
        name_line(ax, name, at, shift, f"{name}\nrewards")
    ax.set_aspect("equal")
    ax.set_xlabel("predicted probability of a win")
    ax.set_ylabel("true probability of a win")
    return ax


def rankings(ax: Axes, labels: Sequence[str], chances: Mapping[str, ArrayLike]) -> Axes:
    """Draw the probability of each ranking by the race, and then the product of its pairs."""
    roles = "reward", "wrong"
    by_role = dict(zip(roles, chances.values(), strict=True))
    bars(ax, list(labels), by_role, dict(zip(roles, chances, strict=True)))
    ax.set_ylabel("probability")
    for bar in ax.containers[1]:
        bar.set_hatch("//")
        bar.set_edgecolor(LIGHT["paper"])
    ax.set_xlabel("ranking, best first")
    name_bars(ax, (1, 4), (12, -2))
    return ax


def residuals(ax: Axes, pairs: Sequence[str], values: Mapping[str, ArrayLike]) -> Axes:
    """Draw the standardised residual of every pair for each version of the data; one row a pair."""
    rows = np.arange(len(pairs))[::-1]
    ax.axvspan(-2, 2, color=LIGHT["grid"], linewidth=0)
    ax.axvline(0, color=LIGHT["muted"], linewidth=1)
    sides = ((9, 0), (-9, 0))
    for (name, s), (role, marker, fill), side in zip(values.items(), VERSIONS, sides, strict=True):
        ax.plot(s, rows, marker, color=LIGHT[role], fillstyle=fill, label=name, **VERSION_STYLE)
        lowest = np.argmin(s)
        beside(ax, name, (np.asarray(s)[lowest], rows[lowest]), side, LIGHT[role])
    ax.set_yticks(rows, pairs)
    ax.set_xlabel("residual (standard deviations)")
    ax.grid(visible=False)
    return ax


def survey_rewards(
    ax: Axes,
    schools: Sequence[str],
    rewards: Mapping[str, ArrayLike],
    errors: Mapping[str, ArrayLike],
) -> Axes:
    """Draw each school's reward, ± two standard errors, for each version; one row a school."""
    rows = np.arange(len(schools))[::-1]
    for (name, reward), (role, marker, fill), offset in zip(
        rewards.items(), VERSIONS, (0.19, -0.19), strict=True
    ):
        spread, colour = 2 * np.asarray(errors[name]), LIGHT[role]
        ax.hlines(
            rows + offset,
            np.subtract(reward, spread),
            np.add(reward, spread),
            color=colour,
            linewidth=1.5,
        )
        ax.plot(
            reward, rows + offset, marker, color=colour, fillstyle=fill, label=name, **VERSION_STYLE
        )
        name_line(ax, name, 0.0, (-24, 0))
    ax.axvline(0, color=LIGHT["muted"], linewidth=1)
    ax.set_yticks(rows, schools)
    ax.set_xlabel("fitted reward, mean zero")
    ax.grid(axis="y", visible=False)
    return ax
