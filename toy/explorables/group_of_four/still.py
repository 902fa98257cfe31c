"""The still picture of a group of four. The maths is computed by the caller."""

from collections.abc import Mapping

import numpy as np

from toy.exact.validation import Array
from toy.explorables.scene import say
from toy.figures.stills import as_svg, blank
from toy.figures.style import bars


def draw(undivided: Mapping[float, Array], divided: Mapping[float, Array], right: int) -> str:
    """Draw the weights of each draw, by what a right one earns: less the mean, and divided too."""
    with blank(7.0, 3.4) as figure:
        axes = figure.subplots(1, 2, sharey=True)
        titles = ("reward − mean", "÷ standard deviation")
        for ax, title, weights in zip(axes, titles, (undivided, divided), strict=True):
            (mine, its), size = weights.values(), 4
            labels = ["right" if i >= size - right else "wrong" for i in range(size)]
            names = dict(zip(("policy", "reference"), map(_earns, weights), strict=True))
            bars(ax, labels, {"policy": mine, "reference": its}, names)
            for container in ax.containers:
                number = say(container.datavalues[-1])
                ax.bar_label(container, [*[""] * (size - 1), number], fontsize=7.5, padding=1)
            ax.set(ylim=(-2, 2), yticks=np.arange(-2, 3), xlabel=title)
        axes[0].set_ylabel("weight of a draw")
        axes[0].legend(loc="upper left")
        return as_svg(figure)


def _earns(gain: float) -> str:
    return f"earns {say(gain)}"
