"""k1, k2, k3 and the best control variate: exact error of their N-sample means."""

import numpy as np
import traitlets

from toy.distributions import kl_divergence
from toy.explorables.base import Count, TwoPolicies
from toy.figures import explorables as figures
from toy.kl_estimators import (
    Estimator,
    Moments,
    control_variate,
    estimate_distribution,
    estimator_moments,
    k1,
    k2,
    k3,
    optimal_coefficient,
)


class KLEstimators(TwoPolicies):
    """Drag both distributions and N; see each estimator's exact bias, spread, error and law.

    Attributes
    ----------
    policy, reference : one probability > 0 for each response; the policy samples
    responses : the labels, two to four; A, B, … where only probabilities are given
    num_samples : N, the draws in each estimate, 1 to 100
    """

    _view = "kl_estimators"
    _state = ("policy", "reference", "responses", "num_samples")

    num_samples = Count(10, most=100).tag(sync=True)

    @traitlets.default("policy")
    def _default_policy(self) -> list[float]:
        return [0.35, 0.3, 0.2, 0.15]

    @traitlets.default("reference")
    def _default_reference(self) -> list[float]:
        return [0.05, 0.1, 0.3, 0.55]

    @traitlets.default("responses")
    def _default_responses(self) -> list[str]:
        return ["answers", "refuses", "hedges", "rambles"]

    def describe(self) -> str:
        """Return the divergence and each estimator's error in words."""
        errors = ", ".join(
            f"{name} {np.sqrt(moments.mse(self.num_samples)):.3f}"
            for name, moments in self._moments().items()
        )
        return (
            f"Estimators of KL(π ‖ π_ref) = {kl_divergence(self.policy, self.reference):.3f} nats. "
            f"Root mean squared error of the mean of {self.num_samples} samples, in nats: {errors}."
        )

    def still(self) -> str:
        """Draw the probabilities, the law of each estimate, and the error against N."""
        policy, reference = np.array(self.policy), np.array(self.reference)
        return figures.kl_estimators(
            self.responses,
            {"policy": policy, "reference": reference},
            {
                name: estimate_distribution(estimator, policy, reference, self.num_samples)
                for name, estimator in self._estimators().items()
            },
            self._moments(),
            self.num_samples,
        )

    def _estimators(self) -> dict[str, Estimator]:
        best = control_variate(optimal_coefficient(self.policy, self.reference))
        return {"k1": k1, "k2": k2, "k3": k3, "best": best}

    def _moments(self) -> dict[str, Moments]:
        return {
            name: estimator_moments(estimator, self.policy, self.reference)
            for name, estimator in self._estimators().items()
        }
