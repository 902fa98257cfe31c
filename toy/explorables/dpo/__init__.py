"""DPO's descent beside RLHF's ascent, over three responses, step by step."""

import numpy as np

from toy.exact.distributions import kl_divergence
from toy.exact.dpo import dpo_loss
from toy.exact.learners import dpo_descent, rlhf_ascent
from toy.exact.reward_loss import fit_rewards
from toy.exact.rlhf_objective import gibbs_policy
from toy.exact.validation import Array
from toy.explorables.base import Explorable
from toy.explorables.dpo.still import draw
from toy.explorables.traits import Count, Distribution, Labels, Number, Option, Switch

#: How long a run is, and the size of its steps: small enough for both methods at every setting.
MAX_STEPS = 2000
STEP_SIZE = 0.5

#: Which of the responses, from best to worst, are compared: (better, worse).
PAIRS = {
    "all": ((0, 1), (1, 2), (0, 2)),
    "chain": ((0, 1), (1, 2)),
    "one": ((0, 2),),
}

NAMES = {"all": "all pairs", "chain": "neighbours", "one": "best and worst only"}

#: The one feature that the responses may share: their length, in hundreds of words.
FEATURES = ((1.0,), (3.0,), (0.0,))


class DPO(Explorable):
    """Train by DPO and by RLHF from one reference; see who rises, who falls, where each ends."""

    reference = Distribution([0.1, 0.3, 0.6], "π_ref, of the best, the middle and the worst")
    responses = Labels(
        ["a paragraph", "a page", "one line"], "their names, from best to worst", low=3, high=3
    )
    beta = Number(0.5, "β, the price of a nat", low=0.1, high=1.0, unit="reward units per nat")
    preference = Number(0.8, "p, how often the better one of a pair wins", low=0.5, high=1.0)
    pairs = Option("all", "which responses are compared", options=NAMES)
    shared_features = Switch(False, "π ∝ π_ref e^(θ f) with one feature f, not a free softmax")
    log_scale = Switch(False, "whether probabilities are drawn on a logarithmic axis")
    time = Count(8, "the training step", high=MAX_STEPS)

    def describe(self) -> str:
        """Return where both methods stand, and where they are going, in words."""
        policy = self._descent()[self.time]
        loss = dpo_loss(policy, self.reference, self._wins(), self.beta)
        divergence = kl_divergence(policy, self.reference)
        return (
            f"DPO after {self.time} steps, β = {self.beta:g}, {self.preference:.0%} of the labels "
            f"correct, compared: {NAMES[self.pairs]}. Probabilities: {self._named(policy)}; loss "
            f"{loss:.3f} nats, KL from the reference {divergence:.3f} nats. {self._rival()}"
        )

    def still(self) -> str:
        """Draw both paths in the triangle, and DPO's probabilities and loss over the steps."""
        ascent, optimum = self._ascent()
        descent, reference = self._descent(), np.array(self.reference)
        wins = np.broadcast_to(self._wins(), (len(descent), 3, 3))
        losses = dpo_loss(descent, np.broadcast_to(reference, descent.shape), wins, self.beta)
        ways = {"policy": descent} | ({} if ascent is None else {"k1": ascent})
        return draw(self.responses, ways, optimum, losses, self.time, self.log_scale)

    def _wins(self) -> Array:
        wins = np.zeros((3, 3))
        for better, worse in PAIRS[self.pairs]:
            wins[better, worse], wins[worse, better] = self.preference, 1 - self.preference
        return wins

    def _features(self) -> Array | None:
        return np.array(FEATURES) if self.shared_features else None

    def _descent(self) -> Array:
        """Return DPO's policies, the reference first."""
        return dpo_descent(
            self.reference, self._wins(), self.beta, STEP_SIZE, MAX_STEPS, self._features()
        ).policies

    def _ascent(self) -> tuple[Array | None, Array | None]:
        """Return RLHF's policies and its optimum, if any rewards fit the comparisons best."""
        if self.pairs == "one" or self.preference == 1:
            return None, None
        reward = fit_rewards(self._wins())
        ascent = rlhf_ascent(
            reward, self.reference, self.beta, STEP_SIZE, MAX_STEPS, self._features()
        )
        return ascent.policies, gibbs_policy(reward, self.reference, self.beta)

    def _named(self, policy: Array) -> str:
        pairs = zip(self.responses, policy, strict=True)
        return ", ".join(f"{name} {chance:.3f}" for name, chance in pairs)

    def _rival(self) -> str:
        ascent, optimum = self._ascent()
        if ascent is None or optimum is None:
            return "No finite rewards fit these comparisons best, so RLHF has no optimum."
        return (
            f"RLHF after as many steps: {self._named(ascent[self.time])}; "
            f"its optimum π*: {self._named(optimum)}."
        )
