"""Figures of the chapter "The RLHF objective". The maths is computed by the caller.

Rewards are in units of reward, divergences in nats, β in reward per nat.
"""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from matplotlib.axes import Axes
from numpy.typing import ArrayLike, NDArray

from toy.figures.style import CORNERS, LIGHT, beside, mark, name_line

#: The colour, dash and marker of each response, in the order in which the caller lists them: the
#: second is the best one.
RESPONSES = (
    ("reference", (0, (1, 1.2)), "s"),
    ("policy", (0, ()), "o"),
    ("reference", (0, (5, 1.6)), "^"),
    ("reference", (0, (3, 1, 1, 1)), "D"),
)

#: The colour and dash of each reference, from the most generous to one that never says it.
RARITIES = (
    ("policy", (0, ())),
    ("k1", (0, (5, 1.6))),
    ("k2", (0, (3, 1, 1, 1))),
    ("wrong", (0, (1, 1.2))),
)

#: The role of each term's path, and where its name stands at the path's end.
WISHES = (("reward", (-16, 8)), ("reference", (-1, -15)), ("best", (9, 0)), ("wrong", (9, 0)))

#: The role and marker of each policy that is compared with the frontier, and where its name stands:
#: how far along its points, and how far beside.
RIVALS = (
    ("k3", "^", 0.67, (5, -6)),
    ("k2", "D", 0.0, (8, -1)),
    ("k1", "s", 0.0, (8, 0)),
    ("wrong", "X", 0.0, (8, 0)),
)

#: The dash of what is drawn in the colour of a role.
DASHES = {
    "policy": (0, ()),
    "reward": (0, (5, 1.6)),
    "reference": (0, (1, 1.2)),
    "best": (0, (3, 1, 1, 1)),
    "wrong": (0, (5, 1.6)),
    "k1": (0, (5, 1.6)),
    "k2": (0, (3, 1, 1, 1)),
    "k3": (0, (1, 1.2)),
}


def line(ax: Axes, x: ArrayLike, y: ArrayLike, role: str, label: str) -> None:
    """Draw a line in the colour and dash of its role."""
    ax.plot(x, y, color=LIGHT[role], linestyle=DASHES[role], label=label)


def two_responses(
    ax: Axes,
    probability: ArrayLike,
    terms: Mapping[str, ArrayLike],
    best: tuple[float, float],
    gap: tuple[float, float, float],
) -> Axes:
    """Draw reward, penalty and objective of two responses, the top, and what one policy lacks.

    `terms` holds ``"reward"``, ``"reference"`` (the penalty) and ``"policy"`` (their sum); `best`
    is where the top is, and how high; `gap` is a probability, its objective, and the top.
    """
    names = {
        "reward": r"E$_\pi$[r]",
        "reference": r"$-\beta\,$KL$(\pi\,\|\,\pi_\mathrm{ref})$",
        "policy": r"J($\pi$), their sum",
    }
    for role, values in terms.items():
        line(ax, probability, values, role, names[role])
    ax.axhline(best[1], color=LIGHT["best"], linewidth=1.2, linestyle=DASHES["best"])
    beside(ax, r"the top, $\beta$ log Z", (1.0, best[1]), (-1, 4), LIGHT["best"])
    ax.plot(*best, "o", color=LIGHT["best"], markersize=8)
    beside(ax, r"$\pi^*$", best, (0, 6), LIGHT["best"])
    where, lower, upper = gap
    arrow = {"arrowstyle": "<->", "color": LIGHT["ink"], "shrinkA": 0, "shrinkB": 0}
    ax.annotate("", (where, upper), (where, lower), arrowprops=arrow)
    middle = (where, (lower + upper) / 2)
    beside(ax, r"$\beta\,$KL$(\pi\,\|\,\pi^*)$", middle, (-4, 0))
    ax.set_xlabel("probability of the first response")
    ax.set_ylabel("units of reward")
    sides = ((0.8, (-6, 2)), (0.6, (-6, -8)), (0.85, (-6, -12)))
    for (role, values), (at, offset) in zip(terms.items(), sides, strict=True):
        end = at, float(np.interp(at, np.asarray(probability), np.asarray(values)))
        beside(ax, names[role], end, offset, LIGHT[role])
    return ax


def place(policies: ArrayLike) -> NDArray[np.float64]:
    """Return the points (..., 2) of the triangle at which policies (..., 3) are drawn."""
    return np.asarray(policies) @ CORNERS


def triangle(ax: Axes, responses: Sequence[str]) -> None:
    """Draw the triangle of all policies, with what is always said in each corner."""
    outline = CORNERS[[0, 1, 2, 0]]
    ax.plot(*outline.T, color=LIGHT["muted"], linewidth=1)
    ax.set_aspect("equal")
    ax.set_axis_off()
    ax.set_xlim(-0.12, 1.12)
    ax.set_ylim(-0.12, 0.98)
    offsets = ((0, -6), (0, -6), (0, 5))
    for response, corner, offset in zip(responses, CORNERS, offsets, strict=True):
        beside(ax, f"always “{response}”", corner, offset)


def destinations(ax: Axes, responses: Sequence[str], paths: Mapping[str, ArrayLike]) -> Axes:
    """Draw where gradient ascent on each term alone leads, from one policy, in the triangle.

    `paths` gives for each name the policies (T, 3): the reward's, the penalty's, the pretraining
    term's, the entropy's.
    """
    triangle(ax, responses)
    for (name, path), (role, offset) in zip(paths.items(), WISHES, strict=True):
        points = place(path)
        line(ax, points[:, 0], points[:, 1], role, name)
        ax.plot(*points[-1], "o", color=LIGHT[role], markersize=8, clip_on=False)
        beside(ax, name, points[-1], offset, LIGHT[role])
    ax.plot(*points[0], "s", color=LIGHT["ink"], markersize=7)
    beside(ax, "start", points[0], (-9, 0))
    return ax


def landscape(
    ax: Axes,
    responses: Sequence[str],
    grid: ArrayLike,
    values: ArrayLike,
    levels: ArrayLike,
    path: ArrayLike,
    points: Mapping[str, ArrayLike],
) -> Axes:
    """Draw the level lines of the objective over the triangle, and the path of its optima in β."""
    triangle(ax, responses)
    x, y = place(grid).T
    heights = ax.tricontour(
        x, y, values, levels=levels, colors=LIGHT["reward"], linewidths=1, linestyles="solid"
    )
    rings: Any = [path.vertices for path in heights.get_paths()]
    inside = [ring[ring[:, 1] > 0.1] for ring in rings]
    lowest: Any = [tuple(ring[ring[:, 1].argmin()]) for ring in inside]
    ax.clabel(heights, fmt="%.2f", fontsize=9.5, colors=LIGHT["reward"], manual=lowest)
    optima = place(path)
    line(ax, optima[:, 0], optima[:, 1], "policy", "optima for all β")
    name_line(ax, "optima for all β", 0.2, (9, 2))
    looks = (
        ("s", "reference", (1, -6)),
        ("o", "policy", (2, 8)),
        ("^", "ink", (-10, 6)),
    )
    for (name, policy), (marker, role, offset) in zip(points.items(), looks, strict=True):
        point = place(policy)
        ax.plot(*point, marker, color=LIGHT[role], markersize=8, zorder=3)
        beside(ax, name, point, offset, LIGHT[role])
    return ax


def response_lines(
    ax: Axes,
    x: ArrayLike,
    policies: ArrayLike,
    responses: Sequence[str],
    marks: Mapping[str, float],
) -> Axes:
    """Draw each response's probability against a coefficient on a logarithmic axis."""
    for response, values, (role, dash, _) in zip(
        responses, np.asarray(policies).T, RESPONSES, strict=True
    ):
        ax.plot(x, values, color=LIGHT[role], linestyle=dash, label=response)
        end = float(np.asarray(x)[-1]), float(values[-1])
        beside(ax, response, end, (9, 0), LIGHT["policy" if role == "policy" else "ink"])
    for word, where in marks.items():
        mark(ax, where, word)
    ax.set_xscale("log")
    ax.set_ylim(-0.02, 1.02)
    ax.set_ylabel("probability")
    return ax


def along_beta(
    ax: Axes,
    beta: ArrayLike,
    policies: ArrayLike,
    responses: Sequence[str],
    crossing: float,
) -> Axes:
    """Draw the optimal probability of each response against β, with a crossing marked."""
    response_lines(ax, beta, policies, responses, {"odds even": crossing})
    ax.set_xlabel("price β (reward per nat)")
    return ax


def along_gamma(
    ax: Axes,
    gamma: ArrayLike,
    policies: ArrayLike,
    responses: Sequence[str],
    ends: tuple[ArrayLike, ArrayLike],
) -> Axes:
    """Draw the optimum with the pretraining term against γ, with both limits as markers."""
    response_lines(ax, gamma, policies, responses, {})
    x = np.asarray(gamma)
    for limit, where in zip(ends, (x[0], x[-1]), strict=True):
        for value, (role, _, marker) in zip(np.asarray(limit), RESPONSES, strict=True):
            ax.plot(where, value, marker, color=LIGHT[role], markersize=8, clip_on=False)
    ax.set_xlabel("weight γ of the pretraining term (reward per nat)")
    return ax


def frontier(
    ax: Axes,
    kl: ArrayLike,
    reward: ArrayLike,
    tangent: tuple[ArrayLike, ArrayLike],
    touch: tuple[float, float],
    others: Mapping[str, tuple[ArrayLike, ArrayLike]],
) -> Axes:
    """Draw the frontier, the tangent whose slope is β, and other policies below it.

    `tangent` is its two ends as (kl, reward), starting on the reward axis; `others` gives for each
    name the policies' KL and reward.
    """
    line(ax, kl, reward, "policy", "frontier: Gibbs policies")
    name_line(ax, "frontier: Gibbs policies", 0.24, (0, 15))
    ax.plot(*tangent, color=LIGHT["best"], linewidth=1.2, linestyle=DASHES["best"])
    ax.plot(*touch, "o", color=LIGHT["best"], markersize=8)
    beside(ax, r"$\pi^*$, slope $\beta$", touch, (9, -2), LIGHT["best"])
    start = float(np.asarray(tangent[0])[0]), float(np.asarray(tangent[1])[0])
    ax.plot(*start, "D", color=LIGHT["best"], markersize=6, clip_on=False)
    beside(ax, r"$\beta$ log Z", start, (18, -3), LIGHT["best"])
    for (name, (x, y)), (role, marker, at, shift) in zip(others.items(), RIVALS, strict=True):
        ax.plot(x, y, marker, color=LIGHT[role], markersize=7, label=name)
        name_line(ax, name, at, shift)
    ax.set_xlim(left=0)
    ax.set_xlabel(r"KL$(\pi\,\|\,\pi_\mathrm{ref})$ (nats)")
    ax.set_ylabel(r"E$_\pi$[r] (units of reward)")
    return ax


def best_of_n(ax: Axes, n: ArrayLike, bound: ArrayLike, kl: Mapping[str, ArrayLike]) -> Axes:
    """Draw the divergence of the best of n draws, for several worlds, below its bound."""
    line(ax, n, bound, "wrong", "log n − (n − 1)/n")
    name_line(ax, "log n − (n − 1)/n", 0.9, (-6, 3))
    places: Any = (("k2", 1.0, (-2, -5)), ("k3", 1.0, (-2, -5)), ("policy", 0.7, (6, -6)))
    for (name, values), (role, at, shift) in zip(kl.items(), places, strict=True):
        line(ax, n, values, role, name)
        name_line(ax, name, at, shift)
    ax.set_xscale("log")
    ax.set_xlabel("number of draws n")
    ax.set_ylabel(r"KL$(\pi_n\,\|\,\pi_\mathrm{ref})$ (nats)")
    return ax


def rare_response(
    ax: Axes, beta: ArrayLike, chances: Mapping[str, ArrayLike], even: Mapping[str, float]
) -> Axes:
    """Draw the optimal probability of the best response, for several references, against β."""
    first, *_, never = chances
    for (name, values), (role, dash) in zip(chances.items(), RARITIES, strict=True):
        ax.plot(beta, values, color=LIGHT[role], linestyle=dash)
        if name in even:
            ax.plot(even[name], 0.5, "o", color=LIGHT[role], markersize=7)
        at = (even[name], 0.5) if name in even else (np.min(beta), np.max(values))
        text = rf"$\pi_\mathrm{{ref}}$ = {name}" if name in (first, never) else name
        beside(ax, text, at, (8, 0) if name in even else (1, 5), LIGHT[role])
    ax.set_xscale("log")
    ax.set_xlabel("price β (reward per nat)")
    ax.set_ylabel("probability of the best response")
    ax.set_ylim(-0.03, 1.03)
    return ax


def overoptimisation(
    ax: Axes,
    kl: ArrayLike,
    rewards: Mapping[str, ArrayLike],
    best: ArrayLike,
    peak: tuple[float, float],
) -> Axes:
    """Draw the reward that is optimised and the one that was meant, against the KL spent.

    `rewards` holds ``"reward"`` (the proxy) and ``"policy"`` (the true reward, same policies);
    `best` is the true reward that could be had for the same KL.
    """
    words = {
        "reward": ("proxy: what is optimised", -7),
        "policy": ("true reward of the same policies", 46),
        "reference": ("true reward within reach", -25),
    }
    for role, values in (*rewards.items(), ("reference", best)):
        word, shift = words[role]
        line(ax, kl, values, role, word)
        last = int(np.argmax(kl))
        end = float(np.asarray(kl)[last]), float(np.asarray(values)[last])
        beside(ax, word, end, (-1, shift), LIGHT[role])
    ax.plot(*peak, "o", color=LIGHT["best"], markersize=8)
    beside(ax, "best stop", peak, (6, 6), LIGHT["best"])
    ax.set_xlabel(r"KL$(\pi\,\|\,\pi_\mathrm{ref})$ (nats)")
    ax.set_ylabel("mean reward (units of reward)")
    return ax
