"""Three losses, three destinations: k1, k2 and k3 as the penalty, and where each comes to rest."""

import numpy as np

from toy.exact.bandits import TEMPTING
from toy.exact.kl_estimators import k1, k2, k3
from toy.exact.learners import ascend_with_loss
from toy.exact.rlhf_objective import forward_kl_policy, gibbs_policy, greedy_policy
from toy.exact.validation import Array
from toy.explorables.scene import Scene, say
from toy.explorables.three_losses.still import draw
from toy.explorables.traits import Count, Distribution, Labels, Number, Option, Values

ESTIMATORS = {"k1": k1, "k2": k2, "k3": k3}
STEP_SIZE = 1

#: The number of steps that are drawn.
STEPS = 1000


class ThreeLosses(Scene):
    """Differentiate reward less β times an estimate of the KL, its draws held fixed."""

    loss = Option("k1", "what is put into the loss", options={name: name for name in ESTIMATORS})
    time = Count(8, "steps of descent from the reference, each of the size 1", high=STEPS)
    response = Count(2, "whose share is drawn, counted from one", high=4)
    beta = Number(0.5, "β, the price of a nat", low=0.3, high=2.0, unit="reward units per nat")
    reward = Values(TEMPTING.reward[0], "r", low=-2.0, high=2.0, unit="units of reward")
    reference = Distribution(TEMPTING.reference[0], "π_ref, where the descent begins")
    responses = Labels(
        ["I don't know", "Venus", "Mercury", "the Sun"], "what they are called", low=4
    )

    def question(self) -> str:
        """Return the question: where this loss leads."""
        return (
            f"Descend on the loss −reward + {say(self.beta)} × {self.loss}. "
            f"How often does the policy say {self._name()} in the end?"
        )

    def truth(self) -> float:
        """Return the share at rest."""
        return self._share(self._rest(self.loss))

    def why(self) -> str:
        """Return what pulls, and how far from the optimum it leaves the share."""
        optimum = say(self._share(self._rest("k2")))
        if self.loss == "k1":
            return (
                "With its draws fixed, k1's mean gradient is 0: no penalty is left, reward alone "
                f"decides. The optimum has {optimum}."
            )
        if self.loss == "k2":
            return (
                "That is the optimum π*: k2, although biased as an estimate, "
                "has the KL's own gradient on average."
            )
        return (
            "k3 pulls each logit by π − reference, as the KL of the other direction does: "
            f"{self._name()} keeps {say(self.truth())}, where the optimum has {optimum}."
        )

    def still(self) -> str:
        """Draw the share over the steps, the optimum, and where it comes to rest."""
        world = np.array(self.reference), self.reward, self.reference, self.beta
        flow = ascend_with_loss(ESTIMATORS[self.loss], *world, STEP_SIZE, STEPS).policies
        shares = flow[1:, self.response - 1]
        optimum = self._share(self._rest("k2"))
        return draw(self.loss, shares, self.time, (optimum, self.truth()), self._name())

    def _rest(self, loss: str) -> Array:
        """Return the policy at which a loss leaves off."""
        if loss == "k1":
            return greedy_policy(self.reward, self.reference)
        rest = gibbs_policy if loss == "k2" else forward_kl_policy
        return rest(self.reward, self.reference, self.beta)

    def _share(self, policy: Array) -> float:
        return float(policy[self.response - 1])

    def _name(self) -> str:
        return self.responses[self.response - 1]
