"""A hundred draws: what is rarely said is mostly not drawn at all, and then overstated."""

import numpy as np

from toy.exact.bandits import SHY_REFERENCE
from toy.explorables.hundred_draws.still import draw
from toy.explorables.scene import Scene, say
from toy.explorables.traits import Count, Number

#: How many draws a run has, and at most.
DRAWS, MOST = 100, 150

_RAISED = str.maketrans("0123456789", "⁰¹²³⁴⁵⁶⁷⁸⁹")


class HundredDraws(Scene):
    """Draw from the reference, and see in how many runs a rare response never comes."""

    draws = Count(DRAWS, "how many draws are made", low=2, high=MOST)
    share = Number(
        float(SHY_REFERENCE.reference[0, 3]), "how often the response is said", low=0.001, high=0.1
    )

    def question(self) -> str:
        """Return the question: in how many runs the rare response never comes."""
        return (
            f"The reference says Canberra {say(1000 * self.share)} times in 1,000. In how many of "
            f"100 runs does it never come in {self.draws} draws?"
        ).replace("Canberra 1 times", "Canberra once")

    def truth(self) -> float:
        """Return in how many of 100 runs it never comes."""
        return self._without(self.draws)

    def why(self) -> str:
        """Return the chance to miss it, and what the other runs make of that."""
        missed = self.truth() / 100
        return (
            f"All {self.draws} draws miss it with {say(1 - self.share)}"
            f"{str(self.draws).translate(_RAISED)} = {say(missed)}. Over all runs "
            "the mean is right, so the few runs that see it see it "
            f"{say(1 / (1 - missed))} times too often."
        )

    def still(self) -> str:
        """Draw in how many runs it has not come yet, over the draws."""
        draws = np.arange(MOST + 1.0)
        without = np.array([self._without(n) for n in draws])
        return draw(draws, without, self.draws, self.truth())

    def _without(self, draws: float) -> float:
        return 100 * float((1 - self.share) ** draws)
