"""The still picture of logits times a number. The maths is computed by the caller."""

from collections.abc import Sequence

from toy.exact.validation import Array
from toy.figures.stills import as_svg, blank, ribbons
from toy.figures.style import LIGHT


def draw(
    responses: Sequence[str], best: Array, curves: tuple[Array, Array], scale: float, truth: float
) -> str:
    """Draw the shares of the responses, one above the other, the likeliest at the foot."""
    scales, shares = curves
    with blank(7.0, 3.4) as figure:
        ax = ribbons(figure.subplots(), responses, best, scales, 100 * shares)
        ax.axvline(scale, color=LIGHT["ink"], linewidth=1)
        ax.plot(scales[-1], truth, "D", color=LIGHT["best"], clip_on=False)
        ax.annotate(f"{truth:.3g} ", (scales[-1], truth), va="bottom", ha="right")
        ax.set(xlabel="what the logits are multiplied by", ylabel="times in 100")
        return as_svg(figure)
