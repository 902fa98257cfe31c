"""From the reference through the policy and beyond: where k3 stops beating k1."""

import numpy as np

from toy.exact.distributions import geometric_mixture, kl_divergence
from toy.exact.kl_estimators import (
    control_variate,
    estimator_moments,
    k1,
    k2,
    k3,
    optimal_coefficient,
    variance_crossover,
)
from toy.explorables.base import Explorable
from toy.explorables.kl_path.still import draw
from toy.explorables.traits import Distribution, Labels, Number


class KLPath(Explorable):
    """Walk from the reference (w = 0) through the policy (w = 1) and on, π_w ∝ π_ref^(1−w) π^w."""

    #: With no less than this the ratios at the far end of the path, to the power 32, stay finite.
    policy = Distribution([0.35, 0.3, 0.2, 0.15], "π", low=1e-4)
    reference = Distribution([0.05, 0.1, 0.3, 0.55], "π_ref", low=1e-4)
    responses = Labels(["answers", "refuses", "hedges", "rambles"], "what they are called")
    #: Far enough for every crossover between probabilities that the bars can reach.
    weight = Number(1.0, "w, where π_w stands, which samples", low=0.0, high=32.0)

    def describe(self) -> str:
        """Return where the path stands, and where k3 and k1 spread equally, in words."""
        divergence = kl_divergence(
            geometric_mixture(self.policy, self.reference, self.weight), self.reference
        )
        return (
            "Bias and standard deviation of one draw of each estimator along the path from the "
            "reference (w = 0) to the policy (w = 1) and beyond. "
            f"At w = {self.weight:.2f} the KL is {divergence:.3f} nats. {self._verdict()}"
        )

    def still(self) -> str:
        """Draw the probabilities, and bias and spread along the path with the crossover."""
        policy, reference = np.array(self.policy), np.array(self.reference)
        crossover = None if self._is_still() else variance_crossover(policy, reference)
        end = max(2.0, self.weight, 1.2 * (crossover or 0.0))
        weights = np.linspace(0, end, 121)[1:]
        path = geometric_mixture(policy, reference, weights)
        best = control_variate(optimal_coefficient(path, np.broadcast_to(reference, path.shape)))
        moments = {
            name: estimator_moments(estimator, path, reference)
            for name, estimator in {"k1": k1, "k2": k2, "k3": k3, "best": best}.items()
        }
        return draw(
            self.responses,
            {
                "policy": policy,
                "path": geometric_mixture(policy, reference, self.weight),
                "reference": reference,
            },
            weights,
            moments,
            kl_divergence(path, reference),
            self.weight,
            crossover,
        )

    def _is_still(self) -> bool:
        """Say whether the path goes nowhere, so that no estimator ever errs."""
        return self.policy == self.reference

    def _verdict(self) -> str:
        if self._is_still():
            return "Policy and reference are equal, so the path goes nowhere."
        crossover = variance_crossover(self.policy, self.reference)
        return f"k3 and k1 spread equally at w = {crossover:.3f}."
