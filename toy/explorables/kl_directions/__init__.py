"""The two directions of the KL divergence, side by side."""

import numpy as np

from toy.exact.distributions import kl_divergence, kl_terms, log_ratio
from toy.explorables.base import Explorable
from toy.explorables.kl_directions.still import draw
from toy.explorables.traits import Distribution, Labels


class KLDirections(Explorable):
    """Drag a policy and a reference; see KL(π ‖ π_ref) beside KL(π_ref ‖ π), in nats."""

    policy = Distribution([0.85, 0.12, 0.03], "π")
    reference = Distribution([0.3, 0.3, 0.4], "π_ref")
    responses = Labels(["answers", "hedges", "refuses"], "what they are called")

    def describe(self) -> str:
        """Return both divergences in words."""
        reverse = kl_divergence(self.policy, self.reference)
        forward = kl_divergence(self.reference, self.policy)
        return (
            f"Probabilities of {len(self.responses)} responses under a policy and a reference. "
            f"KL(π ‖ π_ref) is {reverse:.3f} nats, KL(π_ref ‖ π) is {forward:.3f} nats."
        )

    def still(self) -> str:
        """Draw the probabilities beside the two divergences, cut into each response's share."""
        policy, reference = np.array(self.policy), np.array(self.reference)
        d = log_ratio(policy, reference)
        shares = {
            "policy": kl_terms(policy, reference, d),
            "reference": kl_terms(reference, policy, -d),
        }
        return draw(self.responses, {"policy": policy, "reference": reference}, shares)
