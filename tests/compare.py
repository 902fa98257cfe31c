"""How the tests compare numbers with what they should be."""

import numpy as np

#: What `toy` promises: so many digits.
EXACT = 1e-12


def close(actual, expected, rel=EXACT, atol=0.0):
    """Assert that numbers are the expected ones, which may be mpmath's, to a relative precision."""
    np.testing.assert_allclose(actual, np.array(expected, dtype=float), rtol=rel, atol=atol)
