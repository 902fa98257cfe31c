"""Logits times a number: a policy that grows sharper, or flatter, as at another temperature."""

import numpy as np

from toy.exact.bandits import HALF_TRAINED
from toy.exact.distributions import softmax
from toy.exact.validation import Array
from toy.explorables.scene import Scene, say
from toy.explorables.temperature.still import draw
from toy.explorables.traits import Distribution, Labels, Number

#: By what the logits are multiplied when the question is asked.
ASKED = 3.0


class Temperature(Scene):
    """Multiply all logits, and see what becomes of the likeliest response."""

    scale = Number(1.0, "what the logits are multiplied by, 1/temperature", low=0.0, high=ASKED)
    policy = Distribution(HALF_TRAINED, "π, whose logits are multiplied")
    responses = Labels(["I don't know", "Venus", "Mercury", "the Sun"], "what they are called")

    def question(self) -> str:
        """Return the question: how often the likeliest response is given at thrice the logits."""
        y = self._likeliest()
        return (
            f"The policy says {self.responses[y]} {say(100 * self.policy[y])} times in 100. "
            "How often once all its logits are tripled?"
        )

    def truth(self) -> float:
        """Return how often in 100 the likeliest response is given then."""
        return 100 * float(self._scaled(ASKED)[self._likeliest()])

    def why(self) -> str:
        """Return what becomes of the ratio to the strongest rival."""
        y = self._likeliest()
        rivals = np.array(self.policy)
        rivals[y] = 0
        rival = int(rivals.argmax())
        ratio = self.policy[y] / self.policy[rival]
        return (
            f"Tripled logits cube every ratio: {self.responses[y]} to {self.responses[rival]} goes "
            f"from {say(ratio)} to {say(ratio**ASKED)}. To sample at temperature 1/3 is the same."
        )

    def still(self) -> str:
        """Draw the share of each response over what the logits are multiplied by."""
        scales = np.linspace(0, ASKED, 61)
        shares = np.array([self._scaled(scale) for scale in scales])
        best = np.arange(len(self.policy)) == self._likeliest()
        return draw(self.responses, best, (scales, shares), self.scale, self.truth())

    def _likeliest(self) -> int:
        return int(np.argmax(self.policy))

    def _scaled(self, scale: float) -> Array:
        return softmax(scale * np.log(self.policy))
