"""The still picture of the estimators' laws and errors. The maths is computed by the caller."""

from collections.abc import Mapping, Sequence

import numpy as np
from numpy.typing import ArrayLike

from toy.exact.kl_estimators import Moments
from toy.figures.stills import Axes, as_svg, blank, probability_bars
from toy.figures.style import LIGHT, NAMES, key_above, mark, role_line

Law = tuple[ArrayLike, ArrayLike]

_NUM_BINS = 90


def draw(
    responses: Sequence[str],
    policies: Mapping[str, ArrayLike],
    laws: Mapping[str, Law],
    moments: Mapping[str, Moments],
    num_samples: int,
    listed: int,
) -> str:
    """Draw the probabilities, the law of each mean of `listed` samples, and the error against N."""
    with blank(7.4, 6.0) as figure:
        panels = figure.subplot_mosaic("pl;el", height_ratios=(1, 1.05))
        probability_bars(panels["p"], responses, policies)
        error_curves(panels["e"], moments, num_samples)
        law_rows(panels["l"], laws, moments, listed)
        return as_svg(figure)


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
    key_above(ax)
    return ax
