"""Figures of the chapter "Bandits": the pipeline, the worlds, the simplex, the first bargain."""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.patches import FancyArrowPatch, FancyBboxPatch
from numpy.typing import ArrayLike

from toy.exact.bandits import Bandit
from toy.figures.stills import triangle
from toy.figures.style import LIGHT, beside, mark, name_line, on_paper, role_line

#: The dashes of the responses that are not the best, in their order.
_OTHERS = ((0, (1, 1.2)), (0, (5, 1.6)), (0, (3, 1, 1, 1)))

#: Where each station of the pipeline stands, its colour and its words.
_STATIONS = {
    "reference": (2.2, 8.6, "reference", "reference\n$\\pi_\\mathrm{ref}$"),
    "responses": (7.7, 8.6, "ink", "two responses\nto one prompt $x$"),
    "comparisons": (7.7, 5.0, "ink", "comparisons\n$y_w \\succ y_l$"),
    "reward": (7.7, 1.4, "reward", "reward model\n$r(x, y)$"),
    "policy": (2.2, 1.4, "policy", "policy\n$\\pi$"),
}

#: From, to, the words beside the arrow, where they stand and how aligned, and the arrow's role.
_STEPS = (
    ("reference", "responses", "samples", (4.95, 9.05), "center", "ink"),
    ("responses", "comparisons", "a person\nchooses", (8.0, 6.8), "left", "ink"),
    ("comparisons", "reward", "maximum\nlikelihood", (8.0, 3.2), "left", "ink"),
    ("reward", "policy", "pays $r$", (4.95, 0.85), "center", "reward"),
    ("reference", "policy", "charges $\\beta$\nper nat of KL", (-0.1, 5.0), "left", "reference"),
    ("comparisons", "policy", "DPO: the\nshort cut", (3.25, 4.6), "left", "best"),
)

#: Of the reward's and the divergence's contours: what names the outermost one, their dash, the side
#: of the triangle on which the numbers stand, and where the numbers stand from there.
_CONTOURS = {"reward": ("E[r]", "dashed", 1, (5, 6)), "policy": ("KL", "solid", -1, (2, -3))}


def pipeline(ax: Axes) -> Axes:
    """Draw how a policy learns from preferences, and the short cut that DPO takes."""
    ax.set(xlim=(-0.1, 10.2), ylim=(0.2, 9.9))
    ax.axis("off")
    half = np.array([1.75, 0.95])
    for x, y, role, words in _STATIONS.values():
        box = FancyBboxPatch(
            (x - half[0], y - half[1]),
            2 * half[0],
            2 * half[1],
            boxstyle="round,pad=0,rounding_size=0.25",
            edgecolor=LIGHT[role],
            facecolor=LIGHT["paper"],
            linewidth=1.8,
        )
        ax.add_patch(box)
        ax.text(x, y, words, ha="center", va="center", linespacing=1.35)
    for start, end, words, (x, y), side, role in _STEPS:
        _arrow(ax, start, end, half, role)
        ax.text(x, y, words, ha=side, va="center", color=LIGHT[role])
    return ax


def _arrow(ax: Axes, start: str, end: str, half: Any, role: str) -> None:
    """Draw an arrow from the rim of one station to the rim of the other."""
    a, b = (np.array(_STATIONS[name][:2]) for name in (start, end))
    reach = min(half / np.maximum(np.abs(b - a), 1e-9))
    gap = reach * (b - a)
    arrow = FancyArrowPatch(
        tuple(a + gap),
        tuple(b - gap),
        arrowstyle="-|>",
        mutation_scale=15,
        color=LIGHT[role],
        linewidth=1.8,
        linestyle=(0, (4, 2)) if role == "best" else "-",
        shrinkA=2,
        shrinkB=2,
    )
    ax.add_patch(arrow)


def one_logit(
    ax: Axes, shift: ArrayLike, policies: ArrayLike, responses: Sequence[str], moved: int
) -> Axes:
    """Draw the probabilities (S, Y) of all responses while the logit of one is shifted (S,)."""
    columns, x = np.asarray(policies).T, np.asarray(shift)
    dashes = iter(_OTHERS)
    for y, (probabilities, name) in enumerate(zip(columns, responses, strict=True)):
        role, dash = ("policy", "-") if y == moved else ("reference", next(dashes))
        ax.plot(x, probabilities, color=LIGHT[role], linestyle=dash, label=name)
        at, side = (-1, (-4, 2)) if y == moved else (0, (4, 4))
        ha = "right" if y == moved else "left"
        colour = LIGHT["policy"] if y == moved else LIGHT["muted"]
        _label(ax, name, (x[at], probabilities[at]), side, color=colour, ha=ha, va="bottom")
    ax.set_xlabel(f"added to the logit of {responses[moved]} (nats)")
    ax.set_ylabel("probability")
    ax.set(xlim=x[[0, -1]], ylim=(0, 1))
    return ax


def log_bound(
    ax: Axes,
    v: ArrayLike,
    curves: Mapping[str, ArrayLike],
    ratios: ArrayLike,
    responses: Sequence[str],
) -> Axes:
    """Draw log v below its tangent v − 1, and the gap at each response's ratio π_ref/π."""
    tangent, logarithm = curves["v − 1"], curves["log v"]
    ends: Any = {"reference": (tangent, "$v - 1$"), "policy": (logarithm, r"$\log\,v$")}
    for role, (heights, name) in ends.items():
        role_line(ax, v, heights, role, name)
        end = np.asarray(v)[-1], np.asarray(heights)[-1]
        _label(ax, name, end, (5, 0), color=LIGHT[role], va="center")
    for ratio, name in zip(np.asarray(ratios), responses, strict=True):
        low, high = (np.interp(ratio, np.asarray(v), np.asarray(y)) for y in (logarithm, tangent))
        ax.plot([ratio, ratio], [low, high], "-", color=LIGHT["k1"], linewidth=3)
        ax.plot(ratio, low, "o", color=LIGHT["k1"], markersize=6)
        ax.annotate(name, (ratio, low), (4, -7), textcoords="offset points", va="top", fontsize=9.5)
    ax.axhline(0, color=LIGHT["muted"], linewidth=1)
    ax.set_xlabel(r"$v = \pi_\mathrm{ref}(y)\,/\,\pi(y)$, no unit")
    ax.set_ylabel("nats")
    return ax


def simplex(
    ax: Axes,
    responses: Sequence[str],
    lattice: ArrayLike,
    kl: tuple[ArrayLike, Sequence[float]],
    reward: tuple[ArrayLike, Sequence[float]],
    reference: ArrayLike,
    optima: ArrayLike,
) -> Axes:
    """Draw all policies over three responses as a triangle, with contours of KL and reward.

    `lattice` (P, 3) holds the policies at which `kl` and `reward`, each (values (P,), levels), are
    given; `optima` (B, 3) is a path of policies from the reference.
    """
    for role, (values, levels) in {"reward": reward, "policy": kl}.items():
        _contours(ax, lattice, values, levels, role)
    triangle(ax, responses)
    x, y = on_paper(optima)
    role_line(ax, x, y, "best", "most E[r]\nfor its KL")
    name_line(ax, "most E[r]\nfor its KL", shift=(-9, 4))
    at = on_paper(reference)
    ax.plot(*at, "s", color=LIGHT["reference"], markersize=9)
    ax.annotate(r"$\pi_\mathrm{ref}$", tuple(at), (8, -10), textcoords="offset points")
    ax.set(xlim=(-0.04, 1.04), ylim=(-0.1, 0.97))
    return ax


def _contours(
    ax: Axes, lattice: ArrayLike, values: ArrayLike, levels: Sequence[float], role: str
) -> None:
    """Draw lines of equal height, each with its number; the farthest from zero is named too."""
    word, dash, side, shift = _CONTOURS[role]
    style: dict[str, Any] = {"colors": LIGHT[role], "linestyles": dash, "linewidths": 1.5}
    x, y = on_paper(lattice)
    lines = ax.tricontour(x, y, values, levels=levels, **style)
    for level, path in zip(levels, lines.get_paths(), strict=True):
        points: Any = path.vertices
        at = points[(side * points[:, 0]).argmax()]
        number = f"{level:g}".replace("-", "−")
        if level == max(levels, key=abs):
            beside(ax, f"{word} = {number}", at, (side * 8, 0), LIGHT[role])
        else:
            _label(ax, number, at, shift, color=LIGHT[role], va="center", fontsize=9)


def _label(ax: Axes, text: str, at: Any, shift: tuple[float, float], **style: Any) -> Any:
    """Write words beside a point, moved by so many points of type, and return them."""
    return ax.annotate(text, tuple(at), shift, textcoords="offset points", **style)


def sampling(
    ax: Axes, num_samples: ArrayLike, errors: ArrayLike, scale: ArrayLike, third_digit: float
) -> Axes:
    """Draw the errors (K, S) of sampled means after so many samples (S,), and their scale (S,)."""
    for row in np.asarray(errors):
        ax.plot(num_samples, row, color=LIGHT["muted"], linewidth=1)
    role_line(ax, num_samples, scale, "policy", "95 % of all errors are below")
    name_line(ax, "95 % of all errors are below", 0.2, (5, 4))
    ax.axhline(0.0005, color=LIGHT["wrong"], linewidth=1.5, linestyle=(0, (5, 1.6)))
    ax.annotate(
        "the third digit is right",
        (0.02, 0.0005),
        (0, -5),
        va="top",
        color=LIGHT["wrong"],
        xycoords=("axes fraction", "data"),
        textcoords="offset points",
        fontsize=9.5,
    )
    mark(ax, third_digit, f"{third_digit / 1e6:.1f}\nmillion")
    ax.set(xscale="log", yscale="log")
    ax.set_xlabel("number of samples N")
    ax.set_ylabel("error of the sampled mean (reward)")
    return ax


def world_map(ax: Axes, world: Bandit, offsets: Mapping[str, tuple[float, float]]) -> Axes:
    """Draw a world's responses by how likely the reference gives them and what they are worth.

    `offsets` moves the label of a response, in points, and anchors it at its right if it is < 0.
    """
    for x, prompt in enumerate(world.prompts):
        inside = LIGHT["paper"] if x else LIGHT["reward"]
        ax.plot(
            world.reference[x],
            world.reward[x],
            "os"[x],
            color=LIGHT["reward"],
            markerfacecolor=inside,
            markersize=8,
            label=prompt,
        )
        for at in zip(world.reference[x], world.reward[x], world.responses[x], strict=True):
            dx, dy = offsets.get(at[2], (8, 0))
            label = ax.annotate(
                at[2].replace(", ", ",\n"),
                at[:2],
                (dx, dy),
                textcoords="offset points",
                va="center",
                ha="right" if dx < 0 else "left",
                fontsize=9.5,
            )
            label.set_in_layout(False)
    ax.set_xscale("log")
    ax.set_ylabel("reward")
    ax.set_title("   ".join(f"{'●□'[x]} {p}" for x, p in enumerate(world.prompts)), fontsize=10.5)
    ax.margins(y=0.25)
    return ax


def worlds(
    panels: Sequence[Axes],
    tables: Sequence[Bandit],
    offsets: Mapping[str, tuple[float, float]],
) -> Sequence[Axes]:
    """Draw the map of each world, one below the other."""
    for ax, world in zip(panels, tables, strict=True):
        world_map(ax, world, offsets)
    panels[-1].set_xlim(6e-4, 30)
    panels[-1].set_xticks([0.001, 0.01, 0.1, 1], ["0.001", "0.01", "0.1", "1"])
    panels[-1].minorticks_off()
    panels[-1].set_xlabel("probability under the reference")
    return panels


def bargain(ax: Axes, names: Sequence[str], kl: ArrayLike, reward: ArrayLike, beta: float) -> Axes:
    """Draw what policies earn and what they cost, with a line of slope β from each to its J."""
    roles = (("reference", "s"), ("policy", "o"), ("wrong", "D"))
    for name, x, y, (role, marker) in zip(
        names, np.asarray(kl), np.asarray(reward), roles, strict=True
    ):
        ax.plot([0, x], [y - beta * x, y], color=LIGHT[role], linewidth=1.5, linestyle=(0, (4, 2)))
        ax.plot(x, y, marker, color=LIGHT[role], markersize=9, clip_on=False)
        down = 9 if x == 0 else 3  # below the name of a policy that stands at its own J
        side = (10, 3 if x else 0, "left") if x < np.max(kl) / 2 else (-8, 8, "right")
        _label(ax, name, (x, y), side[:2], color=LIGHT[role], ha=side[2], va="center")
        ax.plot(
            0,
            y - beta * x,
            marker,
            color=LIGHT[role],
            markerfacecolor=LIGHT["paper"],
            markersize=9,
            clip_on=False,
            zorder=3,
        )
        ax.annotate(
            f"J = {y - beta * x:.3f}",
            (0, y - beta * x),
            (10, -down),
            textcoords="offset points",
            va="top",
            fontsize=9.5,
            color=LIGHT[role],
        )
    ax.set_xlim(left=0)
    ax.set_ylim(bottom=-0.15)
    ax.set_xlabel(r"cost: KL$(\pi\,\|\,\pi_\mathrm{ref})$ (nats)")
    ax.set_ylabel("expected reward")
    return ax
