"""The RLHF objective, its exact optimum at every price, and the most reward that a nat buys."""

from typing import Any

import numpy as np
import traitlets

from toy.exact.bandits import TEMPTING
from toy.exact.distributions import expectation, kl_divergence
from toy.exact.rlhf_objective import (
    beta_of_even_odds,
    gibbs_policy,
    log_partition,
    ptx_policy,
    reward_kl_frontier,
)
from toy.exact.validation import Array
from toy.explorables.base import Distribution, Labels, Number, OverResponses, Values
from toy.explorables.gibbs.still import draw

MOST_REWARD = 3.0


class Gibbs(OverResponses):
    """Drag rewards, reference and β; see π* ∝ π_ref e^(r/β), and the frontier that it walks along.

    Attributes
    ----------
    reward : one number for each response, from −3 to 3, in units of reward
    reference : one probability > 0 for each response
    responses : the labels, two to four; A, B, … where only rewards are given
    beta : β, from 0.05 to 10, in units of reward per nat
    with_pretraining : whether the third term, + γ E_p[log π], is switched on
    gamma : γ, from 0.01 to 10, in units of reward per nat
    pretraining : p, one probability > 0 for each response; the reference where only that is given
    """

    _view = "gibbs"
    _state = (
        "reward",
        "reference",
        "responses",
        "beta",
        "gamma",
        "pretraining",
        "with_pretraining",
    )
    _per_response = ("reward", "reference", "pretraining")

    reward = Values(TEMPTING.reward[0], most=MOST_REWARD).tag(sync=True)
    reference = Distribution(TEMPTING.reference[0]).tag(sync=True)
    pretraining = Distribution([0.2, 0.1, 0.3, 0.4]).tag(sync=True)
    responses = Labels(["I don't know", "Venus", "Mercury", "the Sun"]).tag(sync=True)
    beta = Number(0.3, low=0.05, high=10.0).tag(sync=True)
    gamma = Number(0.1, low=0.01, high=10.0).tag(sync=True)
    with_pretraining = traitlets.Bool(False).tag(sync=True)

    def __init__(self, **traits: Any) -> None:
        if "reference" in traits:
            traits.setdefault("pretraining", traits["reference"])
        super().__init__(**traits)

    @traitlets.validate("reward", "reference", "pretraining", "responses")
    def _check_lengths(self, proposal: Any) -> Any:
        return self._as_long_as_the_others(proposal)

    def describe(self) -> str:
        """Return what the optimum says, earns, pays and keeps, in words."""
        optimum = self._optimum()
        said = self._in_words(optimum)
        kl, value = kl_divergence(optimum, self.reference), self._value()
        return (
            f"At β = {self.beta:g} the optimum says {said}. It earns "
            f"{expectation(optimum, self.reward):.3f}, is {kl:.3f} nats from the reference, and "
            f"keeps β log Z = {value:.3f}, where the tangent of the reward–KL frontier meets the "
            f"reward axis. {self._half()}{self._with_data()}"
        )

    def still(self) -> str:
        """Draw the rewards, the policies, and the frontier with its tangent at β."""
        prices = np.geomspace(1000, 0.004, 241)
        frontier = reward_kl_frontier(self.reward, self.reference, prices)
        points = {name: self._point(policy) for name, policy in self._policies().items()}
        return draw(
            self.responses,
            self.reward,
            self._policies(),
            (frontier.kl, frontier.reward),
            points,
            self.beta,
            self._value(),
        )

    def _optimum(self) -> Array:
        return gibbs_policy(self.reward, self.reference, self.beta)

    def _value(self) -> float:
        return self.beta * float(log_partition(self.reward, self.reference, self.beta))

    def _point(self, policy: Array) -> tuple[float, float]:
        """Return where a policy stands on the chart: KL, and expected reward."""
        mean = expectation(policy, self.reward)
        return float(kl_divergence(policy, self.reference)), float(mean)

    def _policies(self) -> dict[str, Array]:
        """Return everything that has bars, by role."""
        shown = {"policy": self._optimum(), "reference": np.array(self.reference)}
        if self.with_pretraining:
            shown["k3"] = self._ptx()
            shown["k2"] = np.array(self.pretraining)
        return shown

    def _ptx(self) -> Array:
        return ptx_policy(self.reward, self.reference, self.beta, self.gamma, self.pretraining)

    def _in_words(self, policy: Array) -> str:
        named = zip(self.responses, policy, strict=True)
        return ", ".join(f"“{name}” with probability {chance:.3f}" for name, chance in named)

    def _half(self) -> str:
        beta = float(beta_of_even_odds(self.reward, self.reference))
        if np.isinf(beta):
            return "The reference gives the best responses at least half of the time already."
        return f"It gives the best responses half of the time at β = {beta:.3f}."

    def _with_data(self) -> str:
        if not self.with_pretraining:
            return ""
        said = self._in_words(self._ptx())
        return f" With pretraining data of weight γ = {self.gamma:g} it says {said}."
