"""One reference tilted by one reward: at which price of a nat the best response takes over."""

import numpy as np
from numpy.typing import NDArray

from toy.exact.bandits import TEMPTING
from toy.exact.rlhf_objective import beta_of_even_odds, gibbs_policy
from toy.explorables.scene import Scene, say
from toy.explorables.tilt.still import draw
from toy.explorables.traits import Distribution, Labels, Number, Values

#: The prices that are drawn.
PRICES = (0.05, 10.0)


class Tilt(Scene):
    """Take β down, and the reward tilts the reference: π* ∝ π_ref e^(r/β)."""

    beta = Number(
        2.0, "β, the price of a nat", low=PRICES[0], high=PRICES[1], unit="reward units per nat"
    )
    reward = Values(TEMPTING.reward[0], "r", low=-4.0, high=4.0, unit="units of reward")
    reference = Distribution(TEMPTING.reference[0], "π_ref")
    responses = Labels(["I don't know", "Venus", "Mercury", "the Sun"], "what they are called")

    def question(self) -> str:
        """Return the question: at which β the responses of most reward are said half the time."""
        share = float(np.sum(np.array(self.reference)[self._best()]))
        return (
            f"The reference says {self._names()} {say(100 * share)} times in 100. "
            "At which price of a nat, β, does the optimum say it half the time?"
        )

    def truth(self) -> float | None:
        """Return that β, if it is on the axis."""
        beta = float(beta_of_even_odds(self.reward, self.reference))
        return beta if PRICES[0] <= beta <= PRICES[1] else None

    def why(self) -> str:
        """Return what the tilt leaves of the strongest rival, and of all, when odds are even."""
        if (beta := self.truth()) is None:
            return f"There is no such β between {say(PRICES[0])} and {say(PRICES[1])}."
        reference, best = np.array(self.reference), self._best()
        gap = max(self.reward) - np.array(self.reward)
        left = np.where(best, 0, reference * np.exp(-gap / beta))
        rival, share = int(left.argmax()), float(reference[best].sum())
        return (
            f"At β = {say(beta)} a gap of {say(gap[rival])} in reward leaves "
            f"{self.responses[rival]} {say(left[rival])} of its {say(reference[rival])}; all "
            f"rivals together keep {say(share)}, as much as {self._names()}."
        )

    def still(self) -> str:
        """Draw the share of each response over β, with the answer."""
        prices = np.geomspace(*PRICES, 121)
        shares = gibbs_policy(self.reward, self.reference, prices)
        return draw(self.responses, self._best(), (prices, shares), self.beta, self.truth())

    def _names(self) -> str:
        return " or ".join(np.array(self.responses)[self._best()])

    def _best(self) -> NDArray[np.bool_]:
        """Return which responses have the largest reward."""
        return np.equal(self.reward, max(self.reward))
