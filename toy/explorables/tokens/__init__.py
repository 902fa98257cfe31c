"""Token by token: the KL divergence as a sum over prefixes, and the rewards a token is paid for."""

import re
from collections.abc import Iterable, Sequence
from itertools import product
from typing import Any

import numpy as np

from toy.exact.distributions import kl_divergence
from toy.exact.kl_estimators import k1, k3
from toy.exact.sequences import (
    Tables,
    prefix_kl_moments,
    prefix_values,
    rewards_to_go,
    sequence_kl,
    sequence_kl_terms,
    sequence_probs,
    token_estimator_moments,
    trajectory_moments,
    whole_return,
)
from toy.exact.validation import Array
from toy.explorables.base import Explorable
from toy.explorables.tokens.still import draw
from toy.explorables.traits import MIN_PROBABILITY, Count, Labels, Option, Switch, Values

STEPS = 3
NUM_NODES = 2**STEPS - 1

#: What a policy is here: at each prefix the probability of the first of the two tokens.
SPLITS: dict[str, Any] = {
    "low": MIN_PROBABILITY,
    "high": 1 - MIN_PROBABILITY,
    "length": NUM_NODES,
    "each": "prefix",
}


class Tokens(Explorable):
    """Branch a tree of prefixes; see where its KL comes from, and who is credited with a reward.

    Two tokens can follow every prefix, and a sequence has three. Prefixes are numbered by their
    length and then in the order of the tokens: the empty one; the two of one token; the four of
    two. So are tokens after prefixes, two for each.
    """

    shows = Option(
        "KL",
        "what the tree shows",
        options={"KL": "the KL of each prefix", "credit": "rewards and credit"},
    )
    policy = Values(
        [0.65, 0.3, 0.55, 0.75, 0.85, 0.3, 0.2], "π, the first token's probability", **SPLITS
    )
    reference = Values(
        [0.4, 0.45, 0.5, 0.5, 0.5, 0.4, 0.35], "π_ref, the first token's probability", **SPLITS
    )
    reference_moves = Switch(False, "whether the handles move the reference, where the KL is shown")
    reward = Values(
        [1.0, 0.5, 1.0, -0.5, 1.0, -0.5, 0.2, 0.0, -0.4, 0.0, 0.0, 0.2, 0.0, 0.2],
        "r",
        low=-3.0,
        high=3.0,
        unit="units of reward",
        length=2 * NUM_NODES,
        each="token after its prefix",
    )
    words = Labels(
        ["Surely", "Perhaps", "Venus", "Mercury", "!", "?"],
        "the two tokens of each step",
        low=2 * STEPS,
        high=2 * STEPS,
    )
    path = Count(3, "the sequence that is looked at, in the order of the tokens", high=2**STEPS)

    def describe(self) -> str:
        """Return what the tree shows, the KL or the credit, in words."""
        return self._describe_kl() if self.shows == "KL" else self._describe_credit()

    def still(self) -> str:
        """Draw the tree beside the divergence of its steps, or the variance of each credit."""
        policy = policy_tables(self.policy)
        return draw(
            self._labels(),
            [np.ones(1), *(sequence_probs(policy[: t + 1]).ravel() for t in range(STEPS))],
            self._notes(),
            *(self._kl_bars() if self.shows == "KL" else self._variance_bars()),
        )

    def _describe_kl(self) -> str:
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

    def _describe_credit(self) -> str:
        variances = ", ".join(f"{value:.3f} {name}" for name, value in self._variances().items())
        return (
            "A tree of prefixes, three tokens deep, with ribbons as thick as a prefix is probable "
            f"and a reward for each token. The expected return is {self._value():.3f}. Total "
            f"variance of the gradient from one sequence: {variances}."
        )

    def _kl_of_steps(self) -> list[float]:
        policy, reference = policy_tables(self.policy), policy_tables(self.reference)
        return [float(terms.sum()) for terms in sequence_kl_terms(policy, reference)]

    def _value(self) -> float:
        values = prefix_values(policy_tables(self.policy), reward_tables(self.reward))
        return float(values[0][0])

    def _variances(self) -> dict[str, float]:
        policy, reward = policy_tables(self.policy), reward_tables(self.reward)
        values = prefix_values(policy, reward)
        moments = {
            "with the whole return": trajectory_moments(policy, reward, credit=whole_return),
            "with reward-to-go": trajectory_moments(policy, reward, credit=rewards_to_go),
            "with reward-to-go less the value": trajectory_moments(policy, reward, values),
        }
        return {name: float(found.total_variance) for name, found in moments.items()}

    def _labels(self) -> list[list[str]]:
        """Return the word of each prefix that ends a ribbon, and of each sequence the whole."""
        pairs = [self.words[2 * t : 2 * t + 2] for t in range(STEPS)]
        lasts = [pairs[t] * 2**t for t in range(STEPS - 1)]
        return [*lasts, [written(words) for words in product(*pairs)]]

    def _notes(self) -> list[list[str]]:
        """Return what stands at each prefix: its KL, or its value."""
        policy, reference = policy_tables(self.policy), policy_tables(self.reference)
        if self.shows == "KL":
            pairs = zip(policy, reference, strict=True)
            return [[f"KL {kl:.3f}" for kl in np.ravel(kl_divergence(*pair))] for pair in pairs]
        values = prefix_values(policy, reward_tables(self.reward))
        return [[f"V {value:.2f}" for value in table.ravel()] for table in values]

    def _kl_bars(self) -> tuple[dict[str, float], dict[str, str], str]:
        names = ("first token", "second", "third")
        bars = dict(zip(names, self._kl_of_steps(), strict=True))
        return bars, dict.fromkeys(bars, "policy"), "share of KL(π ‖ π_ref) (nats)"

    def _variance_bars(self) -> tuple[dict[str, float], dict[str, str], str]:
        values = self._variances().values()
        bars = dict(zip(("whole return", "to go", "less value"), values, strict=True))
        roles = dict(zip(bars, ("k1", "k3", "policy"), strict=True))
        return bars, roles, "total variance of the gradient"


def written(words: Iterable[str]) -> str:
    """Return words as one text; signs follow their word."""
    return re.sub(r" (?=[!?.,])", "", " ".join(words))


def policy_tables(splits: Sequence[float]) -> Tables:
    """Return the tables that `toy.exact.sequences` takes, from the first token's probabilities."""
    first = np.array(splits)
    return _tables(np.stack([first, 1 - first], axis=-1).ravel())


def reward_tables(rewards: Sequence[float]) -> Tables:
    """Return the tables that `toy.exact.sequences` takes, from one reward for each token."""
    return _tables(np.array(rewards))


def _tables(numbers: Array) -> Tables:
    """Return the numbers of the tokens after each prefix, one table a step."""
    ends = [2 ** (t + 1) - 2 for t in range(STEPS + 1)]
    return tuple(numbers[ends[t] : ends[t + 1]].reshape((2,) * (t + 1)) for t in range(STEPS))
