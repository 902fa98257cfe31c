"""The still picture of what was never compared. The maths is computed by the caller."""

from collections.abc import Sequence

from toy.exact.validation import Array
from toy.figures.stills import as_svg, blank, name_highest
from toy.figures.style import LIGHT, beside, mark


def draw(responses: Sequence[str], times: Array, shares: Array, time: float, truth: float) -> str:
    """Draw the rejected response, the chosen one and all others together over time."""
    rejected, *others, chosen = responses
    with blank(7.0, 3.4) as figure:
        ax = figure.subplots()
        for name, share, role, dash in (
            (f"{rejected}, rejected", shares[:, 0], "wrong", "--"),
            (f"{' or '.join(others)},\nnever compared", shares[:, 1:-1].sum(axis=1), "k2", ":"),
            (f"{chosen}, chosen", shares[:, -1], "k3", "-"),
        ):
            ax.plot(times, share, dash, color=LIGHT[role], label=name)
            name_highest(ax, name)
        ax.axhline(truth, color=LIGHT["best"], linewidth=1)
        beside(ax, f"at most\n{truth:.3f}", (times[-1], truth), (6, 0), LIGHT["best"])
        mark(ax, time, f"t = {time:g}")
        ax.set(xscale="log", xlim=times[[0, -1]], ylim=(0, 1.12))
        ax.set(xlabel="training time t = step size × steps", ylabel="probability")
        return as_svg(figure)
