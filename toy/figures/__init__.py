"""Floor 4: every figure of the book, and the only place that imports matplotlib.

One module a chapter. A figure function takes an `ax` and arrays that the floors below have
computed, draws, and returns the `ax`; it computes nothing of its own.
"""

from toy.figures import bandits, dpo, kl_estimators, policy_gradient, reward_loss, rlhf_objective
from toy.figures.style import axes, use_book_style

__all__ = [
    "axes",
    "bandits",
    "dpo",
    "kl_estimators",
    "policy_gradient",
    "reward_loss",
    "rlhf_objective",
    "use_book_style",
]
