"""The exact policy gradient in the triangle of policies."""

from collections.abc import Sequence

import numpy as np

from toy.exact.bandits import NOISY_LABELS
from toy.exact.distributions import expectation
from toy.exact.policy_gradient import objective_gradient, policy_gradient
from toy.exact.rlhf_objective import gibbs_policy, rlhf_objective
from toy.exact.validation import Array
from toy.explorables.base import Explorable
from toy.explorables.policy_simplex.still import draw
from toy.explorables.traits import Distribution, Labels, Number, Switch, Values


class PolicySimplex(Explorable):
    """Drag a policy over the objective; see which way is uphill, and how steep it is."""

    policy = Distribution([0.15, 0.3, 0.55], "π")
    reference = Distribution([0.08, 0.22, 0.7], "π_ref")
    reward = Values([0.85, 0.0, -1.2], "r", low=-2.0, high=2.0, unit="units of reward")
    responses = Labels(NOISY_LABELS.responses[0], "what they are called", low=3, high=3)
    beta = Number(0.5, "β, the price of a nat", low=0.05, high=5.0, unit="reward units per nat")
    kl_term = Switch(True, "whether β log π/π_ref is charged, so that J and not E[r] is climbed")

    def describe(self) -> str:
        """Return the slope where the policy stands, in words."""
        climbed = "E[r] − β KL" if self.kl_term else "E[r]"
        return (
            f"All policies over {', '.join(self.responses)}, as a triangle, and the uphill "
            f"directions of {climbed}. At the policy {_listed(self.policy)} the gradient is "
            f"{np.linalg.norm(self._gradient(np.array(self.policy))):.3f} long."
        )

    def still(self) -> str:
        """Draw the triangle with the step uphill at the policy."""
        policy = np.array(self.policy)
        return draw(
            self.responses,
            {"policy": policy, "reference": np.array(self.reference), "best": self._optimum()},
            (self._objective, lambda point: policy_gradient(point, self._gradient(point))),
            policy_gradient(policy, self._gradient(policy)),
        )

    def _objective(self, policy: Array) -> Array:
        """Return what is climbed, at policies (..., 3)."""
        if not self.kl_term:
            return expectation(policy, self.reward)
        return rlhf_objective(policy, self.reward, self.reference, self.beta)

    def _gradient(self, policy: Array) -> Array:
        """Return its exact gradient, at policies (..., 3)."""
        if not self.kl_term:
            return policy_gradient(policy, self.reward)
        return objective_gradient(policy, self.reward, self.reference, self.beta)

    def _optimum(self) -> Array | None:
        return gibbs_policy(self.reward, self.reference, self.beta) if self.kl_term else None


def _listed(policy: Sequence[float]) -> str:
    return ", ".join(f"{p:.2f}" for p in policy)
