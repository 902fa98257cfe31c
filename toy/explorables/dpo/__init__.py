"""DPO's descent beside RLHF's ascent, over three responses, step by step."""

from typing import Any

import numpy as np
import traitlets

from toy.exact.distributions import kl_divergence
from toy.exact.dpo import dpo_loss
from toy.exact.learners import dpo_descent, rlhf_ascent
from toy.exact.reward_loss import fit_rewards
from toy.exact.rlhf_objective import gibbs_policy
from toy.exact.validation import Array
from toy.explorables.base import Count, Distribution, Number
from toy.explorables.dpo.still import draw
from toy.explorables.three_responses import Corners, Triangle

#: How long a run is, and the size of its steps: small enough for both methods at every setting.
MOST_STEPS = 2000
STEP_SIZE = 0.5
LEAST_BETA, MOST_BETA = 0.1, 1.0

#: Which of the responses, from best to worst, are compared: (better, worse).
PAIRS = {
    "all": ((0, 1), (1, 2), (0, 2)),
    "chain": ((0, 1), (1, 2)),
    "one": ((0, 2),),
}

_NAMES = {"all": "all pairs", "chain": "neighbours", "one": "the best and the worst"}

#: The one feature that the responses may share: their length, in hundreds of words.
FEATURES = ((1.0,), (3.0,), (0.0,))


class DPO(Triangle):
    """Train by DPO and by RLHF from one reference; see who rises, who falls, and where each ends.

    Attributes
    ----------
    reference : three probabilities > 0, of the best, the middle and the worst response
    responses : three labels, from best to worst; A, B, C where only a reference is given
    beta : from 0.1 to 1, units of reward per nat
    preference : p, how often the better response of a pair is preferred, from 0.5 to 1
    pairs : which are compared: "all", "chain" (neighbours) or "one" (best and worst)
    shared_features : whether π ∝ π_ref e^(θ f) with one feature f = (1, 3, 0), or a free softmax
    log_scale : whether probabilities are drawn on a logarithmic axis
    time : the training step, 1 to 2000
    """

    _view = "dpo"
    _state = (
        "reference",
        "responses",
        "beta",
        "preference",
        "pairs",
        "shared_features",
        "log_scale",
        "time",
    )
    _per_response = ("reference",)

    reference = Distribution([0.1, 0.3, 0.6]).tag(sync=True)
    responses = Corners(["a paragraph", "a page", "one line"]).tag(sync=True)
    beta = Number(0.5, low=LEAST_BETA, high=MOST_BETA).tag(sync=True)
    preference = Number(0.8, low=0.5, high=1.0).tag(sync=True)
    pairs = traitlets.Enum(tuple(PAIRS), "all").tag(sync=True)
    shared_features = traitlets.Bool(False).tag(sync=True)
    log_scale = traitlets.Bool(False).tag(sync=True)
    time = Count(8, most=MOST_STEPS).tag(sync=True)

    @traitlets.validate("reference")
    def _check_length(self, proposal: Any) -> Any:
        return self._as_three(proposal)

    def describe(self) -> str:
        """Return where both methods stand, and where they are going, in words."""
        policy = self._descent()[self.time]
        loss = dpo_loss(policy, self.reference, self._wins(), self.beta)
        divergence = kl_divergence(policy, self.reference)
        return (
            f"DPO after {self.time} steps, β = {self.beta:g}, {self.preference:.0%} of the labels "
            f"correct, compared: {_NAMES[self.pairs]}. Probabilities: {self._named(policy)}; loss "
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
            self.reference, self._wins(), self.beta, STEP_SIZE, MOST_STEPS, self._features()
        ).policies

    def _ascent(self) -> tuple[Array | None, Array | None]:
        """Return RLHF's policies and its optimum, if any rewards fit the comparisons best."""
        if self.pairs == "one" or self.preference == 1:
            return None, None
        reward = fit_rewards(self._wins())
        ascent = rlhf_ascent(
            reward, self.reference, self.beta, STEP_SIZE, MOST_STEPS, self._features()
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
