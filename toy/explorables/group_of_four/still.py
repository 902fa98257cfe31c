"""The still picture of a group of four. The maths is computed by the caller."""

import numpy as np

from toy.exact.validation import Array
from toy.figures.stills import as_svg, blank
from toy.figures.style import bars, key_above


def draw(centred: Array, normalised: Array, right: int) -> str:
    """Draw the advantages of each draw, less the mean alone and divided too."""
    size = len(centred)
    labels = ["right" if i >= size - right else "wrong" for i in range(size)]
    with blank(7.0, 3.4) as figure:
        ax = figure.subplots()
        names = {"reference": "less the mean", "policy": "and divided"}
        bars(ax, labels, {"reference": centred, "policy": normalised}, names)
        for container in ax.containers:
            ax.bar_label(container, fmt="%.3g", fontsize=9, padding=2)  # type: ignore[arg-type]
        key_above(ax)
        ax.set(ylim=(-2, 2), yticks=np.arange(-2, 3), ylabel="weight of the draw's score")
        return as_svg(figure)
