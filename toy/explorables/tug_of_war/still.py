"""The still picture of the tug of war. The maths is computed by the caller."""

from toy.exact.validation import Array
from toy.figures.stills import as_svg, blank
from toy.figures.style import LIGHT, mark


def draw(margins: Array, pulls: tuple[Array, Array], now: float, truth: float) -> str:
    """Draw how hard each side pulls at every margin, and where both pull alike."""
    with blank(7.0, 3.4) as figure:
        ax = figure.subplots()
        for pull, role, name in zip(pulls, ("policy", "reference"), ("A", "B"), strict=True):
            ax.plot(margins, pull, "-" if name == "A" else "--", color=LIGHT[role])
            end = 0 if name == "A" else -1
            ax.annotate(
                f"labels for {name}",
                (margins[end], pull[end]),
                (0, -12),
                textcoords="offset points",
                ha="left" if name == "A" else "right",
                va="top",
            )
        ax.axvline(now, color=LIGHT["ink"], linewidth=1)
        ax.axvline(truth, color=LIGHT["best"], linewidth=1.5)
        mark(ax, truth, f"at rest: Δ = {truth:.3f}")
        ax.set(xlim=margins[[0, -1]], ylim=(0, None))
        ax.set(xlabel="margin Δ = r(A) − r(B)", ylabel="pull, labels")
        return as_svg(figure)
