"""Figures of the chapter "The policy gradient". The maths is computed by the caller."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import numpy as np
from matplotlib.axes import Axes
from numpy.typing import ArrayLike

from toy.figures.style import (
    CORNERS,
    LIGHT,
    bars,
    beside,
    key_above,
    mark,
    name_line,
    on_paper,
    role_line,
)

#: Roles and dashes for up to four lines.
LINES = {"reference": "-", "k1": (0, (5, 1.6)), "k3": (0, (3, 1, 1, 1)), "policy": "-"}

#: Roles of the terms of the objective, in their order, and of their sum.
TERMS = ("reward", "reference", "k2", "policy")

#: Roles and markers of three estimators that are compared.
THREE = (("k1", "s"), ("k3", "^"), ("policy", "o"))

#: Dashes of the responses that are not the best one.
DASHES = ((0, (5, 1.6)), (0, (1, 1.2)), (0, (3, 1, 1, 1)))


def terms(ax: Axes, responses: Sequence[str], pulls: Mapping[str, ArrayLike]) -> Axes:
    """Draw what each term of the objective pulls at each logit, by its name: the sum last."""
    names = dict(zip(TERMS, pulls, strict=True))
    bars(ax, list(responses), {role: pulls[name] for role, name in names.items()}, names)
    ax.set_ylabel("gradient in the logit\n(units of reward per logit)")
    key_above(ax)
    return ax


def simplex(
    ax: Axes,
    corners: Sequence[str],
    field: tuple[ArrayLike, ArrayLike],
    exact: ArrayLike,
    sampled: Sequence[ArrayLike],
    optimum: ArrayLike,
) -> Axes:
    """Draw an exact ascent and sampled ones among all policies over three responses.

    `field` holds policies (P, 3) and where they move; paths are policies (T + 1, 3).
    """
    ax.set_axis_off()
    ax.set_aspect("equal")
    ax.plot(*on_paper(np.eye(3)[[0, 1, 2, 0]]), color=LIGHT["muted"], linewidth=1)
    points, moves = (on_paper(part) for part in field)
    style: dict[str, Any] = {"color": LIGHT["reference"], "width": 0.005, "headwidth": 4}
    ax.quiver(*points, *moves, angles="xy", scale_units="xy", scale=1, **style)
    for path in sampled:
        ax.plot(*on_paper(path), color=LIGHT["k1"], linewidth=0.9)
    ax.plot(*on_paper(exact), color=LIGHT["policy"], linewidth=3, label="exact")
    start, best = on_paper(np.asarray(exact)[0]), on_paper(optimum)
    ax.plot(*start, "s", color=LIGHT["ink"], markersize=8)
    ax.plot(*best, "*", color=LIGHT["best"], markersize=17)
    beside(ax, "reference", start, (-9, 0))
    beside(ax, "optimum", best, (-10, -2), LIGHT["best"])
    name_line(ax, "exact", 0.03, (-15, 0))
    farthest = max(np.concatenate([on_paper(path).T for path in sampled]), key=lambda at: at[0])
    beside(ax, "sampled", farthest, (6, 0), LIGHT["k1"])
    aligned = ("left", "right", "center")
    for name, place, side in zip(corners, CORNERS, aligned, strict=True):
        above = place[1] > 0
        ax.annotate(
            name,
            place,
            (0, 5 if above else -5),
            textcoords="offset points",
            ha=side,
            va="bottom" if above else "top",
        )
    return ax


def plateau(
    panels: Sequence[Axes],
    steps: ArrayLike,
    policies: ArrayLike,
    norms: ArrayLike,
    responses: Mapping[str, tuple[float, float]],
    best: str,
) -> Sequence[Axes]:
    """Draw an ascent's probabilities (S, Y) above the length (S,) of its gradient, at S steps.

    `responses` says where to write each response's name, and `best` which of them is best.
    """
    shares, slope = panels
    styles = zip(_styles(responses, best), np.transpose(policies), responses.items(), strict=True)
    for style, share, (response, place) in styles:
        shares.plot(steps, share, **style)
        shares.annotate(response, place, color=style["color"], ha="center")
    slope.plot(steps, norms, color=LIGHT["ink"])
    slope.set_xscale("log")
    slope.set_yscale("log")
    shares.set_ylabel("probability")
    slope.set_ylabel("length of the gradient\n(reward per logit)")
    slope.set_xlabel("step of exact gradient ascent")
    return panels


def baselines(
    ax: Axes,
    baseline: ArrayLike,
    variance: Mapping[str, ArrayLike],
    points: Mapping[str, Mapping[str, tuple[float, float]]],
) -> Axes:
    """Draw the variance against the baseline: a parabola for each world, with marked baselines.

    `points` holds for each world the place of the "value" and of the "best" baseline.
    """
    markers = {"value": ("D", 7), "best": ("*", 13)}
    looks: Any = (("policy", (0.86, (-8, 0))), ("k3", ()), ("k1", ()))
    for (name, values), (role, place) in zip(variance.items(), looks, strict=True):
        ax.plot(baseline, values, color=LIGHT[role], linestyle=LINES[role], label=name)
        name_line(ax, name, *place)
        for kind, (marker, size) in markers.items():
            ax.plot(*points[name][kind], marker, color=LIGHT[role], markersize=size)
    beside(ax, "best baseline", points[name]["best"], (0, 8))
    beside(ax, "value baseline", points[name]["value"], (4, -12))
    mark(ax, 0, "no baseline")
    ax.set_xlabel("baseline b (units of reward)")
    ax.set_ylabel("total variance of one draw\n((reward per logit)²)")
    ax.set_ylim(-0.08, 2.9)
    return ax


def groups(
    panels: Sequence[Axes],
    sizes: ArrayLike,
    bias: Mapping[str, ArrayLike],
    variance: Mapping[str, ArrayLike],
    without: Mapping[str, tuple[float, float]],
) -> Sequence[Axes]:
    """Draw relative bias (upper panel) and variance per draw (lower) against the group size.

    `bias` and `variance` hold an estimator each by its name, leave one out first. `without` names
    levels of the variance that no group is needed for: where to write, and which.
    """
    upper, lower = panels
    places: Any = ((0.0, (6, 4)), (0.35, (7, 4)), (0.33, (-8, -5)))
    looks = zip(np.roll(THREE, 1, axis=0), bias, places, strict=True)
    for (role, marker), name, (at, shift) in looks:
        style: dict[str, Any] = {"color": LIGHT[role], "marker": marker, "markersize": 5}
        upper.plot(sizes, bias[name], linestyle=LINES[role], label=name, **style)
        name_line(upper, name, at, shift, name.replace(", ", ",\n"))
        lower.plot(sizes, variance[name], linestyle=LINES[role], **style)
    for name, place in without.items():
        lower.axhline(place[1], color=LIGHT["muted"], linewidth=1.2, linestyle=(0, (2, 2)))
        lower.annotate(name, place, (0, -4), textcoords="offset points", va="top", fontsize=9.5)
    upper.set_ylabel("bias, as a share of\nthe gradient's length")
    lower.set_ylabel("G × total variance\n((reward per logit)²)")
    lower.set_xlabel("group size G")
    lower.set_xscale("log", base=2)
    ticks = [2, 4, 8, 16]
    lower.set_xticks(ticks, [str(tick) for tick in ticks])
    lower.set_ylim(bottom=0)
    return panels


def prompt_weights(
    ax: Axes, success: ArrayLike, weights: Mapping[str, ArrayLike], limit: ArrayLike
) -> Axes:
    """Draw by how much each prompt's gradient is multiplied, against its chance of success."""
    roles = ("reference", "k1", "k3", "policy")
    for role, (name, values) in zip(roles, weights.items(), strict=True):
        ax.plot(success, values, color=LIGHT[role], linestyle=LINES[role], label=name)
        name_line(ax, name)
    role_line(ax, success, limit, "best", "G → ∞: 1 / std")
    name_line(ax, "G → ∞: 1 / std", 0.955, (-7, 0))
    ax.set_ylim(0, 6)
    ax.set_xlabel("p: how often the policy solves the prompt")
    ax.set_ylabel("weight of the prompt's gradient\n(per unit of reward)")
    return ax


def ratios(
    ax: Axes, values: ArrayLike, responses: Mapping[str, float], best: str, clip_range: float
) -> Axes:
    """Draw the ratios (T + 1, Y) of new to old policy, and the range that clipping names.

    `responses` says at which height to write each response's name, and `best` which is best.
    """
    steps = np.arange(len(np.asarray(values)))
    styles = zip(_styles(responses, best), np.transpose(values), responses.items(), strict=True)
    for style, line, (name, height) in styles:
        ax.plot(steps, line, **style)
        place = (steps[-1] * 1.03, height)
        ax.annotate(name, place, color=style["color"], va="center", annotation_clip=False)
    for edge in (1 - clip_range, 1 + clip_range):
        ax.axhline(edge, color=LIGHT["wrong"], linewidth=1, linestyle=(0, (2, 2)))
    ax.set_xlim(0, steps[-1])
    ax.set_xlabel("step of ascent on the clipped surrogate")
    ax.set_ylabel("ratio π / μ (no unit)")
    return ax


def lengths(ax: Axes, num_tokens: ArrayLike, variance: Mapping[str, ArrayLike]) -> Axes:
    """Draw the variance of the one-trajectory gradient against the length of the trajectory.

    `variance` holds three estimates by name, each written at the end of its line.
    """
    for (role, marker), (name, values) in zip(THREE, variance.items(), strict=True):
        style: dict[str, Any] = {"color": LIGHT[role], "linestyle": LINES[role]}
        ax.plot(num_tokens, values, marker=marker, markersize=5, label=name, **style)
        name_line(ax, name, shift=(8, 0))
    ax.set_yscale("log")
    ax.set_xlabel("number of tokens T")
    ax.set_ylabel("total variance of one trajectory\n((reward per logit)²)")
    return ax


def gae(
    panels: Sequence[Axes], trust: ArrayLike, moments: Mapping[str, tuple[ArrayLike, ArrayLike]]
) -> Sequence[Axes]:
    """Draw bias (upper panel) and variance (lower) of GAE's gradient against λ.

    `moments` holds for each of two critics, by name, bias and variance at every λ.
    """
    upper, lower = panels
    looks = (("policy", 0.1), ("k1", 0.4))
    for (role, at), (name, (bias, variance)) in zip(looks, moments.items(), strict=True):
        style: dict[str, Any] = {"color": LIGHT[role], "linestyle": LINES[role]}
        upper.plot(trust, bias, label=name, **style)
        name_line(upper, name, at, (5, 4), f"critic: {name}")
        lower.plot(trust, variance, **style)
    lower.set_yscale("log")
    upper.set_ylabel("length of the bias\n(reward per logit)")
    lower.set_ylabel("total variance of one text\n((reward per logit)²)")
    lower.set_xlabel("λ: 0 trusts the critic, 1 the rewards")
    return panels


def _styles(responses: Iterable[str], best: str) -> list[dict[str, Any]]:
    """Return how each response's line is drawn: the best one in its colour, the others in greys."""
    greys = iter([{"color": LIGHT["muted"], "linestyle": dash} for dash in DASHES])
    solid = {"color": LIGHT["best"], "linestyle": "-"}
    return [solid if response == best else next(greys) for response in responses]
