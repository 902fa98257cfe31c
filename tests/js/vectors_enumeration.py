"""Groups, listed by their counts, and how likely each is."""

import numpy as np
from vectors_distributions import PAIRS

from toy.exact.enumeration import count_probabilities, count_vectors, num_count_vectors


def listed(policy: np.ndarray, total: int) -> dict[str, object]:
    counts = count_vectors("total", total, policy.size, "take fewer")
    return {
        "policy": policy,
        "total": total,
        "numCountVectors": num_count_vectors(total, policy.size),
        "counts": counts.T,
        "probabilities": count_probabilities(policy, counts),
    }


def vectors() -> list[dict[str, object]]:
    return [
        listed(PAIRS["homework 1E"][0], 1),
        listed(PAIRS["k3 loses"][0], 100),
        listed(PAIRS["three responses"][0], 25),
        listed(PAIRS["four responses"][0], 9),
        listed(PAIRS["rare under the policy"][0], 6),
        listed(PAIRS["homework 1E"][0], 300),
        listed(np.array([0.3, 0.3, 0.3, 0.1]), 9),
    ]
