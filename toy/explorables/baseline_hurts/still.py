"""The still picture of the scatter over the baseline. The maths is computed by the caller."""

from collections.abc import Mapping
from typing import Any

from toy.exact.validation import Array
from toy.figures.stills import as_svg, blank
from toy.figures.style import LIGHT


def draw(
    baselines: Array,
    variances: Array,
    places: Mapping[str, float],
    baseline: float,
    rug: Mapping[str, tuple[float, float]],
) -> str:
    """Draw the total variance over the baseline, name places on it, and below it the rewards.

    Of each response the rug has its reward and its probability.
    """
    with blank(7.0, 3.9) as figure:
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
        for row, (name, (reward, share)) in enumerate(sorted(rug.items(), key=lambda one: one[1])):
            under: dict[str, Any] = {"transform": ax.get_xaxis_transform(), "clip_on": False}
            size = 2 + 9 * share**0.5
            ax.plot(reward, -0.14, "o", color=LIGHT["reference"], markersize=size, **under)
            words = f"{name} {100 * share:.3g} %"
            ax.text(reward, -0.21 - 0.075 * (row % 2), words, ha="center", va="center", **under)
        ax.set_xlabel("baseline b and rewards, units of reward", labelpad=46)
        ax.set(ylabel="total variance of one draw")
        return as_svg(figure)
