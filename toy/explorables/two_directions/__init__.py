"""The KL divergence has a direction: who counts the log-ratios, the policy or the reference."""

import numpy as np

from toy.exact.bandits import TEMPTING
from toy.exact.distributions import kl_divergence, log_ratio, softmax
from toy.exact.validation import Array
from toy.explorables.scene import Scene, say
from toy.explorables.traits import Distribution, Labels, Number, Values
from toy.explorables.two_directions.still import draw


class TwoDirections(Scene):
    """Sharpen a policy, and see how far it is from its reference, and the reference from it."""

    sharpness = Number(
        3.0,
        "how sharply the policy prefers reward: π ∝ π_ref e^(sharpness · r)",
        low=0.0,
        high=4.0,
        unit="nats per unit of reward",
    )
    reward = Values(TEMPTING.reward[0], "r", low=-4.0, high=4.0, unit="units of reward")
    reference = Distribution(TEMPTING.reference[0], "π_ref")
    responses = Labels(["I don't know", "Venus", "Mercury", "the Sun"], "what they are called")

    def question(self) -> str:
        """Return the question: the divergence in the other direction."""
        forth = float(kl_divergence(self._policy(), self.reference))
        return (
            f"By the policy's count, policy and reference are {say(forth)} nats apart. How far "
            "apart are they by the reference's count?"
        )

    def truth(self) -> float:
        """Return KL(π_ref ‖ π)."""
        return float(kl_divergence(self.reference, self._policy()))

    def why(self) -> str:
        """Return the largest part of the answer, and who counts it how often."""
        policy, reference = self._policy(), np.array(self.reference)
        parts = reference * log_ratio(reference, policy)
        if (most := parts.max()) <= 0:
            return "The policy is the reference: in both directions nothing is between them."
        y = int(parts.argmax())
        return (
            f"Most comes from {self.responses[y]}, {say(most)}: the log of its ratio, "
            f"{say(most / reference[y])}, counts with the reference's {say(reference[y])}, not "
            f"the policy's {say(policy[y])}."
        )

    def still(self) -> str:
        """Draw both policies, and their divergence in both directions."""
        policy, reference = self._policy(), np.array(self.reference)
        forth = policy * log_ratio(policy, reference)
        back = reference * log_ratio(reference, policy)
        return draw(self.responses, policy, reference, forth, back)

    def _policy(self) -> Array:
        if self.sharpness == 0:
            return np.array(self.reference)
        return softmax(np.log(self.reference) + self.sharpness * np.array(self.reward))
