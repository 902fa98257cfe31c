"""The still picture of the chosen response that falls. The maths is computed by the caller."""

from collections.abc import Sequence

from toy.exact.validation import Array
from toy.figures.stills import as_svg, blank, halfway
from toy.figures.style import LIGHT, mark, name_line


def draw(responses: Sequence[str], times: Array, shares: Array, time: float, truth: float) -> str:
    """Draw the probability of each of the three over time, and where the chosen one ends."""
    notes = ("never compared", "chosen", "rejected")
    looks = (("k2", ":", (-8, 4)), ("k3", "-", (6, 4)), ("wrong", "--", (-8, -5)))
    with blank(7.0, 3.4) as figure:
        ax = figure.subplots()
        named = zip(responses, notes, shares.T, looks, strict=True)
        for name, note, share, (role, dash, side) in named:
            ax.plot(times, share, dash, color=LIGHT[role], label=f"{name}, {note}")
            name_line(ax, f"{name}, {note}", halfway(share), side)
        ax.plot(times[-1], truth, "D", color=LIGHT["best"], clip_on=False)
        mark(ax, time, f"t = {time:g}")
        ax.set(xscale="log", xlim=times[[0, -1]], ylim=(0, 1))
        ax.set(xlabel="training time t = step size × steps", ylabel="probability")
        return as_svg(figure)
