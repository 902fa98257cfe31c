"""Still pictures of the explorables: what print, e-books and pages without scripts show instead.

Each explorable has a function here that lays its panels out and returns SVG, the same byte for byte
from the same numbers; each panel is a function of its own that draws on `ax` and returns it.
"""

from collections.abc import Mapping, Sequence
from io import StringIO
from typing import Any

import matplotlib as mpl
import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from numpy.typing import ArrayLike

from toy.exact.kl_estimators import Moments
from toy.figures.style import LIGHT, NAMES, mark, role_line
from toy.figures.style import SETTINGS as SETTINGS

Law = tuple[ArrayLike, ArrayLike]

_LABELS = {
    "policy": "policy π",
    "path": "π_w",
    "sampler": "sampler μ",
    "reference": "reference π_ref",
}
_FILLS: dict[str, dict[str, Any]] = {
    "policy": {"color": LIGHT["policy"]},
    "path": {"color": LIGHT["ink"]},
    "sampler": {"color": LIGHT["ink"]},
    "reference": {"facecolor": LIGHT["paper"], "edgecolor": LIGHT["reference"], "hatch": "////"},
}
_NUM_BINS = 90


def kl_directions(
    responses: Sequence[str],
    policies: Mapping[str, ArrayLike],
    shares: Mapping[str, ArrayLike],
) -> str:
    """Draw the probabilities beside both divergences, cut into each response's share (nats)."""
    with mpl.rc_context(SETTINGS):
        figure = Figure(figsize=(7.4, 2.9))
        left, right = figure.subplots(1, 2)
        probability_bars(left, responses, policies)
        stacked_shares(right, responses, shares)
        return as_svg(figure)


def kl_estimators(
    responses: Sequence[str],
    policies: Mapping[str, ArrayLike],
    laws: Mapping[str, Law],
    moments: Mapping[str, Moments],
    num_samples: int,
    listed: int,
) -> str:
    """Draw the probabilities, the law of each mean of `listed` samples, and the error against N."""
    with mpl.rc_context(SETTINGS):
        figure = Figure(figsize=(7.4, 6.0))
        panels = figure.subplot_mosaic("pl;el", height_ratios=(1, 1.05))
        probability_bars(panels["p"], responses, policies)
        error_curves(panels["e"], moments, num_samples)
        law_rows(panels["l"], laws, moments, listed)
        return as_svg(figure)


def kl_path(
    responses: Sequence[str],
    policies: Mapping[str, ArrayLike],
    weights: ArrayLike,
    moments: Mapping[str, Moments],
    divergences: ArrayLike,
    weight: float,
    crossover: float | None,
) -> str:
    """Draw the probabilities, and bias and spread along the path with the crossover."""
    with mpl.rc_context(SETTINGS):
        figure = Figure(figsize=(7.4, 4.6))
        panels = figure.subplot_mosaic("pb;ps", height_ratios=(1, 1.5))
        probability_bars(panels["p"], responses, policies)
        panels["b"].sharex(panels["s"])
        path_panels(panels["b"], panels["s"], weights, moments, divergences, weight)
        if crossover is not None:
            mark(panels["s"], crossover, "")
            place: dict[str, Any] = {
                "xy": (crossover, 0.04),
                "xycoords": panels["s"].get_xaxis_transform(),
            }
            panels["s"].annotate(f"k3 = k1 at w = {crossover:.3f} ", **place, ha="right")
        return as_svg(figure)


def probability_bars(ax: Axes, responses: Sequence[str], policies: Mapping[str, ArrayLike]) -> Axes:
    """Draw a group of horizontal bars for each response, one for each policy."""
    thickness = 0.76 / len(policies)
    for i, (role, policy) in enumerate(policies.items()):
        places = np.arange(len(responses)) + (i - (len(policies) - 1) / 2) * thickness
        drawn = ax.barh(places, policy, thickness * 0.86, label=_LABELS[role], **_FILLS[role])
        ax.bar_label(drawn, fmt="%.2f", padding=3, fontsize=9)
    ax.set_yticks(np.arange(len(responses)), responses)
    ax.invert_yaxis()
    ax.grid(axis="y", visible=False)
    ax.set_xlim(0, 1.1)
    ax.set_xlabel("probability")
    above: dict[str, Any] = {
        "loc": "lower left",
        "bbox_to_anchor": (-0.02, 0.99),
        "ncols": len(policies),
    }
    ax.legend(fontsize=9.5, handlelength=1.4, columnspacing=1.2, **above)
    return ax


def stacked_shares(ax: Axes, responses: Sequence[str], shares: Mapping[str, ArrayLike]) -> Axes:
    """Draw each divergence as a bar made of the responses' shares; the sampler names the row."""
    names = {"policy": "KL(π ‖ π_ref)", "reference": "KL(π_ref ‖ π)"}
    for row, (role, parts) in enumerate(shares.items()):
        ends = np.cumsum(parts)
        for i, (end, part) in enumerate(zip(ends, np.asarray(parts), strict=True)):
            ax.barh(row, part, 0.5, end - part, color=LIGHT[role], alpha=0.5 - 0.14 * i)
            ax.plot([end - part] * 2, [row - 0.25, row + 0.25], color=LIGHT[role])
            if part > 0.25 * ends[-1]:
                ax.text(end - part + 0.02 * ends[-1], row, responses[i], va="center", fontsize=9)
        ax.text(0, row - 0.34, f"{names[role]} = {ends[-1]:.3f} nats", va="bottom")
    ax.set_yticks([])
    ax.set_ylim(1.5, -0.75)
    ax.set_xlabel("share of each response (nats)")
    return ax


def law_rows(
    ax: Axes, laws: Mapping[str, Law], moments: Mapping[str, Moments], num_samples: int
) -> Axes:
    """Draw the law of each estimate in a row, scaled to its highest bin, and the true KL."""
    reach = {name: 4 * np.sqrt(moments[name].variance / num_samples) for name in laws}
    low = min(max(np.min(v), moments[n].mean - reach[n]) for n, (v, _) in laws.items())
    high = max(min(np.max(v), moments[n].mean + reach[n]) for n, (v, _) in laws.items())
    edges = np.linspace(low, max(high, low + 1e-9), _NUM_BINS + 1)
    for row, (name, (values, probabilities)) in enumerate(laws.items()):
        bins, _ = np.histogram(values, edges, weights=probabilities)
        base = len(laws) - 1 - row
        tops = base + 0.8 * bins / max(bins.max(), 1e-300)
        ax.stairs(tops, edges, baseline=base, fill=True, color=LIGHT[name], alpha=0.75)
        ax.plot(moments[name].mean, base, marker=6, color=LIGHT[name], clip_on=False)
        ax.text(
            1,
            base + 0.8,
            NAMES[name],
            color=LIGHT[name],
            transform=ax.get_yaxis_transform(),
            ha="right",
            va="top",
            fontweight="bold",
        )
    truth = float(moments["k1"].mean - moments["k1"].bias)
    mark(ax, truth, f"true KL {truth:.3f}")
    ax.set_yticks([])
    ax.grid(axis="y", visible=False)
    ax.set_ylim(-0.1, len(laws) + 0.1)
    ax.set_xlabel(f"estimate from N = {num_samples} samples (nats)")
    return ax


def error_curves(ax: Axes, moments: Mapping[str, Moments], num_samples: int) -> Axes:
    """Draw each root mean squared error against N, and mark the current N."""
    sizes = np.unique(np.geomspace(1, 10_000, 61).round().astype(int))
    for name, moment in moments.items():
        # A logarithmic axis has no zero: equal policies leave every estimator without error.
        role_line(ax, sizes, np.maximum(np.sqrt(moment.mse(sizes)), 1e-12), name)
    ax.set(xscale="log", yscale="log", xlabel="samples N", ylabel="root mean squared error (nats)")
    mark(ax, num_samples, f"N = {num_samples}")
    ax.legend(loc="lower left")
    return ax


def path_panels(
    bias: Axes,
    spread: Axes,
    weights: ArrayLike,
    moments: Mapping[str, Moments],
    divergences: ArrayLike,
    weight: float,
) -> Sequence[Axes]:
    """Draw bias relative to the KL, and the spread of one draw, along the path."""
    for name, moment in moments.items():
        role_line(bias, weights, moment.bias / np.asarray(divergences), name)
        role_line(spread, weights, moment.std, name)
    bias.set_ylabel("bias / KL")
    spread.set_ylabel("std of one draw (nats)")
    spread.set_xlabel("weight w: 0 is the reference, 1 the policy")
    # k3 soon leaves the picture; the others decide how high it is.
    spread.set_ylim(0, 1.1 * max(moment.std.max() for n, moment in moments.items() if n != "k3"))
    for ax in (bias, spread):
        ax.axvline(weight, color=LIGHT["ink"], linewidth=1)
    bias.legend(ncols=2)
    bias.tick_params(labelbottom=False)
    return bias, spread


def as_svg(figure: Figure) -> str:
    """Return the figure as an `<svg>` element."""
    text = StringIO()
    figure.savefig(text, format="svg", metadata={"Date": None})
    return text.getvalue()[text.getvalue().index("<svg") :]
