"""Figures of the chapter "KL estimators". Nats throughout; the maths is computed by the caller."""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from matplotlib.axes import Axes
from numpy.typing import ArrayLike

from toy.exact.kl_estimators import Moments
from toy.figures.style import LIGHT, NAMES, bars, mark, role_line

#: The dash of a divergence, by what its samples come from.
DIVERGENCES = {"policy": (0.0, ()), "reference": (0.0, (5.0, 1.6))}


def name_lines(ax: Axes, x: ArrayLike, values: Mapping[str, ArrayLike], end: int) -> None:
    """Write each line's name beside its left end, 0, or its right end, −1, in its colour."""
    side, align = (-6, "right") if end == 0 else (6, "left")
    for role, value in values.items():
        there = np.asarray(x)[end], np.asarray(value)[end]
        looks: dict[str, Any] = {"ha": align, "va": "center", "color": LIGHT[role]}
        ax.annotate(NAMES[role], there, (side, 0), textcoords="offset points", **looks)
    ax.margins(x=0.09)


def contributions(ax: Axes, responses: Sequence[str], terms: Mapping[str, ArrayLike]) -> Axes:
    """Draw what each response adds to the sum, for each estimator in `terms` (by role)."""
    bars(ax, list(responses), dict(terms), {role: f"π · {role}" for role in terms})
    ax.set_ylabel("share of the sum (nats)")
    ax.legend()
    return ax


def curves(ax: Axes, log_ratio: ArrayLike, values: Mapping[str, ArrayLike]) -> Axes:
    """Draw each estimator as a function of the log-ratio of the sampled response."""
    for role, value in values.items():
        role_line(ax, log_ratio, value, role)
    name_lines(ax, log_ratio, values, end=0)
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
    mark(spread, crossover, "k3 = k1")
    mark(bias, crossover, "")
    bias.set_ylabel("bias (nats)")
    spread.set_ylabel("std of one draw (nats)")
    spread.set_xlabel("w: from the reference (0) to the policy (1)")
    bias.legend(ncols=len(moments))
    return panels


def coefficient_family(
    ax: Axes, coefficient: ArrayLike, std: Mapping[str, ArrayLike], best: Mapping[str, float]
) -> Axes:
    """Draw the standard deviation of k1 + λ(e^(−d) − 1) against λ, for each named world."""
    for (name, values), role in zip(std.items(), ("policy", "best"), strict=True):
        role_line(ax, coefficient, values, role, f"{name}: best λ = {best[name]:.2f}")
        lowest = np.interp(best[name], np.asarray(coefficient), np.asarray(values))
        ax.plot(best[name], lowest, "o", color=LIGHT[role], markersize=8)
    ax.set_xticks([0, 0.5, 1], ["0\nk1", "½", "1\nk3"])
    ax.set_xlabel("coefficient λ")
    ax.set_ylabel("std of one draw / std of k1")
    ax.set_ylim(bottom=0)
    ax.legend()
    return ax


def estimated_coefficient(ax: Axes, num_samples: ArrayLike, rmse: Mapping[str, ArrayLike]) -> Axes:
    """Draw the error of N-sample means against N: fixed coefficients, and estimated ones."""
    estimated = {"same": ("policy", "o", "λ̂, same draws"), "cross": ("ink", "s", "λ̂, other half")}
    for name, values in rmse.items():
        role, marker, label = estimated.get(name, (name, "", None))
        role_line(ax, num_samples, values, role, label)
        ax.get_lines()[-1].set_marker(marker)
    ax.set_xscale("log")
    ax.set_yscale("log")
    ax.set_xticks([10, 20, 50, 100], ["10", "20", "50", "100"])
    ax.set_yticks([0.05, 0.1, 0.2, 0.5], ["0.05", "0.1", "0.2", "0.5"])
    ax.minorticks_off()
    ax.set_xlabel("number of draws N")
    ax.set_ylabel("root mean squared error (nats)")
    ax.legend(ncols=3, loc="lower left", bbox_to_anchor=(0.0, 1.0))
    return ax


def gaussians(ax: Axes, kl: ArrayLike, std: Mapping[str, ArrayLike], crossover: float) -> Axes:
    """Draw the relative standard deviation of one draw against the true KL of two Gaussians."""
    for role, values in std.items():
        role_line(ax, kl, values, role)
    mark(ax, crossover, f"k3 = k1\nat {crossover:.3f} nats")
    ax.set_xscale("log")
    ax.set_yscale("log")
    ax.set_xlabel(r"KL$(\pi\,\|\,\pi_\mathrm{ref})$ (nats)")
    ax.set_ylabel("std of one draw / KL")
    ax.legend(loc="lower left", bbox_to_anchor=(0.0, 0.3))
    return ax


def gradients(ax: Axes, responses: Sequence[str], rows: Mapping[str, ArrayLike]) -> Axes:
    """Draw the expected gradient of each estimator used as a loss, with ∇KL itself."""
    names = {"policy": r"$\nabla$KL$(\pi\,\|\,\pi_\mathrm{ref})$"}
    bars(ax, list(responses), dict(rows), {role: names.get(role, f"E ∇{role}") for role in rows})
    zero = [f"E ∇{role} = 0" for role, row in rows.items() if not np.abs(row).max() > 1e-9]
    if zero:
        ax.text(0.99, 0.04, ", ".join(zero), transform=ax.transAxes, ha="right")
    ax.set_ylabel("gradient in the logit (nats)")
    ax.legend()
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
    names = {
        "policy": r"$\nabla$KL$(\pi\,\|\,\pi_\mathrm{ref})$",
        "reference": r"$\nabla$KL$(\pi_\mathrm{ref}\,\|\,\pi)$",
    }
    for role, values in divergences.items():
        ax.hlines(
            values,
            x - 0.42,
            x + 0.42,
            LIGHT[role],
            DIVERGENCES[role],
            linewidth=2,
            label=names[role],
        )
    for i, (name, values) in enumerate(losses.items()):
        role, scope = name.split(" ", 1)
        ax.plot(
            x + 0.2 * (i - (len(losses) - 1) / 2),
            values,
            {"k2": "s", "k3": "^"}[role],
            color=LIGHT[role],
            markerfacecolor=LIGHT["paper" if scope == "per token" else role],
            markeredgewidth=1.8,
            markersize=8,
            label=name,
        )
    ax.axhline(0, color=LIGHT["muted"], linewidth=1)
    ax.set_xticks(x, list(rows))
    ax.grid(axis="x", visible=False)
    ax.set_ylabel("gradient, first logit of the row (nats)")
    ax.legend(ncols=3, fontsize=9, columnspacing=1, loc="lower right", bbox_to_anchor=(1.02, 1))
    return ax


def off_policy(ax: Axes, weight: ArrayLike, bias: Mapping[str, ArrayLike]) -> Axes:
    """Draw the bias of each estimator as the sampler moves away from the policy."""
    for role, values in bias.items():
        role_line(ax, weight, values, role)
    name_lines(ax, weight, bias, end=-1)
    ax.axhline(0, color=LIGHT["muted"], linewidth=1)
    ax.set_xlabel("sampler: from the policy (0) to the reference (1)")
    ax.set_ylabel("bias (nats)")
    return ax
