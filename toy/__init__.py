"""RLHF, Exactly: tabular bandits on which learning from preferences is computed, not sampled.

Every name of the public contract is importable from here; the mathematics of a chapter is found in
`toy.exact.<chapter>`. The claims, figures and explorables of the book are loaded when they are
first named, so that `import toy` needs NumPy and SciPy alone.
"""

from importlib import import_module
from types import ModuleType

from toy.exact.bandits import (
    HALF_TRAINED,
    NOISY_LABELS,
    RETICENT_REFERENCE,
    SCHOOLS,
    SHIFTED_REWARDS,
    SHY_REFERENCE,
    TEMPTING,
    WORLDS,
    Bandit,
    log_linear_policy,
    school_comparisons,
)
from toy.exact.distributions import (
    chi_square_divergence,
    entropy,
    expectation,
    geometric_mixture,
    kl_divergence,
    kl_gradient,
    log_ratio,
    log_softmax,
    softmax,
    total_variation,
)
from toy.exact.dpo import (
    dpo_gradient,
    dpo_loss,
    dpo_weights,
    fit_dpo,
    implicit_reward,
    ipo_loss,
    ipo_policy,
    log_linear_dpo_gradient,
)
from toy.exact.kl_estimators import (
    Moments,
    control_variate,
    estimate_distribution,
    estimator_moments,
    gaussian_moments,
    k1,
    k2,
    k3,
    loss_gradient,
    optimal_coefficient,
    ratio_corrected,
    regression_distribution,
    sample_estimates,
    variance_crossover,
)
from toy.exact.learners import (
    Trajectory,
    ascend,
    ascend_with_loss,
    dpo_descent,
    rlhf_ascent,
)
from toy.exact.policy_gradient import (
    GradientMoments,
    clipped_surrogate,
    clipped_surrogate_gradient,
    group_gradient_moments,
    group_mean,
    group_normalised,
    leave_one_out,
    objective_gradient,
    optimal_baseline,
    policy_gradient,
    reinforce_moments,
    score,
)
from toy.exact.rankings import (
    fit_rankings,
    plackett_luce_gradient,
    plackett_luce_loss,
    wins_from_rankings,
)
from toy.exact.reward_loss import (
    fit_rewards,
    margin_after,
    margin_standard_errors,
    optimal_margin,
    reward_loss,
    reward_loss_gradient,
    reward_loss_hessian,
    sample_comparisons,
    time_to_margin,
    win_probability,
)
from toy.exact.rlhf_objective import (
    Frontier,
    ObjectiveTerms,
    best_of_n_policy,
    beta_of_even_odds,
    forward_kl_policy,
    gibbs_policy,
    greedy_policy,
    log_partition,
    objective_terms,
    optimality_gap,
    ptx_policy,
    reward_kl_frontier,
    rlhf_objective,
)
from toy.exact.sequence_dpo import sequence_dpo_gradient
from toy.exact.sequences import (
    gae_moments,
    prefix_kl_moments,
    prefix_values,
    rewards_to_go,
    sequence_estimator_moments,
    sequence_kl,
    sequence_kl_gradient,
    sequence_loss_gradient,
    sequence_probs,
    token_estimator_moments,
    token_loss_gradient,
    trajectory_gradient,
    trajectory_moments,
    whole_return,
)

__version__ = "0.1.0"

__all__ = [
    "HALF_TRAINED",
    "NOISY_LABELS",
    "RETICENT_REFERENCE",
    "SCHOOLS",
    "SHIFTED_REWARDS",
    "SHY_REFERENCE",
    "TEMPTING",
    "WORLDS",
    "Bandit",
    "Frontier",
    "GradientMoments",
    "Moments",
    "ObjectiveTerms",
    "Trajectory",
    "ascend",
    "ascend_with_loss",
    "best_of_n_policy",
    "beta_of_even_odds",
    "chi_square_divergence",
    "clipped_surrogate",
    "clipped_surrogate_gradient",
    "control_variate",
    "dpo_descent",
    "dpo_gradient",
    "dpo_loss",
    "dpo_weights",
    "entropy",
    "estimate_distribution",
    "estimator_moments",
    "expectation",
    "fit_dpo",
    "fit_rankings",
    "fit_rewards",
    "forward_kl_policy",
    "gae_moments",
    "gaussian_moments",
    "geometric_mixture",
    "gibbs_policy",
    "greedy_policy",
    "group_gradient_moments",
    "group_mean",
    "group_normalised",
    "implicit_reward",
    "ipo_loss",
    "ipo_policy",
    "k1",
    "k2",
    "k3",
    "kl_divergence",
    "kl_gradient",
    "leave_one_out",
    "log_linear_dpo_gradient",
    "log_linear_policy",
    "log_partition",
    "log_ratio",
    "log_softmax",
    "loss_gradient",
    "margin_after",
    "margin_standard_errors",
    "objective_gradient",
    "objective_terms",
    "optimal_baseline",
    "optimal_coefficient",
    "optimal_margin",
    "optimality_gap",
    "plackett_luce_gradient",
    "plackett_luce_loss",
    "policy_gradient",
    "prefix_kl_moments",
    "prefix_values",
    "ptx_policy",
    "ratio_corrected",
    "regression_distribution",
    "reinforce_moments",
    "reward_kl_frontier",
    "reward_loss",
    "reward_loss_gradient",
    "reward_loss_hessian",
    "rewards_to_go",
    "rlhf_ascent",
    "rlhf_objective",
    "sample_comparisons",
    "sample_estimates",
    "school_comparisons",
    "score",
    "sequence_dpo_gradient",
    "sequence_estimator_moments",
    "sequence_kl",
    "sequence_kl_gradient",
    "sequence_loss_gradient",
    "sequence_probs",
    "softmax",
    "time_to_margin",
    "token_estimator_moments",
    "token_loss_gradient",
    "total_variation",
    "trajectory_gradient",
    "trajectory_moments",
    "variance_crossover",
    "whole_return",
    "win_probability",
    "wins_from_rankings",
]

_UPPER_FLOORS = ("claims", "explorables", "figures")


def __getattr__(name: str) -> ModuleType:
    """Load an upper floor, with the libraries it needs, when it is first named."""
    if name in _UPPER_FLOORS:
        return import_module(f"toy.{name}")
    raise AttributeError(f"module 'toy' has no attribute {name!r}")


def __dir__() -> list[str]:
    """List what a reader may use: the public names, and the upper floors."""
    return sorted([*__all__, *_UPPER_FLOORS])
