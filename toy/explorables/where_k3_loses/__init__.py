"""Where k3 loses: a policy unlearns one response, and the scatter of k3 overtakes that of k1."""

import numpy as np
from numpy.typing import ArrayLike

from toy.exact.bandits import TEMPTING
from toy.exact.distributions import geometric_mixture
from toy.exact.kl_estimators import estimator_moments, k1, k3, variance_crossover
from toy.exact.validation import Array
from toy.explorables.scene import Scene, say
from toy.explorables.traits import Count, Distribution, Labels, Number
from toy.explorables.where_k3_loses.still import draw

#: The shares of the unlearned response that are drawn.
SHARES = (0.01, 0.5)


class WhereK3Loses(Scene):
    """Unlearn one response, the others in their old proportions, and watch both scatter."""

    share = Number(
        0.25, "how often π still says it; the others share the rest", low=SHARES[0], high=SHARES[1]
    )
    unlearned = Count(3, "which response is unlearned, counted from one", high=4)
    reference = Distribution(TEMPTING.reference[0], "π_ref")
    responses = Labels(
        ["I don't know", "Venus", "Mercury", "the Sun"], "what they are called", low=4
    )

    def question(self) -> str:
        """Return the question: at which share the two scatter alike."""
        return (
            f"The reference says {self._name()} {say(100 * self._from())} times in 100, and "
            "training unlearns it. Below which share does k3 scatter more than k1?"
        )

    def truth(self) -> float | None:
        """Return that share, if it is on the axis."""
        far = self._policies(np.array(SHARES[0]) * self._from())
        weight = variance_crossover(far, self.reference)
        share = float(geometric_mixture(far, self.reference, weight)[self.unlearned - 1])
        return share if SHARES[0] <= share <= SHARES[1] else None

    def why(self) -> str:
        """Return what k3 adds to the log-ratio there, and what half that share does."""
        if (share := self.truth()) is None:
            return f"There is no such share between {say(SHARES[0])} and {say(SHARES[1])}."
        half = self._stds(share / 2)
        return (
            f"k3 counts reference/policy, there {say(self._from() / share)} for {self._name()}: "
            f"both scatter by {say(float(self._stds(share)['k1']))}. At half that share k1 has "
            f"{say(float(half['k1']))}, k3 {say(float(half['k3']))}."
        )

    def still(self) -> str:
        """Draw the standard deviation of a draw of each over the share."""
        shares = np.geomspace(*SHARES, 121)
        return draw(shares, self._stds(shares), self.share, self.truth())

    def _stds(self, shares: ArrayLike) -> dict[str, Array]:
        policies = self._policies(shares)
        moments = estimator_moments
        return {k.__name__: moments(k, policies, self.reference).std for k in (k1, k3)}

    def _policies(self, shares: ArrayLike) -> Array:
        """Return the policies (..., Y) that still say it so often."""
        reference, share = np.array(self.reference), np.asarray(shares)[..., None]
        is_it = np.arange(reference.size) == self.unlearned - 1
        return np.where(is_it, share, reference * (1 - share) / reference[~is_it].sum())

    def _from(self) -> float:
        return self.reference[self.unlearned - 1]

    def _name(self) -> str:
        return self.responses[self.unlearned - 1]
