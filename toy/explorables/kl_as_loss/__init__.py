"""k1, k2 and k3 as losses: where each leads a policy, and where it comes to rest."""

import numpy as np

from toy.exact.distributions import kl_divergence
from toy.exact.kl_estimators import k1, k2, k3
from toy.exact.learners import ascend_with_loss
from toy.exact.rlhf_objective import forward_kl_policy, gibbs_policy, rlhf_objective
from toy.exact.validation import Array
from toy.explorables.base import Count, Distribution, Number, Values
from toy.explorables.kl_as_loss.still import draw
from toy.explorables.three_responses import LEAST_BETA, MOST_REWARD, Corners, ThreeResponses

ESTIMATORS = {"k1": k1, "k2": k2, "k3": k3}
STEP_SIZE = 0.25
MOST_STEPS = 400
#: Beyond this price, steps of that size might overshoot.
MOST_BETA = 2.0


class KLAsLoss(ThreeResponses):
    """Follow descent on −E[r] + β k for k1, k2 and k3 from one start, by expected steps.

    Attributes
    ----------
    policy, reference : three probabilities > 0; the policy is the start
    reward : three numbers from −2 to 2, in units of reward
    responses : three labels; A, B, C where only probabilities or rewards are given
    beta : from 0.05 to 2, units of reward per nat
    time : steps taken, from 1 to 400, each of the size ¼
    """

    _view = "kl_as_loss"
    _state = ("policy", "reference", "reward", "responses", "beta", "time")

    policy = Distribution([0.1, 0.25, 0.65]).tag(sync=True)
    reference = Distribution([0.04, 0.28, 0.68]).tag(sync=True)
    reward = Values([1.0, 0.4, -0.5], most=MOST_REWARD).tag(sync=True)
    responses = Corners(["Venus", "Mercury", "I don't know"]).tag(sync=True)
    beta = Number(0.4, low=LEAST_BETA, high=MOST_BETA).tag(sync=True)
    time = Count(60, most=MOST_STEPS).tag(sync=True)

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
