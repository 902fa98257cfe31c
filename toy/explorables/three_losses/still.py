"""The still picture of where a loss leads. The maths is computed by the caller."""

import numpy as np

from toy.exact.validation import Array
from toy.figures.stills import as_svg, blank
from toy.figures.style import LIGHT, name_line, role_line


def draw(loss: str, shares: Array, time: int, rests: tuple[float, float], name: str) -> str:
    """Draw the share of a response over the steps, the optimum's, and where it comes to rest."""
    optimum, rest = rests
    with blank(7.0, 3.4) as figure:
        ax = figure.subplots()
        role_line(ax, np.arange(1, shares.size + 1), shares, loss, f"{loss} as loss")
        ax.axhline(optimum, color=LIGHT["best"], linewidth=1, linestyle=(0, (2, 2)))
        ax.annotate("optimum", (1, optimum), (4, 3), textcoords="offset points")
        ax.axvline(time, color=LIGHT["ink"], linewidth=1)
        ax.plot(shares.size, rest, "D", color=LIGHT["best"], clip_on=False)
        name_line(ax, f"{loss} as loss", shift=(-6, -6))
        top = 1.15 * max(rest, optimum, shares.max())
        ax.set(xscale="log", xlim=(1, shares.size), ylim=(0, top))
        ax.set(xlabel="steps of descent", ylabel=f"share of {name}")
        return as_svg(figure)
