"""The law of a mean, in bins."""

import numpy as np

from toy.exact.enumeration import count_probabilities, count_vectors

LOW, HIGH, NUM_BINS, NUM_SAMPLES = -0.31, 0.37, 17, 20

#: Values of which no mean lies on the edge of a bin.
VALUES = np.array([-np.sqrt(0.5), np.log10(np.e), np.log(2), np.e])
POLICY = np.array([0.5, 0.3, 0.15, 0.05])


def histogram(size: int) -> dict[str, object]:
    policy = POLICY[:size] / POLICY[:size].sum()
    counts = count_vectors("num_samples", NUM_SAMPLES, size, "take fewer")
    means = counts @ VALUES[:size] / NUM_SAMPLES
    probabilities = count_probabilities(policy, counts)
    return {
        "values": VALUES[:size],
        "probabilities": probabilities,
        "bins": np.histogram(means, NUM_BINS, (LOW, HIGH), weights=probabilities)[0],
        "below": probabilities[means < LOW].sum(),
        "above": probabilities[means > HIGH].sum(),
    }


def vectors() -> dict[str, object]:
    settings = {"domain": (LOW, HIGH), "numBins": NUM_BINS, "numSamples": NUM_SAMPLES}
    return settings | {"cases": [histogram(size) for size in (2, 3, 4)]}
