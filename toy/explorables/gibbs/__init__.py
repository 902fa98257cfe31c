"""The RLHF objective, its exact optimum at every price, and the most reward that a nat buys."""

from collections.abc import Sequence

import numpy as np

from toy.exact.bandits import TEMPTING
from toy.exact.distributions import expectation, kl_divergence
from toy.exact.rlhf_objective import (
    gibbs_policy,
    log_partition,
    ptx_policy,
    reward_kl_frontier,
)
from toy.exact.validation import Array
from toy.explorables.base import Explorable
from toy.explorables.gibbs.still import draw
from toy.explorables.traits import Distribution, Labels, Number, Switch, Values


class Gibbs(Explorable):
    """Drag rewards, reference and β; see π* ∝ π_ref e^(r/β), and the frontier that it walks on."""

    reward = Values(TEMPTING.reward[0], "r", low=-3.0, high=3.0, unit="units of reward")
    reference = Distribution(TEMPTING.reference[0], "π_ref")
    responses = Labels(["I don't know", "Venus", "Mercury", "the Sun"], "what they are called")
    beta = Number(0.5, "β, the price of a nat", low=0.05, high=10.0, unit="reward units per nat")
    gamma = Number(0.1, "γ, the weight of p", low=0.01, high=10.0, unit="reward units per nat")
    pretraining = Distribution(
        [0.2, 0.1, 0.3, 0.4], "p, as `reference` where only that is given", like="reference"
    )
    with_pretraining = Switch(False, "whether the third term, + γ E_p[log π], is switched on")

    def describe(self) -> str:
        """Return what the optimum says, earns, pays and keeps, in words."""
        optimum = self._optimum()
        said = self._in_words(optimum)
        kl, value = kl_divergence(optimum, self.reference), self._value()
        return (
            f"At β = {self.beta:g} the optimum says {said}. It earns "
            f"{expectation(optimum, self.reward):.3f}, is {kl:.3f} nats from the reference, and "
            f"keeps β log Z = {value:.3f}, where the tangent of the reward–KL frontier meets the "
            f"reward axis. {self._overtakes()}{self._with_data()}"
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

    def _overtakes(self) -> str:
        best, favourite = int(np.argmax(self.reward)), int(np.argmax(self.reference))
        if best == favourite:
            return f"“{self.responses[best]}” is both the best and the reference's favourite."
        beta = overtaking_price(self.reward, self.reference)
        names = self.responses[best], self.responses[favourite]
        return f"“{names[0]}”, the best, overtakes “{names[1]}” at β = {beta:.3f}."

    def _with_data(self) -> str:
        if not self.with_pretraining:
            return ""
        said = self._in_words(self._ptx())
        return f" With pretraining data of weight γ = {self.gamma:g} it says {said}."


def overtaking_price(reward: Sequence[float], reference: Sequence[float]) -> float:
    """Return the β at which the best response is as likely as the reference's favourite.

    It is infinite where the two are one.
    """
    best, favourite = int(np.argmax(reward)), int(np.argmax(reference))
    if best == favourite:
        return float("inf")
    lead = reward[best] - reward[favourite]
    return float(lead / np.log(reference[favourite] / reference[best]))
