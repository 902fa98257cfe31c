"""One draw of k1 and of k3: the same mean, and how little a draw says of it."""

import numpy as np

from toy.exact.bandits import HALF_TRAINED, TEMPTING
from toy.exact.distributions import kl_divergence, log_ratio
from toy.exact.kl_estimators import estimate_distribution, k1, k3
from toy.exact.validation import Array
from toy.explorables.one_draw.still import draw
from toy.explorables.scene import Scene, say
from toy.explorables.traits import Count, Distribution, Labels

ESTIMATORS = {"k1": k1, "k3": k3}

#: The numbers, in nats, that are drawn.
SPAN = (-2.0, 3.6)


class OneDraw(Scene):
    """See what each draw of k3 says, and find what they say on average."""

    draws = Count(1, "N, the draws that are averaged", high=100)
    policy = Distribution(HALF_TRAINED, "π, which draws")
    reference = Distribution(TEMPTING.reference[0], "π_ref")
    responses = Labels(["I don't know", "Venus", "Mercury", "the Sun"], "what they are called")

    def question(self) -> str:
        """Return the question: where the bars of k3 balance."""
        if self.draws == 1:
            return (
                "A draw of k3 says one of these numbers, as often as its bar is high. "
                "What does k3 say on average?"
            )
        return (
            f"Somebody averages {self.draws} draws of k3, and does so again and again. "
            "What is the mean of all these averages?"
        )

    def truth(self) -> float | None:
        """Return the mean, which is the KL, if it is on the axis."""
        kl = float(kl_divergence(self.policy, self.reference))
        return kl if kl <= SPAN[1] else None

    def why(self) -> str:
        """Return how often k3 says less than its mean, and k1 less than nothing."""
        kl = float(kl_divergence(self.policy, self.reference))
        if self.truth() is None:
            return f"The KL, {say(kl)} nats, is off the axis."
        (k1s, chances), (k3s, _) = self._law(k1), self._law(k3)
        less, negative = (say(100 * float(chances[at].sum())) for at in (k3s < kl, k1s < 0))
        if self.draws == 1:
            return (
                f"It is the KL, as k1's mean is. Yet k3 says less {less} times in 100, then "
                f"{say(float(k3s.max()))} for {self._rarest()}; k1 is negative {negative} times "
                "in 100."
            )
        return (
            f"Averaging moves no mean, nor k1's. Of {self.draws} draws, k3's average is less "
            f"{less} times in 100, k1's is negative {negative} times in 100."
        )

    def still(self) -> str:
        """Draw the laws of both, k3's above and k1's below, and their common mean."""
        laws = {name: self._law(estimator) for name, estimator in ESTIMATORS.items()}
        return draw(laws, SPAN, self.truth())

    def _law(self, estimator: object) -> tuple[Array, Array]:
        return estimate_distribution(estimator, self.policy, self.reference, self.draws)  # type: ignore[arg-type]

    def _rarest(self) -> str:
        """Return the response of which k3 says most."""
        values = k3(log_ratio(self.policy, self.reference))
        return self.responses[int(np.argmax(values))]
