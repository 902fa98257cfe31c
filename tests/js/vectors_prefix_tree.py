"""The tables that stand for a tree of two tokens, and the numbers that its handles hold."""

import numpy as np
from vectors_sequences import RNG, SPLITS, rows, trees


def vectors() -> dict[str, object]:
    reward = tuple(RNG.normal(size=(2,) * (t + 1)) for t in range(3))
    return {
        "policies": [{"splits": q, "tables": rows(trees(q))} for q, _ in SPLITS.values()],
        "reward": {
            "numbers": np.concatenate([table.ravel() for table in reward]),
            "tables": rows(reward),
        },
    }
