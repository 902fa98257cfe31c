"""The still picture of the path's biases and spreads. The maths is computed by the caller."""

from collections.abc import Mapping, Sequence

import numpy as np
from numpy.typing import ArrayLike

from toy.exact.kl_estimators import Moments
from toy.figures.stills import Axes, as_svg, blank, probability_bars
from toy.figures.style import LIGHT, beside, key_above, mark, role_line


def draw(
    responses: Sequence[str],
    policies: Mapping[str, ArrayLike],
    weights: ArrayLike,
    moments: Mapping[str, Moments],
    divergences: ArrayLike,
    weight: float,
    crossover: float | None,
) -> str:
    """Draw the probabilities, and bias and spread along the path with the crossover."""
    with blank(7.4, 4.6) as figure:
        panels = figure.subplot_mosaic("pb;ps", height_ratios=(1, 1.5))
        probability_bars(panels["p"], responses, policies)
        panels["b"].sharex(panels["s"])
        path_panels(panels["b"], panels["s"], weights, moments, divergences, weight)
        if crossover is not None:
            mark(panels["s"], crossover, "")
            mark(panels["b"], crossover, "")
            middle = sum(panels["b"].get_ylim()) / 2
            beside(panels["b"], f"k3 = k1\nat w = {crossover:.3f}", (crossover, middle), (4, 0))
        return as_svg(figure)


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
    spread.set_xlabel("w: 0 is the reference, 1 the policy")
    # k3 soon leaves the picture; the others decide how high it is.
    spread.set_ylim(0, 1.1 * max(moment.std.max() for n, moment in moments.items() if n != "k3"))
    for ax in (bias, spread):
        ax.axvline(weight, color=LIGHT["ink"], linewidth=1)
    key_above(bias)
    bias.tick_params(labelbottom=False)
    return bias, spread
