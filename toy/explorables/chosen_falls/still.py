"""The still picture of the chosen response that falls. The maths is computed by the caller."""

from collections.abc import Sequence

from toy.exact.validation import Array
from toy.figures.stills import as_svg, blank
from toy.figures.style import LIGHT, mark


def draw(responses: Sequence[str], times: Array, shares: Array, time: float, truth: float) -> str:
    """Draw the probability of each of the three over time, and where the chosen one ends."""
    notes = ("never compared", "chosen", "rejected")
    looks = (("k2", ":"), ("k3", "-"), ("wrong", "--"))
    with blank(7.0, 3.4) as figure:
        ax = figure.subplots()
        for name, note, share, (role, dash) in zip(responses, notes, shares.T, looks, strict=True):
            ax.plot(times, share, dash, color=LIGHT[role], label=f"{name}, {note}")
        ax.plot(times[-1], truth, "D", color=LIGHT["best"], clip_on=False)
        mark(ax, time, f"t = {time:g}")
        ax.set(xscale="log", xlim=times[[0, -1]], ylim=(0, 1))
        ax.set(xlabel="training time t = step size × steps", ylabel="probability")
        ax.legend(fontsize=9)
        return as_svg(figure)
