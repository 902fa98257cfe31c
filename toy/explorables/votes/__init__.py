"""Forty votes and a policy: what share of the answers the votes for one of two buy it."""

import numpy as np

from toy.exact.dpo import dpo_loss, fit_dpo
from toy.exact.validation import Array
from toy.explorables.scene import Scene, say
from toy.explorables.traits import Count, Number
from toy.explorables.votes.still import draw

#: How many vote, how often the reference gives the first, A, and what can be guessed.
VOTES, REFERENCE = 40, 0.2
SHARES = (0.01, 0.99)

_RAISED = str.maketrans("0123456789", "⁰¹²³⁴⁵⁶⁷⁸⁹")


class Votes(Scene):
    """Move the policy down DPO's loss, and see where votes bring it."""

    policy = Number(REFERENCE, "π, how often answer A is given", low=0.05, high=0.97)
    won = Count(3 * VOTES // 4, f"how many of {VOTES} people prefer A to B", low=1, high=VOTES - 1)
    beta = Number(0.5, "β, the price of a nat", low=0.25, high=2.0, unit="reward units per nat")

    def question(self) -> str:
        """Return the question: how often the trained policy gives answer A."""
        return (
            f"The reference gives answer A {say(100 * REFERENCE)} times in 100; {self.won} of "
            f"{VOTES} people prefer A to B. How likely does DPO make A, at "
            f"β\u00a0=\u00a0{say(self.beta)}?"
        )

    def truth(self) -> float | None:
        """Return that probability, if it can be guessed."""
        share = float(fit_dpo(_both(REFERENCE), self._wins(), self.beta)[0])
        return share if SHARES[0] <= share <= SHARES[1] else None

    def why(self) -> str:
        """Return what the votes do to the odds of the reference."""
        return (
            "The odds of A become the reference's times the votes', to the power 1/β: "
            f"{self._odds()}."
        )

    def still(self) -> str:
        """Draw DPO's loss over the policy, with its minimum."""
        shares = np.linspace(0.01, 0.99, 197)
        return draw(shares, self._loss(shares), self.policy, self.truth(), self._odds())

    def _odds(self) -> str:
        """Return what the votes make of the reference's odds, as a product."""
        before, votes = REFERENCE / (1 - REFERENCE), self.won / (VOTES - self.won)
        after = before * votes ** (1 / self.beta)
        return f"{say(before)} × {_power(say(votes), 1 / self.beta)} = {say(after)}"

    def _wins(self) -> Array:
        return np.array([[0, self.won], [VOTES - self.won, 0]])

    def _loss(self, shares: Array) -> Array:
        policies = _both(shares)
        alike = np.broadcast_to(_both(REFERENCE), policies.shape)
        wins = np.broadcast_to(self._wins(), (len(policies), 2, 2))
        return dpo_loss(policies, alike, wins, self.beta)


def _both(share: float | Array) -> Array:
    """Return the probabilities of both responses, from that of the first."""
    return np.stack([share, 1 - np.asarray(share)], axis=-1)


def _power(base: str, exponent: float) -> str:
    """Return a power as one writes it."""
    if exponent == 1:
        return base
    if exponent == 0.5:
        return f"√{base}"
    if exponent.is_integer():
        return base + str(int(exponent)).translate(_RAISED)
    return f"{base}^{say(exponent)}"
