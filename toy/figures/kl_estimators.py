"""Figures of the chapter "KL estimators". Nats throughout; the maths is computed by the caller."""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from matplotlib.axes import Axes
from numpy.typing import ArrayLike

from toy.exact.kl_estimators import Moments
from toy.figures.style import (
    LIGHT,
    NAMES,
    bars,
    beside,
    key_above,
    mark,
    name_bars,
    name_line,
    role_line,
)

#: Where the names of lines stand, by role: how far along the line, and how far beside it.
_BIAS: Any = {"k1": (1.0, (-72, -5)), "k2": (0.85, (7, 4)), "k3": (1.0, (-50, -5))}
_SPREAD: Any = {"k1": (1.0, (6, 1)), "k2": (1.0, (6, 0)), "k3": (0.85, (-7, 2))}
_GAUSSIANS: Any = {"k1": (0.4, (4, 4))}

#: Where the gradient of a loss is named, beside its marker in the first row.
_MARKERS = {
    "k2 per response": (1, -9),
    "k2 per token": (1, 8),
    "k3 per response": (0, 9),
    "k3 per token": (16, 0),
}

#: The dash of a divergence, by what its samples come from.
DIVERGENCES = {"policy": (0.0, ()), "reference": (0.0, (5.0, 1.6))}


def contributions(ax: Axes, responses: Sequence[str], terms: Mapping[str, ArrayLike]) -> Axes:
    """Draw what each response adds to the sum, for each estimator in `terms` (by role)."""
    bars(ax, list(responses), dict(terms), {role: f"π · {role}" for role in terms})
    ax.set_ylabel("share of the sum (nats)")
    name_bars(ax, (0, 4), (0, 4))
    return ax


def curves(ax: Axes, log_ratio: ArrayLike, values: Mapping[str, ArrayLike]) -> Axes:
    """Draw each estimator as a function of the log-ratio of the sampled response."""
    for role, value in values.items():
        role_line(ax, log_ratio, value, role)
        name_line(ax, NAMES[role], 0.0, (-6, 0))
    ax.margins(x=0.09)
    ax.axhline(0, color=LIGHT["muted"], linewidth=1)
    ax.set_xlabel(
        r"log-ratio $d = \log\,\pi - \log\,\pi_\mathrm{ref}$ of the drawn response (nats)"
    )
    ax.set_ylabel("estimate from one draw (nats)")
    return ax


def along_path(
    panels: Sequence[Axes], weight: ArrayLike, moments: Mapping[str, Moments], crossover: float
) -> Sequence[Axes]:
    """Draw bias (upper panel) and standard deviation (lower) along a path of policies."""
    bias, spread = panels
    for role, moment in moments.items():
        role_line(bias, weight, moment.bias, role)
        role_line(spread, weight, moment.std, role)
        name_line(bias, NAMES[role], *_BIAS.get(role, (1.0, (-2, -5))))
        name_line(spread, NAMES[role], *_SPREAD.get(role, (1.0, (6, -4))))
    mark(spread, crossover, "k3 = k1")
    mark(bias, crossover, "")
    bias.set_ylabel("bias (nats)")
    spread.set_ylabel("std of one draw (nats)")
    spread.set_xlabel("w: from the reference (0) to the policy (1)")
    return panels


def coefficient_family(
    ax: Axes, coefficient: ArrayLike, std: Mapping[str, ArrayLike], best: Mapping[str, float]
) -> Axes:
    """Draw the standard deviation of k1 + λ(e^(−d) − 1) against λ, for each named world."""
    looks: Any = (("policy", (1.0, (-2, 9))), ("best", (0.85, (-8, 0))))
    for (name, values), (role, (at, shift)) in zip(std.items(), looks, strict=True):
        role_line(ax, coefficient, values, role, name)
        name_line(ax, name, at, shift, f"{name}: best λ = {best[name]:.2f}")
        lowest = np.interp(best[name], np.asarray(coefficient), np.asarray(values))
        ax.plot(best[name], lowest, "o", color=LIGHT[role], markersize=8)
    ax.set_xticks([0, 0.5, 1], ["0\nk1", "½", "1\nk3"])
    ax.set_xlabel("coefficient λ")
    ax.set_ylabel("std of one draw / std of k1")
    ax.set_ylim(bottom=0)
    return ax


def estimated_coefficient(ax: Axes, num_samples: ArrayLike, rmse: Mapping[str, ArrayLike]) -> Axes:
    """Draw the error of N-sample means against N: fixed coefficients, and estimated ones."""
    estimated = {"same": ("policy", "o", "λ̂, same draws"), "cross": ("ink", "s", "λ̂, other half")}
    for name, values in rmse.items():
        role, marker, label = estimated.get(name, (name, "", None))
        role_line(ax, num_samples, values, role, label)
        ax.get_lines()[-1].set_marker(marker)
        name_line(ax, label or NAMES[name])
    ax.set_xscale("log")
    ax.set_yscale("log")
    ax.set_xticks([10, 20, 50, 100], ["10", "20", "50", "100"])
    ax.set_yticks([0.05, 0.1, 0.2, 0.5], ["0.05", "0.1", "0.2", "0.5"])
    ax.minorticks_off()
    ax.set_xlabel("number of draws N")
    ax.set_ylabel("root mean squared error (nats)")
    return ax


def gaussians(ax: Axes, kl: ArrayLike, std: Mapping[str, ArrayLike], crossover: float) -> Axes:
    """Draw the relative standard deviation of one draw against the true KL of two Gaussians."""
    for role, values in std.items():
        role_line(ax, kl, values, role)
        name_line(ax, NAMES[role], *_GAUSSIANS.get(role, ()))
    mark(ax, crossover, f"k3 = k1\nat {crossover:.3f} nats")
    ax.set_xscale("log")
    ax.set_yscale("log")
    ax.set_xlabel(r"KL$(\pi\,\|\,\pi_\mathrm{ref})$ (nats)")
    ax.set_ylabel("std of one draw / KL")
    return ax


def gradients(ax: Axes, responses: Sequence[str], rows: Mapping[str, ArrayLike]) -> Axes:
    """Draw the expected gradient of each estimator used as a loss, with ∇KL itself."""
    names = {"policy": r"$\nabla$KL$(\pi\,\|\,\pi_\mathrm{ref})$"}
    bars(ax, list(responses), dict(rows), {role: names.get(role, f"E ∇{role}") for role in rows})
    zero = [f"E ∇{role} = 0" for role, row in rows.items() if not np.abs(row).max() > 1e-9]
    if zero:
        ax.text(0.99, 0.04, ", ".join(zero), transform=ax.transAxes, ha="right")
    ax.set_ylabel("gradient in the logit (nats)")
    key_above(ax)
    return ax


def token_losses(
    ax: Axes,
    rows: Sequence[str],
    divergences: Mapping[str, ArrayLike],
    losses: Mapping[str, ArrayLike],
) -> Axes:
    """Draw the gradient in one logit of each row: of divergences a line, of losses a marker.

    `divergences` are named by role; `losses` by estimator and scope, "k2 per token". What is per
    token is hollow.
    """
    x = np.arange(len(rows))
    names: Any = {
        "policy": (r"$\nabla$KL$(\pi\,\|\,\pi_\mathrm{ref})$", (0, 5)),
        "reference": (r"$\nabla$KL$(\pi_\mathrm{ref}\,\|\,\pi)$", (0, -7)),
    }
    for role, values in divergences.items():
        ax.hlines(values, x - 0.42, x + 0.42, LIGHT[role], DIVERGENCES[role], linewidth=2)
        beside(ax, names[role][0], (x[1], np.asarray(values)[1]), names[role][1], LIGHT[role])
    for i, (name, values) in enumerate(losses.items()):
        role, scope = name.split(" ", 1)
        ax.plot(
            x + 0.2 * (i - (len(losses) - 1) / 2),
            values,
            marker={"k2": "s", "k3": "^"}[role],
            color=LIGHT[role],
            markerfacecolor=LIGHT["paper" if scope == "per token" else role],
            markeredgewidth=1.8,
            markersize=8,
            label=name,
            linestyle="none",
        )
        name_line(ax, name, 0.0, _MARKERS[name])
    ax.margins(y=0.09)
    ax.axhline(0, color=LIGHT["muted"], linewidth=1)
    ax.set_xticks(x, list(rows))
    ax.grid(axis="x", visible=False)
    ax.set_ylabel("gradient, first logit of the row (nats)")
    return ax


def off_policy(ax: Axes, weight: ArrayLike, bias: Mapping[str, ArrayLike]) -> Axes:
    """Draw the bias of each estimator as the sampler moves away from the policy."""
    for role, values in bias.items():
        role_line(ax, weight, values, role)
        name_line(ax, NAMES[role])
    ax.axhline(0, color=LIGHT["muted"], linewidth=1)
    ax.set_xlabel("sampler: from the policy (0) to the reference (1)")
    ax.set_ylabel("bias (nats)")
    return ax
