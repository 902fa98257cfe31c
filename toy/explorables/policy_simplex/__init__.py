"""The policy gradient in the triangle of policies, and the exact law of its estimates."""

from collections.abc import Sequence
from typing import Any

import numpy as np

from toy.exact.distributions import expectation
from toy.exact.policy_gradient import (
    GradientMoments,
    group_gradient_moments,
    group_mean,
    group_normalised,
    leave_one_out,
    objective_gradient,
    optimal_baseline,
    policy_gradient,
    reinforce_moments,
)
from toy.exact.rlhf_objective import gibbs_policy, rlhf_objective, shaped_reward
from toy.exact.validation import Array
from toy.explorables.base import Explorable
from toy.explorables.policy_simplex.still import draw
from toy.explorables.traits import Count, Distribution, Labels, Number, Option, Switch, Values

#: The estimates that groups make, by the name of their advantage.
ADVANTAGES = {
    "leave-one-out": leave_one_out,
    "group mean": group_mean,
    "group-normalised": group_normalised,
}
ESTIMATORS = ("one sample", *ADVANTAGES)
BASELINES = {"none": "none", "value": "value E[<i>r</i>]", "best": "best <i>b</i>*"}
ANSWERS = ["faithful and short", "faithful but long", "short but invented"]


class PolicySimplex(Explorable):
    """Drag a policy over the objective; see the exact gradient, and every estimate of it."""

    policy = Distribution([0.15, 0.3, 0.55], "π")
    reference = Distribution([0.08, 0.22, 0.7], "π_ref")
    reward = Values([0.85, 0.0, -1.2], "r", low=-2.0, high=2.0, unit="units of reward")
    responses = Labels(ANSWERS, "what they are called", low=3, high=3)
    beta = Number(0.5, "β, the price of a nat", low=0.05, high=5.0, unit="reward units per nat")
    kl_term = Switch(True, "whether β log π/π_ref is charged, so that J and not E[r] is climbed")
    estimator = Option("one sample", "what estimates", options={name: name for name in ESTIMATORS})
    baseline = Option("none", "what is subtracted from the reward of one sample", options=BASELINES)
    #: One alone has no others to be compared with.
    group_size = Count(4, "G, the draws of a group", low=2, high=8)

    def describe(self) -> str:
        """Return the slope where the policy stands, and how an estimate scatters around it."""
        moments, gradient = self._moments(), self._gradient(np.array(self.policy))
        bias = moments.bias_length(gradient)
        climbed = "E[r] − β KL" if self.kl_term else "E[r]"
        return (
            f"All policies over {', '.join(self.responses)}, as a triangle, and the uphill "
            f"directions of {climbed}. At the policy {_listed(self.policy)} the gradient is "
            f"{np.linalg.norm(gradient):.3f} long. Estimated by {self._named()}, its total "
            f"variance is {moments.total_variance:.3f} and its bias {bias:.3f} long."
        )

    def still(self) -> str:
        """Draw the triangle with the estimate at the policy, and the variance over baselines."""
        policy, moments = np.array(self.policy), self._moments()
        gradient, shaped = self._gradient(policy), self._shaped()
        baselines = np.linspace(min(*shaped, -0.5), max(*shaped, 1.0), 61)
        marks = {"value": expectation(policy, shaped), "best": optimal_baseline(policy, shaped)}
        return draw(
            self.responses,
            {"policy": policy, "reference": np.array(self.reference), "best": self._optimum()},
            (self._objective, lambda point: policy_gradient(point, self._gradient(point))),
            [policy_gradient(policy, step) for step in (gradient, moments.mean)],
            baselines,
            [reinforce_moments(policy, shaped, b).total_variance for b in baselines],
            {name: float(b) for name, b in marks.items()},
        )

    def _shaped(self) -> Array:
        """Return what a response earns once its share of the KL is charged, if it is."""
        if not self.kl_term:
            return np.array(self.reward)
        return shaped_reward(self.policy, self.reward, self.reference, self.beta)

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

    def _moments(self) -> GradientMoments:
        """Return mean and covariance of the chosen estimate."""
        shaped = self._shaped()
        if self.estimator != "one sample":
            advantage = ADVANTAGES[self.estimator]
            return group_gradient_moments(self.policy, shaped, self.group_size, advantage)
        baseline: dict[str, Any] = {
            "none": 0.0,
            "value": expectation(self.policy, shaped),
            "best": optimal_baseline(self.policy, shaped),
        }
        return reinforce_moments(self.policy, shaped, baseline[self.baseline])

    def _named(self) -> str:
        if self.estimator == "one sample":
            return f"one sample with baseline {self.baseline}"
        return f"a group of {self.group_size} ({self.estimator})"


def _listed(policy: Sequence[float]) -> str:
    return ", ".join(f"{p:.2f}" for p in policy)
