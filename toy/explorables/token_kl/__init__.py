"""Token by token: the KL divergence of sequences as a sum over prefixes."""

from collections.abc import Mapping

import numpy as np

from toy.exact.distributions import kl_divergence
from toy.exact.kl_estimators import k1, k3
from toy.exact.sequences import (
    prefix_kl_moments,
    sequence_kl,
    sequence_kl_terms,
    token_estimator_moments,
)
from toy.explorables.prefix_tree import SPLITS, PrefixTree, policy_tables
from toy.explorables.traits import Switch, Values


class TokenKL(PrefixTree):
    """Branch a tree of prefixes; see at which of them the KL between sequences arises.

    The numbers of prefixes are those of `PrefixTree`.
    """

    reference = Values(
        [0.4, 0.45, 0.5, 0.5, 0.5, 0.4, 0.35], "π_ref, the first token's probability", **SPLITS
    )
    reference_moves = Switch(False, "whether the handles move the reference")

    def describe(self) -> str:
        """Return the KL of each step, and how three estimates of it vary, in words."""
        policy, reference = policy_tables(self.policy), policy_tables(self.reference)
        steps = ", ".join(f"{share:.3f}" for share in self._kl_of_steps())
        stds = ", ".join(
            f"{name} {moments.std:.3f}"
            for name, moments in {
                "k1": token_estimator_moments(k1, policy, reference),
                "k3 token by token": token_estimator_moments(k3, policy, reference),
                "exact at each prefix": prefix_kl_moments(policy, reference),
            }.items()
        )
        return (
            "A tree of prefixes, three tokens deep, with ribbons as thick as a prefix is probable. "
            f"KL(π ‖ π_ref) between sequences is {sequence_kl(policy, reference):.3f} nats, of "
            f"which {steps} at the three tokens. Standard deviation of one sequence's estimate, in "
            f"nats: {stds}."
        )

    def notes(self) -> list[list[str]]:
        """Return the KL of each prefix."""
        pairs = zip(policy_tables(self.policy), policy_tables(self.reference), strict=True)
        return [[f"KL {kl:.3f}" for kl in np.ravel(kl_divergence(*pair))] for pair in pairs]

    def bars(self) -> tuple[dict[str, float], Mapping[str, str], str]:
        """Return what the three tokens add to the KL."""
        bars = dict(zip(("first token", "second", "third"), self._kl_of_steps(), strict=True))
        return bars, dict.fromkeys(bars, "policy"), "share of KL(π ‖ π_ref) (nats)"

    def _kl_of_steps(self) -> list[float]:
        policy, reference = policy_tables(self.policy), policy_tables(self.reference)
        return [float(terms.sum()) for terms in sequence_kl_terms(policy, reference)]
