"""The frontier of reward against KL: where one more nat earns just what it costs."""

import numpy as np

from toy.exact.bandits import TEMPTING
from toy.exact.distributions import expectation, kl_divergence
from toy.exact.rlhf_objective import gibbs_policy, greedy_policy, reward_kl_frontier
from toy.exact.validation import Array
from toy.explorables.next_nat.still import draw
from toy.explorables.scene import Scene, say
from toy.explorables.traits import Distribution, Number, Values


class NextNat(Scene):
    """Walk along the frontier, and see where its slope has fallen to the price of a nat."""

    tilt = Number(
        0.0,
        "how far along the frontier: the inverse of its slope there",
        low=0.0,
        high=20.0,
        unit="nats per unit of reward",
    )
    beta = Number(0.5, "β, the price of a nat", low=0.1, high=1.5, unit="reward units per nat")
    reward = Values(TEMPTING.reward[0], "r", low=-4.0, high=4.0, length=4, unit="units of reward")
    reference = Distribution(TEMPTING.reference[0], "π_ref", length=4)

    def question(self) -> str:
        """Return the question: how many nats are worth their price."""
        return (
            f"A nat costs {say(self.beta)} units of reward. After how many nats does the next one "
            "earn less than it costs?"
        )

    def truth(self) -> float:
        """Return the KL of the optimum."""
        return float(
            kl_divergence(gibbs_policy(self.reward, self.reference, self.beta), self.reference)
        )

    def why(self) -> str:
        """Return what is left after paying: at the optimum, at the start and at the end."""
        best = gibbs_policy(self.reward, self.reference, self.beta)
        ends = (best, np.array(self.reference), greedy_policy(self.reward, self.reference))
        left, nothing, everything = (say(self._left(policy)) for policy in ends)
        return (
            f"There the slope is β = {say(self.beta)}. After paying, {left} of reward "
            f"is left; {nothing} had it stayed, {everything} had it gone to the end."
        )

    def still(self) -> str:
        """Draw the frontier, and the line of slope β that touches it."""
        prices = np.geomspace(0.05, 100, 241)
        frontier = reward_kl_frontier(self.reward, self.reference, prices)
        best = gibbs_policy(self.reward, self.reference, self.beta)
        touch = self.truth(), float(expectation(best, self.reward))
        return draw(frontier.kl, frontier.reward, touch, self.beta, self._at())

    def _at(self) -> tuple[float, float]:
        """Return the KL and the reward of the policy on the way."""
        policy: Array = np.array(self.reference)
        if self.tilt > 0:
            policy = gibbs_policy(self.reward, self.reference, 1 / self.tilt)
        return float(kl_divergence(policy, self.reference)), float(expectation(policy, self.reward))

    def _left(self, policy: Array) -> float:
        reward = float(expectation(policy, self.reward))
        return reward - self.beta * float(kl_divergence(policy, self.reference))
