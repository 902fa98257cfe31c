"""Worlds for the tests: asymmetric on purpose, so that a swapped direction cannot hide."""

import numpy as np
from hypothesis import strategies as st

import toy

#: The homework's own pair: the policy is even, the reference is nearly certain.
EVEN = [0.5, 0.5]
SKEWED = [0.01, 0.99]

#: Pairs (policy, reference) of every kind: near, far, extreme, two responses and many.
PAIRS = {
    "homework 1E": (EVEN, SKEWED),
    "homework 1F": (SKEWED[::-1], EVEN),
    "three responses": ([0.6, 0.3, 0.1], [0.2, 0.3, 0.5]),
    "four responses": (toy.HALF_TRAINED.tolist(), toy.RETICENT_REFERENCE.tolist()),
    # Dyadic numbers, so that both rows sum to one exactly and the oracle sees the same worlds.
    "nearly equal": ([0.25 + 2**-30, 0.75 - 2**-30], [0.25, 0.75]),
    "close": ([0.26, 0.35, 0.39], [0.25, 0.35, 0.4]),
    "tiny probability": ([1e-30, 1.0], [0.3, 0.7]),
    "tiny reference": ([0.3, 0.7], [1e-30, 1.0]),
}


def as_lists(array):
    return [float(x) for x in array]


@st.composite
def policies(draw, size, widest=30.0):
    """Softmax policies over `size` responses, with logits up to ±`widest`."""
    logits = draw(st.lists(st.floats(-widest, widest), min_size=size, max_size=size))
    weights = np.exp(np.array(logits) - max(logits))
    return weights / weights.sum()


@st.composite
def worlds(draw, widest=30.0):
    """Pairs of a policy and a reference over the same two to six responses."""
    size = draw(st.integers(2, 6))
    return draw(policies(size, widest)), draw(policies(size, widest))


def counts(size):
    """Hypothesis strategy: counts in which every response won and lost against every other."""
    entry = st.integers(1, 40).map(float)
    rows = st.lists(st.lists(entry, min_size=size, max_size=size), min_size=size, max_size=size)
    return rows.map(lambda table: np.array(table) * (1 - np.eye(size)))


def rewards(size, widest=10.0):
    """Hypothesis strategy: rewards up to ±`widest`."""
    return st.lists(st.floats(-widest, widest), min_size=size, max_size=size).map(np.array)
