"""The exact law of estimates of the policy gradient, from one draw and from groups."""

from typing import Any

import numpy as np

from toy.exact.bandits import NOISY_LABELS
from toy.exact.distributions import expectation
from toy.exact.policy_gradient import (
    GradientMoments,
    group_gradient_moments,
    group_mean,
    group_normalised,
    leave_one_out,
    optimal_baseline,
    policy_gradient,
    reinforce_moments,
)
from toy.explorables.base import Explorable
from toy.explorables.gradient_scatter.still import draw
from toy.explorables.traits import Count, Distribution, Labels, Option, Values

#: The estimates that groups make, by the name of their advantage.
ADVANTAGES = {
    "leave-one-out": leave_one_out,
    "group mean": group_mean,
    "group-normalised": group_normalised,
}
ESTIMATORS = ("one sample", *ADVANTAGES)
BASELINES = {"none": "none", "value": "value E[<i>r</i>]", "best": "best <i>b</i>*"}


class GradientScatter(Explorable):
    """Estimate the gradient from one draw or one group; see the scatter, and whether it turns."""

    policy = Distribution([0.15, 0.8, 0.05], "π")
    reward = Values([1.0, 0.9, -1.2], "r", low=-2.0, high=2.0, unit="units of reward")
    responses = Labels(NOISY_LABELS.responses[0], "what they are called", low=3, high=3)
    estimator = Option(
        "group-normalised", "what estimates", options={name: name for name in ESTIMATORS}
    )
    baseline = Option("none", "what is subtracted from the reward of one sample", options=BASELINES)
    #: One alone has no others to be compared with.
    group_size = Count(4, "G, the draws of a group", low=2, high=8)

    def describe(self) -> str:
        """Return how an estimate scatters around the gradient, and its bias, in words."""
        moments, gradient = self._moments(), policy_gradient(self.policy, self.reward)
        return (
            f"Steps of the logits of {', '.join(self.responses)}. The gradient is "
            f"{np.linalg.norm(gradient):.3f} long. Estimated by {self._named()}, its total "
            f"variance is {moments.total_variance:.3f} and its bias "
            f"{moments.bias_length(gradient):.3f} long."
        )

    def still(self) -> str:
        """Draw the exact gradient, and the mean and spread of the estimate."""
        moments = self._moments()
        gradient = policy_gradient(self.policy, self.reward)
        return draw(self.responses, gradient, moments.mean, moments.covariance)

    def _moments(self) -> GradientMoments:
        """Return mean and covariance of the chosen estimate."""
        if self.estimator != "one sample":
            advantage = ADVANTAGES[self.estimator]
            return group_gradient_moments(self.policy, self.reward, self.group_size, advantage)
        baseline: dict[str, Any] = {
            "none": 0.0,
            "value": expectation(self.policy, self.reward),
            "best": optimal_baseline(self.policy, self.reward),
        }
        return reinforce_moments(self.policy, self.reward, baseline[self.baseline])

    def _named(self) -> str:
        if self.estimator == "one sample":
            return f"one sample with baseline {self.baseline}"
        return f"a group of {self.group_size} ({self.estimator})"
