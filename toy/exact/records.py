"""Floor 0: results of several arrays, which compare like values."""

from dataclasses import fields

import numpy as np


class Record:
    """A frozen dataclass with arrays in it: equal to another one if all their entries are.

    What holds arrays is no key: a record has no hash. The arrays of a result are the caller's own,
    to be written to; those of a `Bandit` are not.
    """

    def __eq__(self, other: object) -> bool:
        if type(other) is not type(self):
            return NotImplemented
        names = [field.name for field in fields(self)]  # type: ignore[arg-type]
        return all(np.array_equal(getattr(self, name), getattr(other, name)) for name in names)
