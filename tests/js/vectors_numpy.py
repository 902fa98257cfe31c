"""Places in tables, and their numbers."""

import numpy as np

SHAPES = ((2, 2, 2), (3, 2), (4,), (2, 3, 4))


def vectors() -> list[dict[str, object]]:
    return [{"shape": shape, "indices": list(np.ndindex(shape))} for shape in SHAPES]
