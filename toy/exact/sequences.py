"""Floor 2: the theory token by token, for policies that write T tokens from a vocabulary of V.

A policy is one table a step. `policy[t]`, of shape ``(V,) * (k + 1)``, holds one row of
probabilities of the next token for every choice of the last k tokens, k <= t. With k = t each row
belongs to a whole prefix, and the tables are a prefix tree; with k = 1 the policy is Markov, and
`[first] + [step] * 999` is one of a thousand steps. References, rewards and baselines are tables in
the same way. What looks at few tokens broadcasts over what looks at more, because a context is the
*last* axes. A prompt is a prefix already written: each prompt has its own tables.

A reference may be 0 where the policy is 0 as well, or where the policy never comes: 0 log 0/0 = 0.
So a reply that may end early is a sequence like any other, whose last word repeats itself: after it
the row of both is 1 for it and 0 for all else. Where π > 0 = π_ref the divergence is infinite, and
the reference is refused.

Only the functions that say so list sequences. The others pass once over the steps, and remember no
more tokens of the prefix than some table still looks at.

What is not as its line under Parameters says, or does not fit the rest in shape, is refused with a
``ValueError`` that names the argument, the rule and what it got; Raises tells what else may happen.
All tables of a call have the same T and V.

Sources: sutton1999policy (the gradient), schulman2016gae (GAE), amini2025kl (exact inner sums).
"""

from collections.abc import Callable, Iterable, Iterator, Sequence
from functools import reduce
from itertools import accumulate, count
from typing import Any, TypeAlias

import numpy as np
from numpy.typing import ArrayLike, NDArray

from toy.exact.distributions import complement, kl_terms, log_quotient, slope_of_mean
from toy.exact.enumeration import MAX_NUMBERS
from toy.exact.kl_estimators import (
    Estimator,
    Moments,
    checked_moments,
    estimator_slopes,
    estimator_values,
)
from toy.exact.policy_gradient import GradientMoments
from toy.exact.validation import (
    Array,
    as_array,
    as_finite,
    as_numbers,
    as_policy,
    as_values,
    check_reference,
    check_result,
    refuse,
)

__all__ = [
    "gae_moments",
    "prefix_kl_moments",
    "prefix_values",
    "rewards_to_go",
    "sequence_estimator_moments",
    "sequence_kl",
    "sequence_kl_gradient",
    "sequence_loss_gradient",
    "sequence_probs",
    "token_estimator_moments",
    "token_loss_gradient",
    "trajectory_gradient",
    "trajectory_moments",
    "whole_return",
]

#: One array a step; `tables[t]` has shape (V,) * (k + 1) for some k <= t.
Tables: TypeAlias = tuple[Array, ...]

#: What may be given for tables: any sequence of arrays, one a step.
Steps: TypeAlias = Iterable[ArrayLike]

#: What a step is credited with: rewards (..., T) -> (..., T).
Credit: TypeAlias = Callable[[Array], Array]


def sequence_probs(policy: Steps) -> Array:
    """Return the probability of every sequence, by listing all V^T of them.

    P(y) = Π_t π(y_t | y_<t)

    Parameters
    ----------
    policy : T tables of probabilities, (V,) * (k + 1) with k <= t

    Returns
    -------
    (V,) * T probabilities, indexed by the tokens in their order; sums to one

    Raises
    ------
    ValueError
        If there are more than twenty million sequences.

    Examples
    --------
    >>> sequence_probs([[0.5, 0.5], [[0.25, 0.75], [1.0, 0.0]]]).tolist()
    [[0.125, 0.375], [0.5, 0.0]]
    """
    policy = as_tables("policy", policy, as_policy)
    _check_enumerable(policy, 1)
    return reduce(lambda prefix, table: prefix[..., None] * table, policy, np.ones(()))


def sequence_kl(policy: Steps, reference: Steps) -> Array:
    """Return KL(π ‖ π_ref) between sequences, the policy writing them, by the chain rule.

    KL(π ‖ π_ref) = Σ_t Σ_(y_<t) P(y_<t) KL(π(· | y_<t) ‖ π_ref(· | y_<t))

    No sequence is listed: T V² operations for Markov tables, V^T for prefix trees. No term is
    negative, so that nothing cancels.

    Parameters
    ----------
    policy : T tables of probabilities, (V,) * (k + 1) with k <= t
    reference : T such tables of probabilities, > 0 wherever the policy is; its k may be another one

    Returns
    -------
    () nats, >= 0

    Examples
    --------
    >>> policy, reference = [[0.5, 0.5]] + [[[0.9, 0.1], [0.5, 0.5]]] * 999, [[0.5, 0.5]] * 1000
    >>> round(float(sequence_kl(policy, reference)), 3)
    306.209
    """
    policy, reference = _as_policy_and_reference(policy, reference)
    return np.asarray(sum(terms.sum() for terms in sequence_kl_terms(policy, reference)))


def sequence_kl_terms(policy: Tables, reference: Tables) -> list[Array]:
    """Return what each prefix of each step adds to the KL: P(y_<t) times its own, unchecked."""
    divergences = _prefix_kls(policy, reference)
    prefixes = _prefix_probs(policy, [table.ndim for table in divergences])
    return [prefix * table for prefix, table in zip(prefixes, divergences, strict=True)]


def rewards_to_go(rewards: ArrayLike) -> Array:
    """Return, for each step, the sum of its reward and all later ones.

    G_t = r_t + r_t+1 + … + r_T

    Parameters
    ----------
    rewards : (..., T) finite, in units of reward

    Returns
    -------
    (..., T) in units of reward

    Source: sutton1999policy.

    Examples
    --------
    >>> rewards_to_go([1.0, 0.0, 5.0]).tolist()
    [6.0, 5.0, 5.0]
    """
    return np.cumsum(_as_rewards_of_steps(rewards)[..., ::-1], axis=-1)[..., ::-1]


def whole_return(rewards: ArrayLike) -> Array:
    """Return, for each step, the sum of all rewards, those before it included.

    G = r_1 + … + r_T

    Parameters
    ----------
    rewards : (..., T) finite, in units of reward

    Returns
    -------
    (..., T) in units of reward, the same number at each step

    Source: williams1992reinforce.

    Examples
    --------
    >>> whole_return([1.0, 0.0, 5.0]).tolist()
    [6.0, 6.0, 6.0]
    """
    rewards = _as_rewards_of_steps(rewards)
    return np.repeat(rewards.sum(axis=-1, keepdims=True), rewards.shape[-1], axis=-1)


def prefix_values(policy: Steps, reward: Steps) -> Tables:
    """Return what every prefix can expect of the steps to come: the value function.

    V_t(y_<t) = E[r_t + … + r_T | y_<t] = Σ_v π(v | y_<t) (r_t(y_<t, v) + V_t+1(y_<t v))

    Parameters
    ----------
    policy : T tables of probabilities, (V,) * (k + 1) with k <= t
    reward : T tables r_t(y_<t, y_t) of the same kind, finite, in units of reward; or one NumPy
        array (V,) * T, the reward of each whole sequence, paid at the last step

    Returns
    -------
    T tables (V,) * k + (1,) in units of reward, such as `trajectory_gradient` takes as a baseline

    Examples
    --------
    >>> values = prefix_values([[0.5, 0.5], [[0.25, 0.75], [1.0, 0.0]]], [[0.0, 1.0], [4.0, 0.0]])
    >>> [table.tolist() for table in values]
    [[3.0], [[1.0], [4.0]]]
    """
    policy, reward = _as_policy_and_reward(policy, reward)
    outcomes = zip(policy, _action_values(policy, reward), strict=True)
    return tuple((table * q).sum(axis=-1, keepdims=True) for table, q in outcomes)


def trajectory_gradient(
    policy: Steps,
    reward: Steps,
    baseline: Steps | float = 0.0,
) -> Tables:
    """Return the exact gradient of the expected return in the logits of every conditional row.

    ∇E[G] = E[Σ_t ∇log π(y_t | y_<t) (G_t − b_t)],  G_t = r_t + … + r_T

    ∂/∂z_t(y_<t, v) = P(y_<t) π(v | y_<t) (A_t(v) − Σ_v' π(v' | y_<t) A_t(v')),
    A_t(v) = E[G_t | y_<t, y_t = v] − b_t

    A row that several prefixes share collects the gradients of all. A baseline that depends on the
    prefix alone cancels; one that depends on the token changes the result, and is not a baseline.

    Parameters
    ----------
    policy : T tables of probabilities, (V,) * (k + 1) with k <= t
    reward : T tables r_t(y_<t, y_t) of the same kind, finite, in units of reward; or one NumPy
        array (V,) * T, the reward of each whole sequence, paid at the last step
    baseline : a number; or T numbers or tables b_t, finite, in units of reward, with shape
        (V,) * k + (1,) if they depend on the prefix, (V,) * (k + 1) if on the token as well

    Returns
    -------
    T tables of the policy's shapes, in units of reward per logit; each row sums to zero

    Source: sutton1999policy.

    Examples
    --------
    >>> policy, reward = [[0.5, 0.5], [[0.25, 0.75], [1.0, 0.0]]], [[0.0, 1.0], [4.0, 0.0]]
    >>> [table.tolist() for table in trajectory_gradient(policy, reward)]
    [[-1.0, 1.0], [[0.375, -0.375], [0.0, 0.0]]]
    """
    policy, reward = _as_policy_and_reward(policy, reward)
    baseline = _as_baseline(baseline, policy)
    outcomes = zip(_action_values(policy, reward), baseline, strict=True)
    return _mean_of_scores(policy, [values - b for values, b in outcomes])


def trajectory_moments(
    policy: Steps,
    reward: Steps,
    baseline: Steps | float = 0.0,
    credit: Credit = rewards_to_go,
) -> GradientMoments:
    """Return exact mean and covariance of the one-trajectory gradient, by listing all sequences.

    g(y) = Σ_t ∇log π(y_t | y_<t) (c_t − b_t),  c = credit(r_1, …, r_T),  y ~ π

    With `rewards_to_go` or `whole_return` as credit the mean is `trajectory_gradient`, for the
    rewards before a step have nothing to do with the token drawn there. Reward-to-go never has the
    larger variance if all rewards have one sign, for each step has a table of its own; where past
    and future rewards cancel, it may.

    Parameters
    ----------
    policy : T tables of probabilities, (V,) * (k + 1) with k <= t
    reward : T tables of the same kind, or one array (V,) * T, finite, in units of reward
    baseline : a number, T numbers or T tables, finite, in units of reward; these three as for
        `trajectory_gradient`
    credit : `rewards_to_go`, `whole_return`, or another function of rewards (S, T) -> (S, T)

    Returns
    -------
    GradientMoments over all P logits, mean (P,) and covariance (P, P), in the order of the policy's
    tables: ``np.concatenate([table.ravel() for table in policy])``

    Raises
    ------
    ValueError
        If `credit` changes the shape of its rewards or returns what is not finite, or a table of
        all sequences by all logits, or of all logits by themselves, exceeds twenty million numbers.

    Source: williams1992reinforce, sutton1999policy.

    Examples
    --------
    >>> policy, reward = [[0.5, 0.5], [[0.25, 0.75], [0.5, 0.5]]], [[0.0, 1.0], [4.0, 0.0]]
    >>> float(trajectory_moments(policy, reward).total_variance)
    7.21875
    >>> float(trajectory_moments(policy, reward, credit=whole_return).total_variance)
    8.46875
    """
    policy, reward = _as_policy_and_reward(policy, reward)
    baseline = _as_baseline(baseline, policy)
    return _trajectory_moments("reward and baseline", policy, reward, baseline, credit)


def _trajectory_moments(
    names: str, policy: Tables, reward: Sequence[Array], baseline: Tables, credit: Credit
) -> GradientMoments:
    """Return the moments of the one-trajectory gradient; `names` are to blame if it has none."""
    _check_enumerable(policy, sum(table.size for table in policy))
    tokens = np.indices((policy[0].size,) * len(policy)).reshape(len(policy), -1)
    credited = as_finite("credit(rewards)", credit(_along(reward, tokens)))
    if np.shape(credited) != tokens.T.shape:
        refuse("credit", f"must keep the shape {tokens.T.shape} of its rewards", np.shape(credited))
    gradients = _sampled_gradients(policy, tokens, credited - _along(baseline, tokens))
    weights = sequence_probs(policy).ravel()
    with np.errstate(over="ignore", invalid="ignore"):
        mean = weights @ gradients
        scaled = np.sqrt(weights)[:, None] * (gradients - mean)
        covariance = scaled.T @ scaled
    check_result(names, "must be small enough for a variance", mean, covariance)
    return GradientMoments(mean, covariance)


def gae_moments(
    policy: Steps, reward: Steps, values: Steps | float, decay: ArrayLike
) -> GradientMoments:
    """Return exact mean and covariance of the one-trajectory gradient with GAE(λ), undiscounted.

    A_t = Σ_(l≥0) λ^l δ_t+l,  δ_t = r_t + V_t+1(y_≤t) − V_t(y_<t)

    At λ = 1 it is the reward-to-go less the value, unbiased whatever the values say. Below, errors
    of the values bias it, unless they depend on the step alone.

    Parameters
    ----------
    policy : T tables of probabilities, (V,) * (k + 1) with k <= t
    reward : T tables r_t(y_<t, y_t) of the same kind, finite, in units of reward; or one NumPy
        array (V,) * T, the reward of each whole sequence, paid at the last step
    values : a number; or T numbers or tables V_t, (V,) * k + (1,), finite, in units of reward: what
        somebody thinks that a prefix can expect, such as `prefix_values`, which does not err
    decay : a number λ from 0 to 1, no unit

    Returns
    -------
    GradientMoments over all P logits, as `trajectory_moments` returns them

    Raises
    ------
    ValueError
        If a value depends on the token to come, or there is more to list than `trajectory_moments`
        lists.

    Source: schulman2016gae.

    Examples
    --------
    >>> policy, reward = [[0.5, 0.5], [[0.25, 0.75], [0.5, 0.5]]], [[0.0, 1.0], [4.0, 0.0]]
    >>> gae_moments(policy, reward, 0.0, decay=0.0).mean[:2].tolist()  # blind to what follows
    [-0.25, 0.25]
    >>> gae_moments(policy, reward, prefix_values(policy, reward), decay=0.0).mean[:2].tolist()
    [-0.5, 0.5]
    """
    policy, reward = _as_policy_and_reward(policy, reward)
    values = _as_values_of_prefixes(values, policy)
    following = [*(table[..., 0] for table in values[1:]), np.zeros(())]
    errors = [r + later - now for r, later, now in zip(reward, following, values, strict=True)]
    powers = _powers(_as_decay(decay), len(policy))
    zero = _as_baseline(0.0, policy)
    return _trajectory_moments("reward and values", policy, errors, zero, lambda r: r @ powers)


def sequence_estimator_moments(estimator: Estimator, policy: Steps, reference: Steps) -> Moments:
    """Return exact moments of an estimator of the whole sequence's log-ratio, by listing all.

    k(d(y)),  d(y) = Σ_t d_t = log P(y) − log P_ref(y),  y ~ π

    Parameters
    ----------
    estimator : elementwise function of d, such as `k1`, `k2`, `k3`
    policy : T tables of probabilities, (V,) * (k + 1) with k <= t
    reference : T such tables of probabilities, > 0 wherever the policy is; its k may be another one

    Returns
    -------
    Moments of shape (); the bias is against `sequence_kl`

    Raises
    ------
    ValueError
        If there are more than twenty million sequences, or the estimator is not elementwise.

    Examples
    --------
    >>> from toy.exact.kl_estimators import k2
    >>> policy, reference = [[0.5, 0.5]] * 2, [[0.01, 0.99]] * 2
    >>> round(float(sequence_estimator_moments(k2, policy, reference).mean), 3)
    10.492
    """
    policy, reference = _as_policy_and_reference(policy, reference)
    probs = sequence_probs(policy)
    values = estimator_values(estimator, _sequence_log_ratios(policy, reference))
    mean = (probs * values).sum()
    with np.errstate(over="ignore"):
        variance = np.square(np.sqrt(probs) * (values - mean)).sum()
    return checked_moments(mean, sequence_kl(policy, reference), variance)


def token_estimator_moments(estimator: Estimator, policy: Steps, reference: Steps) -> Moments:
    """Return exact moments of an estimator applied token by token and summed, the policy writing.

    Σ_t k(d_t),  d_t = log π(y_t | y_<t) − log π_ref(y_t | y_<t),  y ~ π

    For k1 it is the estimator of the whole sequence; for k2 and k3 it is another one. If π > 0
    wherever π_ref is, k3 is unbiased for the sequence's KL either way. No sequence is listed.

    Parameters
    ----------
    estimator : elementwise function of d, such as `k1`, `k2`, `k3`
    policy : T tables of probabilities, (V,) * (k + 1) with k <= t
    reference : T such tables of probabilities, > 0 wherever the policy is; its k may be another one

    Returns
    -------
    Moments of shape (); the bias is against `sequence_kl`

    Raises
    ------
    ValueError
        If the estimator is not elementwise.

    Examples
    --------
    >>> from toy.exact.kl_estimators import k2
    >>> policy, reference = [[0.5, 0.5]] * 2, [[0.01, 0.99]] * 2
    >>> round(float(token_estimator_moments(k2, policy, reference).mean), 3)
    7.885
    """
    policy, reference = _as_policy_and_reference(policy, reference)
    ratios = _log_ratios(policy, reference)
    mean, variance = _sum_moments(policy, [estimator_values(estimator, d) for d in ratios])
    return checked_moments(mean, sequence_kl(policy, reference), variance)


def prefix_kl_moments(policy: Steps, reference: Steps) -> Moments:
    """Return exact moments of the estimator that samples prefixes and is exact over the next token.

    Σ_t KL(π(· | y_<t) ‖ π_ref(· | y_<t)),  y ~ π

    Each step's term is what k1's is expected to be, given the prefix, and so has no more variance.
    The sum along a sequence can have more than k1 has, where a token's log-ratio and the
    divergences that follow it make up for each other. No sequence is listed.

    Parameters
    ----------
    policy : T tables of probabilities, (V,) * (k + 1) with k <= t
    reference : T such tables of probabilities, > 0 wherever the policy is; its k may be another one

    Returns
    -------
    Moments of shape (); the bias is zero but for rounding

    Source: amini2025kl.

    Examples
    --------
    >>> moments = prefix_kl_moments([[0.5, 0.5]] * 2, [[0.01, 0.99]] * 2)
    >>> round(float(moments.mean), 3), float(moments.variance)
    (3.229, 0.0)
    """
    policy, reference = _as_policy_and_reference(policy, reference)
    divergences = [table[..., None] for table in _prefix_kls(policy, reference)]
    mean, variance = _sum_moments(policy, divergences)
    return Moments(mean, mean - sequence_kl(policy, reference), variance)


def sequence_kl_gradient(policy: Steps, reference: Steps) -> Tables:
    """Return the gradient of KL(π ‖ π_ref) between sequences in the logits of every row.

    ∇KL(π ‖ π_ref) = E[Σ_t (d_t + d_t+1 + … + d_T) ∇log π(y_t | y_<t)],  y ~ π

    A token answers for its own log-ratio and for those of all that follow it: this is the policy
    gradient with d_t as the reward. (That d_t moves with the policy adds E[∇log π] = 0.) No
    sequence is listed.

    Parameters
    ----------
    policy : T tables of probabilities, (V,) * (k + 1) with k <= t
    reference : T such tables of probabilities, > 0 wherever the policy is; its k may be another one

    Returns
    -------
    T tables of the policy's shapes, in nats per logit; each row sums to zero

    Source: tang2025pitfalls.

    Examples
    --------
    >>> policy, reference = [[0.5, 0.5], [[0.5, 0.5], [0.5, 0.5]]], [[0.5, 0.5], [0.25, 0.75]]
    >>> [table.round(4).tolist() for table in sequence_kl_gradient(policy, reference)]
    [[0.0, 0.0], [[0.1373, -0.1373], [0.1373, -0.1373]]]
    """
    policy, reference = _as_policy_and_reference(policy, reference)
    return _mean_of_scores(policy, _action_values(policy, _log_ratios(policy, reference)))


def sequence_loss_gradient(estimator: Estimator, policy: Steps, reference: Steps) -> Tables:
    """Return the expected gradient of an estimator of the whole sequence's log-ratio as a loss.

    E[∇k(d(y))] = E[k'(d(y)) Σ_t ∇log π(y_t | y_<t)],  d(y) = Σ_t d_t,  y ~ π

    The samples are held fixed, as automatic differentiation holds them. A sequence is a response,
    so this is `loss_gradient` in other parameters: k2 gives ∇KL(π ‖ π_ref), and k3 gives
    ∇KL(π_ref ‖ π) if no probability is 0. All sequences are listed.

    Parameters
    ----------
    estimator : elementwise, analytic function of d, such as `k2` or `ratio_corrected(k3)`
    policy : T tables of probabilities, (V,) * (k + 1) with k <= t
    reference : T such tables of probabilities, > 0 wherever the policy is; its k may be another one

    Returns
    -------
    T tables of the policy's shapes, in nats per logit; each row sums to zero

    Raises
    ------
    ValueError
        If there are more than twenty million sequences, or the estimator is not elementwise or
        drops the imaginary part of its argument.

    Source: tang2025pitfalls.

    Examples
    --------
    >>> from toy.exact.kl_estimators import k2
    >>> policy, reference = [[0.5, 0.5], [[0.5, 0.5], [0.5, 0.5]]], [[0.5, 0.5], [0.25, 0.75]]
    >>> [table.round(4).tolist() for table in sequence_loss_gradient(k2, policy, reference)]
    [[0.0, 0.0], [[0.1373, -0.1373], [0.1373, -0.1373]]]
    """
    policy, reference = _as_policy_and_reference(policy, reference)
    _check_enumerable(policy, 1)
    slopes = estimator_slopes(estimator, _sequence_log_ratios(policy, reference))
    return _mean_of_scores(policy, _action_values(policy, _paid_at_the_end(policy, slopes)))


def token_loss_gradient(estimator: Estimator, policy: Steps, reference: Steps) -> Tables:
    """Return the expected gradient of an estimator applied token by token and summed, as a loss.

    E[Σ_t ∇k(d_t)] = E[Σ_t k'(d_t) ∇log π(y_t | y_<t)],  y ~ π

    The samples are held fixed, as automatic differentiation holds them: each token is charged for
    itself alone, at prefixes that the policy has written. So k2, and `ratio_corrected(k3)`, give at
    each prefix the gradient of its own KL(π ‖ π_ref), weighted with P(y_<t), and leave out what
    the token does to the prefixes after it; `sequence_kl_gradient` has both. k3 gives at each
    prefix, if π > 0 wherever π_ref is, π − π_ref, that of its KL(π_ref ‖ π), with the *policy's*
    P(y_<t): this is not the gradient of KL(π_ref ‖ π) between sequences, which weighs with the
    reference's. No sequence is listed.

    Parameters
    ----------
    estimator : elementwise, analytic function of d, such as `k2` or `ratio_corrected(k3)`
    policy : T tables of probabilities, (V,) * (k + 1) with k <= t
    reference : T such tables of probabilities, > 0 wherever the policy is; its k may be another one

    Returns
    -------
    T tables of the policy's shapes, in nats per logit; each row sums to zero

    Raises
    ------
    ValueError
        If the estimator is not elementwise or drops the imaginary part of its argument.

    Source: tang2025pitfalls.

    Examples
    --------
    >>> from toy.exact.kl_estimators import k3
    >>> policy, reference = [[0.5, 0.5], [[0.5, 0.5], [0.5, 0.5]]], [[0.5, 0.5], [0.25, 0.75]]
    >>> [table.round(12).tolist() for table in token_loss_gradient(k3, policy, reference)]
    [[0.0, 0.0], [[0.125, -0.125], [0.125, -0.125]]]
    """
    policy, reference = _as_policy_and_reference(policy, reference)
    slopes = [estimator_slopes(estimator, d) for d in _log_ratios(policy, reference)]
    return _mean_of_scores(policy, slopes)


def _prefix_probs(
    policy: Sequence[NDArray[Any]], contexts: Sequence[int]
) -> Iterator[NDArray[Any]]:
    """Yield before each step the joint law of the last tokens, shape (V,) * m.

    m is the smallest number of tokens that shows this step its context, and later steps theirs.
    Of tables that say only whether a token can come, it tells which prefixes can.
    """
    looks = [max(k, table.ndim - 1) for k, table in zip(contexts, policy, strict=True)]
    lengths = list(accumulate(reversed(looks), lambda later, now: max(now, later - 1)))[::-1]
    probs = np.ones((), dtype=policy[0].dtype)
    for table, length in zip(policy, [*lengths[1:], 0], strict=True):
        yield probs
        probs = _sum_leading(probs[..., None] * table, length)


def _sum_leading(array: NDArray[Any], ndim: int) -> NDArray[Any]:
    """Return the sum (of booleans: any) over the array's first axes, so that `ndim` are left."""
    return np.asarray(array.sum(axis=tuple(range(array.ndim - ndim)), dtype=array.dtype))


def _action_values(policy: Tables, reward: Sequence[Array]) -> list[Array]:
    """Return Q_t(y_<t, y_t) = r_t + V_t+1 for every step, from the last one back."""
    values, tables = np.zeros(()), []
    for table, step_reward in zip(reversed(policy), reversed(reward), strict=True):
        tables.append(step_reward + values)
        values = (table * tables[-1]).sum(axis=-1)
    return tables[::-1]


def _mean_of_scores(policy: Tables, advantages: Sequence[Array]) -> Tables:
    """Return E[Σ_t ∇log π(y_t | y_<t) A_t] in the logits of every row, each A_t a table."""
    prefixes = _prefix_probs(policy, [table.ndim - 1 for table in advantages])
    steps = zip(prefixes, policy, advantages, strict=True)
    return tuple(_row_gradient(prefix[..., None], row, a) for prefix, row, a in steps)


def _row_gradient(prefix: Array, rows: Array, advantages: Array) -> Array:
    """Return the gradient in the logits of one step's rows, given P(prefix) with an axis for v."""
    return _sum_leading(prefix * slope_of_mean(*np.broadcast_arrays(rows, advantages)), rows.ndim)


def _sampled_gradients(policy: Tables, tokens: NDArray[np.int64], advantages: Array) -> Array:
    """Return Σ_t ∇log π(y_t | y_<t) a_t of each sequence: tokens (T, S), advantages (S, T)."""
    sequences, parts = np.arange(tokens.shape[1]), []
    for t, table in enumerate(policy):
        context = tuple(tokens[t + 1 - table.ndim : t])
        advantage = advantages[:, t, None]
        gradient = np.zeros((tokens.shape[1], *table.shape))
        gradient[sequences, *context] = -table[context] * advantage
        rest = complement(table)[*context, tokens[t]]
        gradient[sequences, *context, tokens[t]] = rest * advantage[:, 0]
        parts.append(gradient.reshape(tokens.shape[1], -1))
    return np.concatenate(parts, axis=-1)


def _along(tables: Sequence[Array], tokens: NDArray[np.int64]) -> Array:
    """Return what the tables say along each sequence: tokens (T, S) -> values (S, T)."""
    windows = [tokens[t + 1 - table.ndim : t + 1] for t, table in enumerate(tables)]
    columns = [table[tuple(window)] for table, window in zip(tables, windows, strict=True)]
    return np.stack(columns, axis=-1)


def _sum_moments(policy: Tables, values: Sequence[Array]) -> tuple[Array, Array]:
    """Return mean and variance of Σ_t values_t along a sequence of the policy, from the last back.

    A step's variance is that of what can be expected after it plus the mean of what is left then.
    """
    mean = variance = np.zeros(())
    for table, value in zip(reversed(policy), reversed(values), strict=True):
        outcome = value + mean
        mean = (table * outcome).sum(axis=-1)
        # The root comes before the square, which may overflow where the product does not.
        with np.errstate(over="ignore", invalid="ignore"):
            spread = np.square(np.sqrt(table) * (outcome - mean[..., None]))
            variance = (spread + table * variance).sum(axis=-1)
    return mean, variance


def _prefix_kls(policy: Tables, reference: Tables) -> list[Array]:
    """Return for each step KL(π(· | y_<t) ‖ π_ref(· | y_<t)) at each of its prefixes."""
    return [kl_terms(q, p, log_quotient(q, p)).sum(axis=-1) for q, p in _rows(policy, reference)]


def _log_ratios(policy: Tables, reference: Tables) -> list[Array]:
    """Return d_t for every step, 0 where the policy never gives the token."""
    return [np.where(q > 0, log_quotient(q, p), 0.0) for q, p in _rows(policy, reference)]


def _sequence_log_ratios(policy: Tables, reference: Tables) -> Array:
    """Return d(y) = Σ_t d_t of every sequence."""
    return reduce(lambda total, step: total[..., None] + step, _log_ratios(policy, reference))


def _rows(policy: Tables, reference: Tables) -> Iterator[tuple[Array, ...]]:
    """Yield for each step the rows of both, at the longer of their two contexts."""
    return (np.broadcast_arrays(q, p) for q, p in zip(policy, reference, strict=True))


def _paid_at_the_end(policy: Tables, reward: Array) -> Tables:
    """Return a reward of whole sequences as one table a step, all but the last of them zero."""
    return (*np.zeros((len(policy) - 1, policy[0].size)), reward)


def _listed(tables: Any) -> tuple[Any, ...]:
    """Return one entry a step, or none if it is no sequence."""
    try:
        return tuple(tables)
    except TypeError:
        return ()


def as_tables(name: str, tables: Steps, check: Callable[[str, ArrayLike], Array]) -> Tables:
    """Return one checked table a step, all over the same tokens, none looking too far back."""
    checked = tuple(check(f"{name}[{t}]", table) for t, table in enumerate(_listed(tables)))
    if not checked:
        refuse(name, "must be a sequence of tables, one a step", tables)
    for t, table in enumerate(checked):
        if table.ndim > t + 1 or set(table.shape) != {checked[0].shape[-1]}:
            rule = f"must have shape ({checked[0].shape[-1]},) * (k + 1) with k <= {t}"
            refuse(f"{name}[{t}]", rule, f"shape {table.shape}")
    return checked


def check_same_steps(**tables: Tables) -> None:
    """Refuse tables of different numbers of steps or tokens."""
    sizes = {name: (len(steps), steps[0].size) for name, steps in tables.items()}
    if len(set(sizes.values())) > 1:
        rule = "must have the same number of steps and of tokens"
        refuse(" and ".join(sizes), rule, ", ".join(f"{n} {size}" for n, size in sizes.items()))


def _as_policy_and_reference(policy: Steps, reference: Steps) -> tuple[Tables, Tables]:
    """Return both as checked tables over the same steps and tokens, the reference > 0 at need."""
    policy = as_tables("policy", policy, as_policy)
    reference = as_tables("reference", reference, as_policy)
    check_same_steps(policy=policy, reference=reference)
    contexts = [table.ndim - 1 for table in reference]
    reached = _prefix_probs([table > 0 for table in policy], contexts)
    steps = zip(count(), reached, policy, reference, strict=False)
    return policy, tuple(_reference_at(*step) for step in steps)


def _reference_at(t: int, prefixes: NDArray[np.bool_], policy: Array, reference: Array) -> Array:
    """Return a step's reference, with the policy's rows where zeros stand and no policy comes.

    What is never drawn adds nothing, whatever its row; but nobody may divide by its zeros.
    """
    if reference.min() > 0:
        return reference
    q, p = np.broadcast_arrays(policy, reference)
    reached = _sum_leading(prefixes, q.ndim - 1)[..., None]
    check_reference(np.where(reached, q, 0.0), p, f"[{t}]")
    return np.where(reached, p, q)


def _as_policy_and_reward(policy: Steps, reward: Steps) -> tuple[Tables, Tables]:
    """Return both as checked tables; one array for whole sequences is paid at the last step."""
    policy = as_tables("policy", policy, as_policy)
    if isinstance(reward, np.ndarray):
        reward = _paid_at_the_end(policy, reward)
    reward = as_tables("reward", reward, as_values)
    check_same_steps(policy=policy, reward=reward)
    return policy, reward


def _as_baseline(baseline: Steps | float, policy: Tables, name: str = "baseline") -> Tables:
    """Return one table a step over the policy's tokens; a number holds at every step."""
    listed = _listed(baseline) or (baseline,) * len(policy)
    if len(listed) != len(policy):
        rule = f"must be a number, or have one entry for each of {len(policy)} steps"
        refuse(name, rule, len(listed))
    tables = enumerate(listed)
    return tuple(_as_baseline_table(f"{name}[{t}]", t, b, policy[0].size) for t, b in tables)


def _as_baseline_table(name: str, t: int, table: ArrayLike, num_tokens: int) -> Array:
    """Return a step's baseline with an axis for the token, along which it need not vary."""
    array = as_values(name, np.atleast_1d(as_array(name, table)))
    full = (num_tokens,) * array.ndim
    if array.ndim > t + 1 or array.shape not in (full, (*full[1:], 1)):
        rule = f"must be a number or have shape ({num_tokens},) * k + (1,) with k <= {t}"
        refuse(name, rule, f"shape {array.shape}")
    return np.broadcast_to(array, full)


def _as_rewards_of_steps(rewards: ArrayLike) -> Array:
    """Return one finite reward a step, shape (..., T)."""
    array = as_array("rewards", rewards)
    if array.ndim == 0 or array.shape[-1] == 0:
        rule = "must have shape (..., T) with at least one step"
        refuse("rewards", rule, f"shape {array.shape}")
    return as_values("rewards", array)


def _check_enumerable(policy: Tables, num_columns: int) -> None:
    """Refuse to list sequences by columns, or columns by columns, that would not fit in memory."""
    num_tokens, num_steps = policy[0].size, len(policy)
    if max(num_tokens**num_steps, num_columns) * num_columns > MAX_NUMBERS:
        rule = f"must be small enough to list, at most {MAX_NUMBERS:,} numbers"
        refuse("policy", rule, f"{num_tokens}^{num_steps} sequences by {num_columns:,} columns")


def _as_values_of_prefixes(values: Steps | float, policy: Tables) -> Tables:
    """Return one table (V,) * k + (1,) a step of what its prefixes are thought to be worth."""
    tables = _as_baseline(values, policy, "values")
    for t, table in enumerate(tables):
        if (table != table[..., :1]).any():
            refuse(f"values[{t}]", "must not depend on the token to come", f"shape {table.shape}")
    return tuple(table[..., :1] for table in tables)


def _as_decay(decay: ArrayLike) -> float:
    """Return GAE's λ, a number from 0 to 1."""
    number = as_numbers("decay", decay)
    if number.ndim or not 0 <= number <= 1:
        refuse("decay", "must be a single number from 0 to 1", decay)
    return float(number)


def _powers(decay: float, num_steps: int) -> Array:
    """Return λ^(s − t) for each later step s (row) and step t (column), 0 for an earlier one."""
    later = np.arange(num_steps)[:, None] - np.arange(num_steps)
    return np.where(later >= 0, decay ** np.abs(later), 0.0)
