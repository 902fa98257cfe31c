"""How far below the best objective a policy stands: β KL(π‖π*), and nothing else."""

import numpy as np

from toy.exact.bandits import TEMPTING
from toy.exact.distributions import kl_divergence
from toy.exact.rlhf_objective import gibbs_policy, optimality_gap
from toy.exact.validation import Array
from toy.explorables.below_the_top.still import draw
from toy.explorables.scene import Scene, say
from toy.explorables.traits import Distribution, Labels, Number, Values


class BelowTheTop(Scene):
    """Mix the reference with its best response, and see how far below the top the mix stands."""

    share = Number(0.5, "the share of the best response in the mix", low=0.0, high=1.0)
    beta = Number(0.5, "β, the price of a nat", low=0.1, high=0.6, unit="reward units per nat")
    reward = Values(TEMPTING.reward[0], "r", low=-4.0, high=4.0, unit="units of reward")
    reference = Distribution(TEMPTING.reference[0], "π_ref")
    responses = Labels(["I don't know", "Venus", "Mercury", "the Sun"], "what they are called")

    def question(self) -> str:
        """Return the question: where the mix stands, measured from the best objective."""
        start, end = self._height(0.0), self._height(1.0)
        parts = f"{say(100 - 100 * self.share)}\u00a0:\u00a0{say(100 * self.share)}"
        return (
            f"The best policy is at 0, the reference at {say(start)}, “always {self._best()}” at "
            f"{say(end)}. Where is a {parts} mix of the last two?"
        )

    def truth(self) -> float:
        """Return J(π) − J(π*)."""
        return self._height(self.share)

    def why(self) -> str:
        """Return the divergence from the optimum, and what the mean of the ends would be."""
        policy = self._mix(self.share)
        best = gibbs_policy(self.reward, self.reference, self.beta)
        distance = float(kl_divergence(policy, best))
        mean = (1 - self.share) * self._height(0.0) + self.share * self._height(1.0)
        return (
            f"−β KL(π‖π*) = −{say(self.beta)} × {say(distance)}: all that counts is how far it is "
            f"to the best policy. A mix beats the mean of its parts, {say(mean)}."
        )

    def still(self) -> str:
        """Draw the distance below the top over the share, and where the mix stands."""
        shares = np.linspace(0, 1, 101)
        heights = np.array([self._height(share) for share in shares])
        mean = (1 - self.share) * heights[0] + self.share * heights[-1]
        return draw(shares, heights, self.share, self.truth(), float(mean))

    def _best(self) -> str:
        return self.responses[int(np.argmax(self.reward))]

    def _mix(self, share: float) -> Array:
        best = np.eye(len(self.reward))[int(np.argmax(self.reward))]
        mix: Array = (1 - share) * np.array(self.reference) + share * best
        return mix

    def _height(self, share: float) -> float:
        return -float(optimality_gap(self._mix(share), self.reward, self.reference, self.beta))
