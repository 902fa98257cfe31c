"""The still picture of the scatter over the baseline. The maths is computed by the caller."""

from collections.abc import Mapping

from toy.exact.validation import Array
from toy.figures.stills import as_svg, blank
from toy.figures.style import LIGHT


def draw(baselines: Array, variances: Array, places: Mapping[str, float], baseline: float) -> str:
    """Draw the total variance over the baseline, and name places on it."""
    with blank(7.0, 3.4) as figure:
        ax = figure.subplots()
        ax.plot(baselines, variances, color=LIGHT["policy"])
        ax.axvline(baseline, color=LIGHT["ink"], linewidth=1)
        for row, (name, place) in enumerate(places.items()):
            ax.axvline(place, color=LIGHT["muted"], linewidth=1, linestyle=(0, (2, 2)))
            ax.annotate(
                name,
                (place, 1),
                (4, -12 - 13 * row),
                xycoords=("data", "axes fraction"),
                textcoords="offset points",
            )
        ax.set(xlim=baselines[[0, -1]], ylim=(0, None))
        ax.set(xlabel="baseline b, units of reward", ylabel="total variance of one draw")
        return as_svg(figure)
