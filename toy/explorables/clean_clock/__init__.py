"""Clean labels and the clock: a margin that nothing holds grows like the logarithm of time."""

import numpy as np

from toy.exact.reward_loss import margin_after, optimal_margin
from toy.explorables.clean_clock.still import draw
from toy.explorables.scene import Scene, say
from toy.explorables.traits import Number

#: The times that are drawn, and the one at which the question is asked.
TIMES = (1.0, 10_000.0)
NOW = TIMES[1] / 10


class CleanClock(Scene):
    """Train on one pair for ten times as long, and see where its margin stands then."""

    time = Number(NOW, "t, step size × steps of descent from margin 0", low=TIMES[0], high=TIMES[1])
    flipped = Number(0.0, "the share of labels that are flipped", low=0.0, high=0.5)

    def question(self) -> str:
        """Return the question: where ten times the training takes the margin."""
        labels = f"{say(1000 * self.flipped)} of 1,000 labels flipped"
        return (
            f"With {labels if self.flipped else 'clean labels'} the margin is {say(self._at(NOW))} "
            f"at t\u00a0=\u00a0{say(NOW)}. Where is it after ten times the training?"
        )

    def truth(self) -> float:
        """Return the margin at the end of time."""
        return self._at(TIMES[1])

    def why(self) -> str:
        """Return what drives the margin on, or where it is held."""
        if self.flipped == 0:
            return (
                "The push of clean labels fades as the margin grows, but never ends: ten times the "
                f"time adds log 10 = {say(np.log(10))}, from {say(self._at(NOW))} to "
                f"{say(self.truth())}."
            )
        return (
            "Flipped labels pull back just as hard at logit p = "
            f"{say(float(optimal_margin(1 - self.flipped)))}, which the margin never passes: from "
            f"{say(self._at(NOW))} it has come to {say(self.truth())}."
        )

    def still(self) -> str:
        """Draw the margin over time, with clean labels and as they are, and the answer."""
        times = np.geomspace(*TIMES, 121)
        curves = {
            share: margin_after(times, 1 - share) for share in dict.fromkeys((0.0, self.flipped))
        }
        return draw(times, curves, self.time, self.truth())

    def _at(self, time: float) -> float:
        return float(margin_after(time, 1 - self.flipped))
