"""One clean comparison in a table: how high the share of what was never compared climbs."""

import numpy as np

from toy.exact.bandits import SHY_REFERENCE
from toy.exact.distributions import softmax
from toy.exact.reward_loss import margin_after
from toy.exact.validation import Array
from toy.explorables.never_compared.still import draw
from toy.explorables.scene import Scene, say
from toy.explorables.traits import Distribution, Labels, Number

#: The times that are drawn, and the price of a nat.
TIMES = (0.01, 10_000.0)
BETA = 0.5


class NeverCompared(Scene):
    """Train on one comparison, and see where the probability goes that the rejected one loses."""

    time = Number(0.1, "t, step size × steps of descent", low=TIMES[0], high=TIMES[1])
    reference = Distribution(
        SHY_REFERENCE.reference[0], "π_ref, of the rejected response first, of the chosen last"
    )
    responses = Labels(SHY_REFERENCE.responses[0], "what they are called", low=3)

    def question(self) -> str:
        """Return the question: how much what was never compared has at most."""
        rejected, *_, chosen = self.responses
        return (
            f"{chosen} beat {rejected}. All others, which nobody compared, start at "
            f"{say(self._others())} together. How high do they climb?"
        )

    def truth(self) -> float:
        """Return their largest share."""
        return self._others() / (self._others() + 2 * self._meeting())

    def why(self) -> str:
        """Return where they are most."""
        rejected, chosen = self.responses[0], self.responses[-1]
        if self.reference[0] <= self.reference[-1]:
            return (
                f"From the start {chosen} is as likely as {rejected} or more, so that what nobody "
                "compared can only fall."
            )
        return (
            f"They climb until {chosen} meets {rejected}: each then weighs "
            f"√({say(self.reference[0])} × {say(self.reference[-1])}) = {say(self._meeting())}, "
            f"beside {say(self._others())}."
        )

    def still(self) -> str:
        """Draw the chosen, the rejected and the others over time, with their largest share."""
        times = np.geomspace(*TIMES, 121)
        return draw(self.responses, times, self._shares(times), self.time, self.truth())

    def _shares(self, times: Array) -> Array:
        """Return the policies (T, Y): the logits of the first and the last move apart."""
        moved = margin_after(2 * BETA**2 * times, 1.0) / BETA / 2
        push = np.zeros(len(self.reference))
        push[[0, -1]] = -1, 1
        return softmax(np.log(self.reference) + np.multiply.outer(moved, push))

    def _others(self) -> float:
        return float(sum(self.reference[1:-1]))

    def _meeting(self) -> float:
        """Return the weight of the chosen and of the rejected where they meet, or at the start."""
        low, high = sorted((self.reference[0], self.reference[-1]))
        met = np.sqrt(low * high) if self.reference[0] > self.reference[-1] else (low + high) / 2
        return float(met)
