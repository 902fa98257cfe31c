"""k1, k2, k3 and the family of control variates: exact error of their N-sample means."""

import numpy as np

from toy.exact.distributions import geometric_mixture, kl_divergence
from toy.exact.enumeration import num_count_vectors
from toy.exact.kl_estimators import (
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
from toy.exact.validation import Array
from toy.explorables.base import Explorable
from toy.explorables.kl_estimators.still import draw
from toy.explorables.traits import Count, Distribution, Labels, Number

#: Beyond, the moments are exact all the same, but the law is not listed any more.
MAX_SAMPLES = 10_000

#: The most count vectors that a browser lists within a frame: a hundred samples, four responses.
MAX_COUNTS = 176_851


class KLEstimators(Explorable):
    """Drag both distributions, N, λ and the sampler; see each estimator's exact error and law."""

    policy = Distribution([0.35, 0.3, 0.2, 0.15], "π")
    reference = Distribution([0.05, 0.1, 0.3, 0.55], "π_ref")
    responses = Labels(["answers", "refuses", "hedges", "rambles"], "what they are called")
    num_samples = Count(10, "N, the draws in each estimate", high=MAX_SAMPLES)
    coefficient = Number(0.5, "λ of the reader's own k1 + λ (e^(−d) − 1)", low=-1.0, high=2.0)
    stale = Number(
        0.0, "who samples, on the geometric path from π (0) to π_ref (1)", low=0.0, high=1.0
    )

    def describe(self) -> str:
        """Return the divergence and each estimator's error in words."""
        names = "k1", "k2", "k3", f"λ = {self.coefficient:.2f}", "best λ"
        errors = ", ".join(
            f"{name} {np.sqrt(moments.mse(self.num_samples)):.3f}"
            for name, moments in zip(names, self._moments().values(), strict=True)
        )
        return (
            f"Estimators of KL(π ‖ π_ref) = {kl_divergence(self.policy, self.reference):.3f} nats. "
            f"Root mean squared error of the mean of {self.num_samples} samples{self._drawn_by()}, "
            f"in nats: {errors}."
        )

    def still(self) -> str:
        """Draw the probabilities, the law of each estimate, and the error against N."""
        policy, reference = np.array(self.policy), np.array(self.reference)
        listed = min(self.num_samples, most_listed(policy.size))
        return draw(
            self.responses,
            {"policy": policy, "sampler": self._sampler(), "reference": reference},
            {
                name: estimate_distribution(k, policy, reference, listed, self._sampler())
                for name, k in self._estimators().items()
            },
            self._moments(),
            self.num_samples,
            listed,
        )

    def _estimators(self) -> dict[str, Estimator]:
        best = control_variate(optimal_coefficient(self.policy, self.reference))
        mine = control_variate(self.coefficient)
        return {"k1": k1, "k2": k2, "k3": k3, "ink": mine, "best": best}

    def _moments(self) -> dict[str, Moments]:
        return {
            name: estimator_moments(estimator, self.policy, self.reference, self._sampler())
            for name, estimator in self._estimators().items()
        }

    def _sampler(self) -> Array:
        if self.stale == 0:
            return np.array(self.policy)
        return geometric_mixture(self.policy, self.reference, 1 - self.stale)

    def _drawn_by(self) -> str:
        if self.stale == 0:
            return ""
        return f", drawn {self.stale:.2f} of the way from the policy to the reference"


def most_listed(num_responses: int) -> int:
    """Return the largest number of samples whose count vectors are listed."""
    sizes = range(1, MAX_SAMPLES + 1)
    return max(n for n in sizes if num_count_vectors(n, num_responses) <= MAX_COUNTS)
