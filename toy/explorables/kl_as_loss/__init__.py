"""k1, k2 and k3 as losses: where each leads a policy, and where it comes to rest."""

import numpy as np

from toy.exact.distributions import kl_divergence
from toy.exact.kl_estimators import k1, k2, k3
from toy.exact.learners import ascend_with_loss
from toy.exact.rlhf_objective import forward_kl_policy, gibbs_policy, rlhf_objective
from toy.exact.validation import Array
from toy.explorables.base import Explorable
from toy.explorables.kl_as_loss.still import draw
from toy.explorables.traits import Count, Distribution, Labels, Number, Values

ESTIMATORS = {"k1": k1, "k2": k2, "k3": k3}
STEP_SIZE = 0.25


class KLAsLoss(Explorable):
    """Follow descent on −E[r] + β k for k1, k2 and k3 from one start, by expected steps."""

    policy = Distribution([0.65, 0.1, 0.25], "π at the start")
    reference = Distribution([0.68, 0.04, 0.28], "π_ref")
    reward = Values([-0.5, 1.0, 0.4], "r", low=-2.0, high=2.0, unit="units of reward")
    responses = Labels(["I don't know", "Venus", "Mercury"], "what they are called", low=3, high=3)
    #: Beyond the highest price, steps of that size might overshoot.
    beta = Number(0.4, "β, the price of a nat", low=0.05, high=2.0, unit="reward units per nat")
    time = Count(60, "steps taken, each of the size ¼", high=400)

    def describe(self) -> str:
        """Return how far each loss has led from the optimum, and where k3 rests, in words."""
        optimum = gibbs_policy(self.reward, self.reference, self.beta)
        gaps = ", ".join(
            f"{name} {kl_divergence(flow[-1], optimum):.3f}" for name, flow in self._flows().items()
        )
        rest = ", ".join(f"{p:.3f}" for p in self._rest_of_k3())
        best = ", ".join(f"{p:.3f}" for p in optimum)
        return (
            f"All policies over {', '.join(self.responses)}, as a triangle, and where three losses "
            f"lead. After {self.time} steps the KL to the optimum π* is, in nats: {gaps}. "
            f"k2 comes to rest at π* = ({best}), k3 at ({rest}), k1 where the reward is largest."
        )

    def still(self) -> str:
        """Draw the three paths over the objective, with the resting places of k2 and k3."""
        optimum = gibbs_policy(self.reward, self.reference, self.beta)
        return draw(
            self.responses,
            {"policy": self.policy, "reference": self.reference, "best": optimum},
            lambda policy: rlhf_objective(policy, self.reward, self.reference, self.beta),
            self._flows(),
            {"k3": self._rest_of_k3()},
        )

    def _flows(self) -> dict[str, Array]:
        """Return the policies that each loss has led through, the start first."""
        world = np.array(self.policy), self.reward, self.reference, self.beta
        return {
            name: ascend_with_loss(estimator, *world, STEP_SIZE, self.time).policies
            for name, estimator in ESTIMATORS.items()
        }

    def _rest_of_k3(self) -> Array:
        return forward_kl_policy(self.reward, self.reference, self.beta)
