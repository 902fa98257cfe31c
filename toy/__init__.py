"""RLHF, Exactly: tabular bandits on which learning from preferences is computed, not sampled.

Every name of the public contract is importable from here. The figures, explorables and exercises of
the book are loaded when they are first named, so that `import toy` needs NumPy and SciPy alone.
"""

from importlib import import_module
from types import ModuleType

from toy.distributions import (
    chi_square_divergence,
    entropy,
    expectation,
    geometric_mixture,
    kl_divergence,
    log_ratio,
    log_softmax,
    softmax,
    total_variation,
)
from toy.kl_estimators import (
    Moments,
    control_variate,
    estimate_distribution,
    estimator_moments,
    gaussian_moments,
    k1,
    k2,
    k3,
    kl_gradient,
    loss_gradient,
    optimal_coefficient,
    sample_estimates,
    variance_crossover,
)

__all__ = [
    "Moments",
    "chi_square_divergence",
    "control_variate",
    "entropy",
    "estimate_distribution",
    "estimator_moments",
    "expectation",
    "gaussian_moments",
    "geometric_mixture",
    "k1",
    "k2",
    "k3",
    "kl_divergence",
    "kl_gradient",
    "log_ratio",
    "log_softmax",
    "loss_gradient",
    "optimal_coefficient",
    "sample_estimates",
    "softmax",
    "total_variation",
    "variance_crossover",
]

_UPPER_FLOORS = ("explorables", "figures")


def __getattr__(name: str) -> ModuleType:
    """Load an upper floor, with the libraries it needs, when it is first named."""
    if name in _UPPER_FLOORS:
        return import_module(f"toy.{name}")
    raise AttributeError(f"module 'toy' has no attribute {name!r}")
