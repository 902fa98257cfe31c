"""The still picture of votes and a policy. The maths is computed by the caller."""

from typing import Any

from toy.exact.validation import Array
from toy.figures.stills import as_svg, blank
from toy.figures.style import LIGHT, mark


def draw(shares: Array, loss: Array, policy: float, truth: float | None, odds: str) -> str:
    """Draw the loss over the policy, where the policy is, and where the loss is least."""
    with blank(7.0, 3.4) as figure:
        ax = figure.subplots()
        ax.plot(shares, loss, color=LIGHT["policy"])
        mark(ax, policy, f"π = {policy:g}")
        if truth is not None:
            ax.axvline(truth, color=LIGHT["best"], linewidth=1)
            side: dict[str, Any] = {"ha": "right" if truth > 0.6 else "left"}
            words = f" least at {truth:.3g} \n odds {odds} "
            ax.annotate(words, (truth, 1.15), color=LIGHT["best"], **side)
        ax.set(xlim=(0, 1), ylim=(0.4, 1.3))
        ax.set(xlabel="probability of answer A", ylabel="DPO's loss, nats per vote")
        return as_svg(figure)
