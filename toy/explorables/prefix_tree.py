"""Trees of prefixes: what the explorables of sequences, token by token, have in common."""

import re
from abc import abstractmethod
from collections.abc import Iterable, Mapping, Sequence
from itertools import product
from typing import Any

import numpy as np

from toy.exact.sequences import Tables, sequence_probs
from toy.exact.validation import Array
from toy.explorables.base import Explorable
from toy.explorables.prefix_tree_still import draw
from toy.explorables.traits import MIN_PROBABILITY, Count, Labels, Values

STEPS = 3
NUM_NODES = 2**STEPS - 1

#: What a policy is here: at each prefix the probability of the first of the two tokens.
SPLITS: dict[str, Any] = {
    "low": MIN_PROBABILITY,
    "high": 1 - MIN_PROBABILITY,
    "length": NUM_NODES,
    "each": "prefix",
}


class PrefixTree(Explorable):
    """Two tokens can follow every prefix, and a sequence has three.

    Prefixes are numbered by their length and then in the order of the tokens: the empty one; the
    two of one token; the four of two. So are tokens after prefixes, two for each.
    """

    policy = Values(
        [0.65, 0.3, 0.55, 0.75, 0.85, 0.3, 0.2], "π, the first token's probability", **SPLITS
    )
    words = Labels(
        ["Surely", "Perhaps", "Venus", "Mercury", "!", "?"],
        "the two tokens of each step",
        low=2 * STEPS,
        high=2 * STEPS,
    )
    path = Count(3, "the sequence that is looked at, in the order of the tokens", high=2**STEPS)

    @abstractmethod
    def notes(self) -> list[list[str]]:
        """Return what stands at each prefix, a row for each length."""

    @abstractmethod
    def bars(self) -> tuple[dict[str, float], Mapping[str, str], str]:
        """Return three numbers by their names, the roles of the names, and the unit."""

    def still(self) -> str:
        """Draw the tree above the bars."""
        policy = policy_tables(self.policy)
        probs = [np.ones(1), *(sequence_probs(policy[: t + 1]).ravel() for t in range(STEPS))]
        return draw(self._labels(), probs, self.notes(), *self.bars())

    def _labels(self) -> list[list[str]]:
        """Return the word of each prefix that ends a ribbon, and of each sequence the whole."""
        pairs = [self.words[2 * t : 2 * t + 2] for t in range(STEPS)]
        lasts = [pairs[t] * 2**t for t in range(STEPS - 1)]
        return [*lasts, [written(words) for words in product(*pairs)]]


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
