"""One pair of responses: the reward loss of its margin, and where training takes it."""

import numpy as np

from toy.exact.distributions import entropy
from toy.exact.reward_loss import (
    margin_after,
    optimal_margin,
    reward_loss,
    reward_loss_gradient,
    win_probability,
)
from toy.explorables.base import Explorable
from toy.explorables.margin.still import draw
from toy.explorables.traits import Number

#: The margins and times that are drawn.
MARGINS = (-4.0, 6.0)
TIMES = (0.1, 10_000.0)


class Margin(Explorable):
    """Drag the margin of a pair down the loss; let training run, on clean labels and on noisy."""

    margin = Number(1.0, "Δ = r_1 − r_2", low=MARGINS[0], high=MARGINS[1], unit="units of reward")
    shift = Number(
        0.5, "c = (r_1 + r_2)/2, which changes nothing", low=-3.0, high=3.0, unit="units of reward"
    )
    preference = Number(0.9, "p, the share of labels for the first response", low=0.5, high=1.0)
    time = Number(3.0, "t, step size × steps of descent from margin 0", low=TIMES[0], high=TIMES[1])

    def describe(self) -> str:
        """Return the loss and its slope at the margin, and where training takes it, in words."""
        wins = [[0, self.preference], [1 - self.preference, 0]]
        rewards = [self.margin, 0.0]
        return (
            f"The first response wins {100 * self.preference:g} of 100 labels. At a margin of "
            f"{self.margin:.2f}, a win probability of {float(win_probability(self.margin)):.3f}, "
            f"the expected loss is {reward_loss(rewards, wins):.3f} nats, at least "
            f"{entropy([self.preference, 1 - self.preference]):.3f}, and its slope "
            f"{reward_loss_gradient(rewards, wins)[0]:.3f}. Training from 0 for a time of "
            f"{self.time:g} brings the margin to {margin_after(self.time, self.preference):.3f}, "
            f"with clean labels to {margin_after(self.time, 1.0):.3f}. {self._end()}"
        )

    def still(self) -> str:
        """Draw the loss with its tangent, and the margin over time, clean and as labelled."""
        line, times = np.linspace(*MARGINS, 201), np.geomspace(*TIMES, 161)
        wins = [[0, self.preference], [1 - self.preference, 0]]
        rewards = [self.margin, 0.0]
        slope = float(reward_loss_gradient(rewards, wins)[0])
        return draw(
            (line, reward_loss(np.stack([line, 0 * line], axis=-1), wins)),
            (self.margin, float(reward_loss(rewards, wins)), slope),
            float(optimal_margin(self.preference)),
            {p: (times, margin_after(times, p)) for p in dict.fromkeys((1.0, self.preference))},
            self.time,
        )

    def _end(self) -> str:
        if self.preference == 1:
            return "It never settles: it grows like the logarithm of time."
        return f"It settles at logit p = {optimal_margin(self.preference):.3f}."
