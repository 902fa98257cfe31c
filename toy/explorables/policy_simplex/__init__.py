"""The policy gradient in the triangle of policies, and the exact law of its estimates."""

from typing import Any

import numpy as np
import traitlets

from toy.exact.distributions import expectation, log_ratio
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
from toy.exact.rlhf_objective import gibbs_policy, rlhf_objective
from toy.exact.validation import Array, as_count, refuse
from toy.explorables.base import Count, Distribution, Values, refused
from toy.explorables.policy_simplex.still import draw
from toy.explorables.three_responses import MOST_REWARD, Corners, ThreeResponses

#: The estimates that groups make, by the name of their advantage.
ADVANTAGES = {
    "leave-one-out": leave_one_out,
    "group mean": group_mean,
    "group-normalised": group_normalised,
}
ESTIMATORS = ("one sample", *ADVANTAGES)
BASELINES = ("none", "value", "best")
MOST_IN_GROUP = 8
ANSWERS = ["faithful and short", "faithful but long", "short but invented"]


class GroupSize(Count):
    """A whole number from 2 to `most`: one alone has no others to be compared with."""

    def validate(self, obj: Any, value: Any) -> int:
        """Return the number as an int, or refuse it."""
        return refused(_as_group, self.name, super().validate(obj, value))


def _as_group(name: str, value: Any) -> int:
    """Return a count of at least two."""
    if (count := as_count(name, value)) < 2:
        refuse(name, "must be at least 2", count)
    return count


class PolicySimplex(ThreeResponses):
    """Drag a policy over the objective; see the exact gradient, and every estimate of it.

    Attributes
    ----------
    policy, reference : three probabilities > 0
    reward : three numbers from −2 to 2, in units of reward
    responses : three labels; A, B, C where only probabilities or rewards are given
    beta : from 0.05 to 5, units of reward per nat
    kl_term : whether β log π/π_ref is charged, so that J and not E[r] is climbed
    estimator : "one sample", "leave-one-out", "group mean" or "group-normalised"
    baseline : of one sample: "none", "value" or "best"
    group_size : G, from 2 to 8
    """

    _view = "policy_simplex"
    _state = (
        "policy",
        "reference",
        "reward",
        "responses",
        "beta",
        "kl_term",
        "estimator",
        "baseline",
        "group_size",
    )

    policy = Distribution([0.15, 0.3, 0.55]).tag(sync=True)
    reference = Distribution([0.08, 0.22, 0.7]).tag(sync=True)
    reward = Values([0.85, 0.0, -1.2], most=MOST_REWARD).tag(sync=True)
    responses = Corners(ANSWERS).tag(sync=True)
    kl_term = traitlets.Bool(True).tag(sync=True)
    estimator = traitlets.Enum(ESTIMATORS, "one sample").tag(sync=True)
    baseline = traitlets.Enum(BASELINES, "none").tag(sync=True)
    group_size = GroupSize(4, most=MOST_IN_GROUP).tag(sync=True)

    def describe(self) -> str:
        """Return the slope where the policy stands, and how an estimate scatters around it."""
        moments, gradient = self._moments(), self._gradient(np.array(self.policy))
        bias = np.linalg.norm(moments.mean - gradient)
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
        price = self.beta * log_ratio(self.policy, self.reference) * self.kl_term
        return np.array(self.reward) - price

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


def _listed(policy: list[float]) -> str:
    return ", ".join(f"{p:.2f}" for p in policy)
