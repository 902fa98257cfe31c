"""The still picture of what draws of k1 and k3 say. The maths is computed by the caller."""

from collections.abc import Mapping

import numpy as np

from toy.exact.validation import Array
from toy.figures.stills import as_svg, blank
from toy.figures.style import LIGHT, mark


def draw(
    laws: Mapping[str, tuple[Array, Array]], span: tuple[float, float], truth: float | None
) -> str:
    """Draw the laws of averages, (estimates, chances), k3's upwards and k1's downwards."""
    with blank(7.0, 3.4) as figure:
        ax = figure.subplots()
        edges = np.linspace(*span, 91)
        for name, up in {"k3": 1, "k1": -1}.items():
            estimates, chances = laws[name]
            heights, _ = np.histogram(estimates, edges, weights=chances)
            ax.bar(edges[:-1], up * heights, np.diff(edges), align="edge", color=LIGHT[name])
            ax.annotate(name, (span[0], up * 0.3), color=LIGHT[name])
        ax.axhline(0, color=LIGHT["muted"], linewidth=1)
        if truth is not None:
            mark(ax, truth, f"both means: {truth:.3f}")
        ax.set(xlim=span, xlabel="what is said, nats", ylabel="how often", yticks=[])
        return as_svg(figure)
