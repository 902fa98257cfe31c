"""One clean comparison of responses that share a feature: what becomes of the chosen one."""

import numpy as np

from toy.exact.bandits import log_linear_policy
from toy.exact.reward_loss import margin_after
from toy.exact.validation import Array
from toy.explorables.chosen_falls.still import draw
from toy.explorables.scene import Scene, say
from toy.explorables.traits import Labels, Number

#: The times that are drawn.
TIMES = (0.1, 50.0)


class ChosenFalls(Scene):
    """Train one weight on one comparison, at β = 1, and see who rises with the margin."""

    time = Number(0.2, "t, step size × steps of descent", low=TIMES[0], high=TIMES[1])
    length = Number(
        3.0, "the length of the first response", low=0.0, high=3.0, unit="hundreds of words"
    )
    responses = Labels(
        ["a page", "a paragraph", "one line"],
        "their names: the never compared, the chosen of length 1, the rejected of length 0",
        low=3,
        high=3,
    )

    def question(self) -> str:
        """Return the question: how likely the chosen response is when the loss is low."""
        unseen, chosen, rejected = self.responses
        loss = float(np.log1p(np.exp(-self._weight(TIMES[1]))))
        return (
            f"{chosen.capitalize()} (length 1) beat {rejected} (0); nobody compared {unseen} "
            f"({say(self.length)}). Trained to a loss of {say(loss)}, how likely is {chosen}?"
        )

    def truth(self) -> float:
        """Return the chosen response's probability at the end of time."""
        return float(self._shares(TIMES[1])[1])

    def why(self) -> str:
        """Return what the learnt weight makes of the three lengths."""
        unseen, chosen, rejected = self.responses
        weight = float(self._weight(TIMES[1]))
        longer, shorter = (float(np.exp(weight * gap)) for gap in (self.length - 1, -1))
        return (
            f"Length is what is learnt: against {chosen} the odds of {unseen} are then "
            f"{say(longer)}, of {rejected} {say(shorter)}."
        )

    def still(self) -> str:
        """Draw the three probabilities over time, with the answer."""
        times = np.geomspace(*TIMES, 121)
        return draw(self.responses, times, self._shares(times), self.time, self.truth())

    def _weight(self, times: float | Array) -> Array:
        """Return θ, which at β = 1 is the margin of the pair: it moves by 1 − σ(θ)."""
        return margin_after(times, 1.0)

    def _shares(self, times: float | Array) -> Array:
        features = np.array([[self.length], [1.0], [0.0]])
        return log_linear_policy(self._weight(times)[..., None], features)
