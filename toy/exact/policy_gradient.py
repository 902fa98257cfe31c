"""Floor 2, chapter "Policy gradient": exact gradients in the logits, and their estimates' law.

Policies are tabular softmaxes. The *score* of a response is ∇ log π(y), a vector with one entry for
each logit. An estimator draws responses from the policy; its mean and covariance are summed over
all of them here, so that nothing is said of a variance that was not computed. Worlds
broadcast over their leading axes.

What is not as its line under Parameters says, or does not fit the rest in shape, is refused with a
``ValueError`` that names the argument, the rule and what it got; Raises tells what else may happen.

Sources: williams1992reinforce, sutton1999policy, schulman2017ppo, kool2019buy (leave one out),
shao2024grpo (groups).
"""

import math
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, TypeAlias

import numpy as np
from numpy.typing import ArrayLike

from toy.exact.distributions import complement, difference, kl_gradient, slope_of_mean
from toy.exact.enumeration import (
    check_listable,
    count_probabilities,
    count_vectors,
    listed_draws,
)
from toy.exact.records import Record
from toy.exact.validation import (
    Array,
    as_count,
    as_finite,
    as_nonnegative,
    as_per_world,
    as_policy,
    as_policy_and_reward,
    as_policy_reward_and_reference,
    as_positive,
    as_same_worlds,
    as_values,
    check_result,
    refuse,
)

#: From the rewards of groups (..., G) to the advantages of their members (..., G).
Advantage: TypeAlias = Callable[[Any], Any]

#: Gradients shorter than this point wherever rounding has them point.
_MIN_LENGTH = 1e-12

#: How far equal rewards may come apart by rounding, as a share of the largest: a few ulps.
_ROUNDING = 8 * float(np.finfo(np.float64).eps)


@dataclass(frozen=True, eq=False)
class GradientMoments(Record):
    """Exact moments of an estimate of a gradient in the logits.

    Attributes
    ----------
    mean : (..., Y) units of reward per logit
    covariance : (..., Y, Y) their squares; entry [i, j] is Cov(ĝ_i, ĝ_j)
    """

    mean: Array
    covariance: Array

    @property
    def total_variance(self) -> Array:
        """The trace of the covariance: the mean squared distance of the estimate from its mean."""
        return np.trace(self.covariance, axis1=-2, axis2=-1)

    def bias_length(self, gradient: ArrayLike) -> Array:
        """Return how far the mean is from a gradient (..., Y), ‖E[ĝ] − g‖, in its unit.

        Examples
        --------
        >>> float(GradientMoments(np.array([3.0, -4.0]), np.eye(2)).bias_length([0.0, 0.0]))
        5.0
        """
        return _length(np.subtract(self.mean, gradient))

    def cosine(self, gradient: ArrayLike) -> Array:
        """Return the cosine between the mean and a gradient (..., Y); 1 is the same direction.

        NaN where either is shorter than 1e-12, so that rounding alone would decide.

        Examples
        --------
        >>> moments = GradientMoments(np.array([1.0, -1.0]), np.eye(2))
        >>> float(moments.cosine([0.0, -3.0]).round(4)), float(moments.cosine([0.0, 0.0]))
        (0.7071, nan)
        """
        vectors = self.mean, np.asarray(gradient, float)
        lengths = [_length(vector) for vector in vectors]
        with np.errstate(divide="ignore", invalid="ignore"):
            first, second = (v / size[..., None] for v, size in zip(vectors, lengths, strict=True))
            cosine = (first * second).sum(axis=-1)
        return np.where(np.minimum(*lengths) < _MIN_LENGTH, np.nan, cosine)


def _length(vectors: Array) -> Array:
    """Return the length of vectors (..., Y), whose squares may overflow."""
    return np.asarray(np.hypot.reduce(vectors, axis=-1))


def score(policy: ArrayLike) -> Array:
    """Return the score of every response: how its log-probability answers to each logit.

    ∂ log π(y) / ∂z(j) = [y = j] − π(j), the entry [..., y, j]

    Parameters
    ----------
    policy : (..., Y) probabilities

    Returns
    -------
    (..., Y, Y) nats per logit; each row sums to zero, and so does each column weighted by π

    Source: williams1992reinforce.

    Examples
    --------
    >>> score([0.25, 0.75]).tolist()
    [[0.75, -0.75], [-0.25, 0.25]]
    """
    policy = as_policy("policy", policy)
    drawn = np.eye(policy.shape[-1], dtype=bool)
    return np.where(drawn, complement(policy)[..., None, :], -policy[..., None, :])


def policy_gradient(policy: ArrayLike, reward: ArrayLike) -> Array:
    """Return the gradient in the logits of the expected reward.

    ∇E_π[r] = Σ_y r(y) ∇π(y) = E_π[r ∇ log π],  ∂E_π[r]/∂z(j) = π(j) (r(j) − E_π[r])

    Parameters
    ----------
    policy : (..., Y) probabilities
    reward : (..., Y) finite, in units of reward

    Returns
    -------
    (..., Y) units of reward per logit; each row sums to zero

    Source: williams1992reinforce, sutton1999policy.

    Examples
    --------
    >>> policy_gradient([0.25, 0.75], [1.0, 0.0]).tolist()
    [0.1875, -0.1875]
    """
    policy, reward = as_policy_and_reward(policy, reward)
    return slope_of_mean(policy, reward)


def objective_gradient(
    policy: ArrayLike,
    reward: ArrayLike,
    reference: ArrayLike,
    beta: ArrayLike,
    gamma: ArrayLike = 0.0,
    pretraining: ArrayLike | None = None,
) -> Array:
    """Return the gradient in the logits of all three terms of the RLHF objective.

    ∇J = E_π[(r − β log π/π_ref) ∇ log π] + γ E_p[∇ log π] = ∇E_π[r] − β ∇KL(π ‖ π_ref) + γ (p − π)

    That log π inside the expectation moves too adds −β E_π[∇ log π], which is exactly zero.

    Parameters
    ----------
    policy : (..., Y) probabilities
    reward : (..., Y) finite, in units of reward
    reference : (..., Y) probabilities, > 0 wherever the policy is
    beta : (...) finite, >= 0, in units of reward per nat
    gamma : (...) finite, >= 0, in units of reward per nat
    pretraining : (..., Y) probabilities p; needed where gamma > 0

    Returns
    -------
    (..., Y) units of reward per logit; each row sums to zero

    Source: ouyang2022instructgpt (the objective).

    Examples
    --------
    >>> objective_gradient([0.5, 0.5], [1.0, 0.0], [0.25, 0.75], beta=0.1).round(6).tolist()
    [0.222535, -0.222535]
    """
    policy, reward, reference = as_policy_reward_and_reference(policy, reward, reference)
    beta = as_per_world("beta", as_nonnegative("beta", beta), policy)
    slope = policy_gradient(policy, reward) - beta * kl_gradient(policy, reference)
    policy = np.broadcast_to(policy, slope.shape)  # a row for each β, which γ has to fit
    return slope + _pretraining_pull(policy, gamma, pretraining)


def reinforce_moments(
    policy: ArrayLike, reward: ArrayLike, baseline: ArrayLike = 0.0
) -> GradientMoments:
    """Return exact mean and covariance of REINFORCE's estimate from one response, y ~ π.

    ĝ = (r(y) − b) ∇ log π(y)

    The mean is ∇E_π[r] for every b that does not depend on y, since E_π[∇ log π] = 0. The mean of N
    independent responses has the covariance divided by N.

    Parameters
    ----------
    policy : (..., Y) probabilities
    reward : (..., Y) finite, in units of reward
    baseline : (...) finite, in units of reward: b, one for each world

    Returns
    -------
    GradientMoments of shape (...)

    Source: williams1992reinforce.

    Examples
    --------
    >>> moments = reinforce_moments([0.25, 0.75], [1.0, 0.0])
    >>> moments.mean.tolist(), float(moments.total_variance)
    ([0.1875, -0.1875], 0.2109375)
    """
    policy, reward = as_policy_and_reward(policy, reward)
    baseline = as_per_world("baseline", as_finite("baseline", baseline), reward)
    return _moments("reward and baseline", *_reinforce_law(policy, reward, baseline))


def _reinforce_law(policy: Array, reward: Array, baseline: Array) -> tuple[Array, Array]:
    """Return the law of the estimate from one response: (..., Y) and estimates (..., Y, Y)."""
    return policy, (reward - baseline)[..., None] * score(policy)


def optimal_baseline(policy: ArrayLike, reward: ArrayLike) -> Array:
    """Return the baseline with which REINFORCE's estimate has the least total variance.

    b* = E_π[r ‖∇ log π‖²] / E_π[‖∇ log π‖²]

    It is not the value E_π[r]: rewards count by how far their responses would move the logits. A
    policy that is certain has no variance to lower; there the value is returned.

    Parameters
    ----------
    policy : (..., Y) probabilities
    reward : (..., Y) finite, in units of reward

    Returns
    -------
    (...) units of reward

    Source: williams1992reinforce (the baseline), derived in the chapter.

    Examples
    --------
    >>> optimal_baseline([0.25, 0.75], [1.0, 0.0])  # the value is 0.25
    np.float64(0.75)
    """
    policy, reward = as_policy_and_reward(policy, reward)
    weights = policy * np.square(score(policy)).sum(axis=-1)
    total = weights.sum(axis=-1, keepdims=True)
    weights = np.where(total > 0, weights / np.where(total > 0, total, 1.0), policy)
    return (weights * reward).sum(axis=-1)


def leave_one_out(rewards: ArrayLike) -> Array:
    """Return each reward less the mean of the *other* rewards of its group, an unbiased baseline.

    A_i = r_i − Σ_(j≠i) r_j / (G − 1) = G/(G − 1) · (r_i − mean(r))

    Parameters
    ----------
    rewards : (..., G) finite, in units of reward; G >= 2

    Returns
    -------
    (..., G) units of reward; each row sums to zero

    Source: kool2019buy; ahmadian2024rloo for language models.

    Examples
    --------
    >>> leave_one_out([3.0, 0.0, 0.0]).tolist()
    [3.0, -1.5, -1.5]
    """
    rewards = as_values("rewards", rewards)
    if (size := rewards.shape[-1]) == 1:
        refuse("rewards", "must have at least two members in a group", f"shape {rewards.shape}")
    return group_mean(rewards) * (size / (size - 1))


def group_mean(rewards: ArrayLike) -> Array:
    """Return each reward less the mean of its group, itself included, which shrinks the gradient.

    A_i = r_i − mean(r)

    As a part of its own baseline a response cancels a part of itself: E[ĝ] = (G − 1)/G · ∇E_π[r].

    Parameters
    ----------
    rewards : (..., G) finite, in units of reward

    Returns
    -------
    (..., G) units of reward; each row sums to zero

    Source: liu2025drgrpo.

    Examples
    --------
    >>> group_mean([3.0, 0.0, 0.0]).tolist()
    [2.0, -1.0, -1.0]
    """
    rewards = as_values("rewards", rewards)
    # Measured from the first, equal rewards have advantages of exactly zero.
    from_first = rewards - rewards[..., :1]
    return from_first - from_first.mean(axis=-1, keepdims=True)


def group_normalised(rewards: ArrayLike) -> Array:
    """Return each reward less the mean of its group, in standard deviations of its group.

    A_i = (r_i − mean(r)) / std(r), or 0 where all rewards of the group are equal

    Equal means within 2e-15 of the largest, relatively: rounding is no spread to divide by. The
    standard deviation is the population's, with 1/G; libraries divide by the sample one, with
    1/(G − 1). Dividing by what the group itself says changes, in general, the direction of the
    expected gradient.

    Parameters
    ----------
    rewards : (..., G) finite, in units of reward

    Returns
    -------
    (..., G) no unit; each row sums to zero

    Source: shao2024grpo.

    Examples
    --------
    >>> group_normalised([2.0, 0.0, 2.0, 0.0]).tolist(), group_normalised([0.1, 0.1]).tolist()
    ([1.0, -1.0, 1.0, -1.0], [0.0, 0.0])
    """
    rewards = as_values("rewards", rewards)
    advantages = group_mean(rewards)
    largest = np.abs(advantages).max(axis=-1, keepdims=True)
    differ = largest > _ROUNDING * np.abs(rewards).max(axis=-1, keepdims=True)
    # In units of the largest, so that no square of a reward overflows or vanishes.
    advantages = np.where(differ, advantages, 0.0) / np.where(differ, largest, 1.0)
    spread = np.sqrt(np.square(advantages).mean(axis=-1, keepdims=True))
    return advantages / np.where(differ, spread, 1.0)


def group_gradient_moments(
    policy: ArrayLike, reward: ArrayLike, group_size: int, advantage: Advantage
) -> GradientMoments:
    """Return exact mean and covariance of a group's estimate of the gradient, y_1 … y_G ~ π.

    ĝ = 1/G · Σ_i A_i ∇ log π(y_i),  A = advantage(r(y_1), …, r(y_G))

    Groups that are permutations of each other are listed once, by their counts: C(G + Y − 1, G) of
    them in place of Y^G.

    Parameters
    ----------
    policy : (..., Y) probabilities
    reward : (..., Y) finite, in units of reward
    group_size : G, a whole number >= 1
    advantage : from rewards (..., G) to finite advantages (..., G), such as `leave_one_out`,
        `group_mean` or `group_normalised`; to permute the rewards must permute the advantages

    Returns
    -------
    GradientMoments of shape (...)

    Raises
    ------
    ValueError
        If there are more than two million groups to list, or twenty million rewards in them, or
        `advantage` returns another shape.

    Source: kool2019buy, shao2024grpo.

    Examples
    --------
    >>> group_gradient_moments([0.25, 0.75], [1.0, 0.0], 2, leave_one_out).mean.round(6).tolist()
    [0.1875, -0.1875]
    >>> group_gradient_moments([0.25, 0.75], [1.0, 0.0], 2, group_mean).mean.round(6).tolist()
    [0.09375, -0.09375]
    """
    policy, reward = as_policy_and_reward(policy, reward)
    law = _group_law(policy, reward, as_count("group_size", group_size), advantage)
    return _moments("reward and advantage", *law)


def _group_law(
    policy: Array, reward: Array, size: int, advantage: Advantage
) -> tuple[Array, Array]:
    """Return the law of a group's estimate, groups as counts: (..., C), estimates (..., C, Y)."""
    num_responses = policy.shape[-1]
    counts = count_vectors("group_size", size, num_responses, "take a smaller group")
    num_worlds = math.prod(policy.shape[:-1])
    check_listable("group_size", (num_worlds, len(counts), size), "take a smaller group")
    groups = listed_draws(counts)
    advantages = _advantages(advantage, reward[..., groups])
    pull = np.zeros((*advantages.shape[:-1], num_responses))
    for member in range(size):
        drawn = groups[:, member, None] == np.arange(num_responses)
        pull += advantages[..., member, None] * drawn / size
    gradients = pull - pull.sum(axis=-1, keepdims=True) * policy[..., None, :]
    return count_probabilities(policy, counts), gradients


def clipped_surrogate(
    policy: ArrayLike,
    sampler: ArrayLike,
    advantage: ArrayLike,
    clip_range: ArrayLike,
    dual_clip: float | None = None,
) -> Array:
    """Return PPO's clipped objective, exactly: the sampler, an older policy, gives the responses.

    L = E_μ[min(ρ A, clip(ρ, 1 − ε_low, 1 + ε_high) A)],  ρ = π/μ

    A good response counts up to the upper bound, a bad one from the lower bound on; the other bound
    never bites. With dual clipping a bad response counts no further than ρ = c either.

    Parameters
    ----------
    policy : (..., Y) probabilities
    sampler : (..., Y) probabilities μ; what it never gives contributes nothing
    advantage : (..., Y) finite, in units of reward
    clip_range : a number ε > 0, or the two numbers (ε_low, ε_high), finite, no unit; the same for
        all worlds
    dual_clip : a finite number c > 1, no unit, or None for plain PPO

    Returns
    -------
    (...) units of reward

    Source: schulman2017ppo; yu2025dapo (two bounds), ye2020dualclip (c).

    Examples
    --------
    >>> float(clipped_surrogate([0.5, 0.5], [0.25, 0.75], [1.0, 0.0], clip_range=0.25))
    0.3125
    >>> float(clipped_surrogate([0.5, 0.5], [0.25, 0.75], [1.0, 0.0], clip_range=(0.25, 0.5)))
    0.375
    """
    policy, sampler, advantage = _as_clipped(policy, sampler, advantage)
    # μ min(ρ A, clip(ρ) A) needs no quotient: μ ρ = π.
    least, most = _bounds(sampler, advantage, clip_range, dual_clip)
    gains = np.clip(policy, least, most) * advantage
    return np.where(sampler > 0, gains, 0.0).sum(axis=-1)


def clipped_surrogate_gradient(
    policy: ArrayLike,
    sampler: ArrayLike,
    advantage: ArrayLike,
    clip_range: ArrayLike,
    dual_clip: float | None = None,
) -> Array:
    """Return the gradient in the logits of `clipped_surrogate`, zero wherever the clipping bites.

    ∇L = Σ_(y kept) A(y) ∇π(y)

    A response is dropped if A > 0 and ρ > 1 + ε_high, or A < 0 and ρ < 1 − ε_low, or, with dual
    clipping, A < 0 and ρ > c. At these corners, where L has no derivative, the unclipped side's is
    returned.

    Parameters
    ----------
    policy : (..., Y) probabilities
    sampler : (..., Y) probabilities μ; what it never gives contributes nothing
    advantage : (..., Y) finite, in units of reward
    clip_range : a number ε > 0, or the two numbers (ε_low, ε_high), finite, no unit; the same for
        all worlds
    dual_clip : a finite number c > 1, no unit, or None for plain PPO

    Returns
    -------
    (..., Y) units of reward per logit; each row sums to zero

    Source: schulman2017ppo; yu2025dapo (two bounds), ye2020dualclip (c).

    Examples
    --------
    >>> clipped_surrogate_gradient([0.5, 0.5], [0.25, 0.75], [1.0, 0.0], clip_range=0.25).tolist()
    [0.0, 0.0]
    >>> clipped_surrogate_gradient([0.5, 0.5], [0.25, 0.75], [-1.0, 0.0], clip_range=0.25).tolist()
    [-0.25, 0.25]
    """
    policy, sampler, advantage = _as_clipped(policy, sampler, advantage)
    least, most = _bounds(sampler, advantage, clip_range, dual_clip)
    kept = (sampler > 0) & (policy >= least) & (policy <= most)
    return policy_gradient(policy, np.where(kept, advantage, 0.0))


def _pretraining_pull(policy: Array, gamma: ArrayLike, pretraining: ArrayLike | None) -> Array:
    """Return γ (p − π), or 0 if there is no p and γ does not ask for one."""
    gamma = as_nonnegative("gamma", gamma)
    if pretraining is None:
        if (gamma > 0).any():
            refuse("pretraining", "must be given where gamma > 0", None)
        pretraining = policy
    policy, pretraining = as_same_worlds(
        policy=policy, pretraining=as_policy("pretraining", pretraining)
    )
    return as_per_world("gamma", gamma, policy) * difference(pretraining, policy)


def _as_clipped(policy: ArrayLike, sampler: ArrayLike, advantage: ArrayLike) -> tuple[Array, ...]:
    """Return policy, sampler and advantage, checked and of one shape."""
    return as_same_worlds(
        policy=as_policy("policy", policy),
        sampler=as_policy("sampler", sampler),
        advantage=as_values("advantage", advantage),
    )


def _bounds(
    sampler: Array, advantage: Array, clip_range: ArrayLike, dual_clip: float | None
) -> tuple[Array, Array]:
    """Return from where and up to where π counts, for each response: μ times bounds of ρ."""
    reach = as_positive("clip_range", clip_range)
    if reach.shape not in ((), (2,)):
        rule = "must be one number, or two: the lower and the upper range, the same for all worlds"
        refuse("clip_range", rule, f"shape {reach.shape}")
    low, high = np.broadcast_to(reach, 2)
    furthest = np.inf if dual_clip is None else _as_dual_clip(dual_clip) * sampler
    good = advantage > 0
    least = np.where(good, 0.0, (1 - low) * sampler)
    return least, np.where(good, (1 + high) * sampler, furthest)


def _as_dual_clip(dual_clip: float) -> float:
    """Return the ratio beyond which a bad response counts no further, a number > 1."""
    number = as_finite("dual_clip", dual_clip)
    if number.ndim or number <= 1:
        refuse("dual_clip", "must be a single number > 1", dual_clip)
    return float(number)


def _advantages(advantage: Advantage, rewards: Array) -> Array:
    """Return what an advantage function makes of rewards (..., C, G), refusing another shape."""
    values = as_values("advantage(rewards)", advantage(rewards))
    if values.shape != rewards.shape:
        refuse("advantage", f"must return shape {rewards.shape}", f"shape {values.shape}")
    return values


def _moments(names: str, probabilities: Array, samples: Array) -> GradientMoments:
    """Return the moments of samples (..., S, Y) that come with probabilities (..., S).

    `names` are the arguments to blame where float64 does not hold them.
    """
    weights = probabilities[..., None]
    with np.errstate(over="ignore", invalid="ignore"):
        mean = (weights * samples).sum(axis=-2)
        spread = samples - mean[..., None, :]
        covariance = np.swapaxes(spread, -2, -1) @ (weights * spread)
    check_result(names, "must be small enough for a variance", mean, covariance)
    return GradientMoments(mean, covariance)
