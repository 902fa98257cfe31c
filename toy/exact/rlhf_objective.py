"""Floor 2, chapter "The RLHF objective": what is maximised, and how far from the top one is.

J(π) = E_π[r] − β KL(π ‖ π_ref) + γ E_p[log π], with β > 0 in units of reward per nat. Everything
follows from two facts that are exact: without the last term the optimum is π* = π_ref e^(r/β) / Z,
and J(π) = β log Z − β KL(π ‖ π*) for every π. Worlds broadcast over their leading axes.

What is not as its line under Parameters says, or does not fit the rest in shape, is refused with a
``ValueError`` that names the argument, the rule and what it got; Raises tells what else may happen.
So is a β too small for a finite r/β in float64, wherever an optimum is asked for. A response that
the reference never gives, no optimum gives, whatever its reward.

Sources: ouyang2022instructgpt (the three terms), rafailov2023dpo (the optimum).
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from toy.exact.distributions import (
    expectation,
    exponential_excess,
    kl_divergence,
    kl_terms,
    log_probs,
    log_quotient,
    log_softmax,
    softmax,
)
from toy.exact.records import Record
from toy.exact.validation import (
    Array,
    as_counts,
    as_nonnegative,
    as_per_world,
    as_policy,
    as_policy_reward_and_reference,
    as_price,
    as_reference,
    as_same_worlds,
    as_values,
    check_result,
    refuse,
)

#: `ptx_policy` stops when every row of its solution sums to one as closely as this.
_NORMALISATION = 1e-14

_MAX_STEPS = 1000

#: `beta_of_even_odds` stops when 1/β still moves by no more than this, relative to itself.
_TOLERANCE = 1e-15


@dataclass(frozen=True, eq=False)
class ObjectiveTerms(Record):
    """The three terms of the objective, each in its own unit, and their sum.

    Attributes
    ----------
    reward : (...) E_π[r], in units of reward
    kl : (...) KL(π ‖ π_ref), nats; the samples come from the policy
    pretraining : (...) E_p[log π], nats, <= 0; 0 where no pretraining distribution is given
    total : (...) reward − β kl + γ pretraining, in units of reward
    """

    reward: Array
    kl: Array
    pretraining: Array
    total: Array


@dataclass(frozen=True, eq=False)
class Frontier(Record):
    """The optimal policies for several β, and what each earns and costs.

    Attributes
    ----------
    beta : (B,) units of reward per nat
    policy : (B, ..., Y) the Gibbs policy of each β
    reward : (B, ...) E_π[r], in units of reward
    kl : (B, ...) KL(π ‖ π_ref), nats
    """

    beta: Array
    policy: Array
    reward: Array
    kl: Array


def objective_terms(
    policy: ArrayLike,
    reward: ArrayLike,
    reference: ArrayLike,
    beta: ArrayLike,
    gamma: ArrayLike = 0.0,
    pretraining: ArrayLike | None = None,
) -> ObjectiveTerms:
    """Return the reward, the KL penalty and the pretraining log-likelihood of a policy.

    J(π) = E_π[r] − β KL(π ‖ π_ref) + γ E_p[log π]

    The last term is −γ (H(p) + KL(p ‖ π)): a forward KL to the pretraining data, not an entropy.

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
    ObjectiveTerms of shape (...); `pretraining` is −inf if the policy never gives what p does

    Source: ouyang2022instructgpt.

    Examples
    --------
    >>> terms = objective_terms([0.5, 0.5], [1.0, 0.0], [0.25, 0.75], beta=0.1)
    >>> float(terms.reward), round(float(terms.kl), 4), round(float(terms.total), 4)
    (0.5, 0.1438, 0.4856)
    """
    policy, reward, reference = as_policy_reward_and_reference(policy, reward, reference)
    beta, gamma = as_nonnegative("beta", beta), as_nonnegative("gamma", gamma)
    likelihood = _log_likelihood(policy, gamma, pretraining)
    worlds = np.broadcast_to(policy, (*likelihood.shape, policy.shape[-1]))
    column = as_per_world("beta", beta, worlds)
    as_per_world("gamma", gamma, column * worlds)
    mean, kl = expectation(policy, reward), kl_divergence(policy, reference)
    # γ = 0 switches the term off even where the likelihood is −inf.
    bonus = gamma * np.where(gamma > 0, likelihood, 0.0)
    return ObjectiveTerms(mean, kl, likelihood, mean - beta * kl + bonus)


def rlhf_objective(
    policy: ArrayLike,
    reward: ArrayLike,
    reference: ArrayLike,
    beta: ArrayLike,
    gamma: ArrayLike = 0.0,
    pretraining: ArrayLike | None = None,
) -> Array:
    """Return what RLHF maximises.

    J(π) = E_π[r] − β KL(π ‖ π_ref) + γ E_p[log π]

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
    (...) in units of reward; −inf if gamma > 0 and the policy never gives what p does

    Source: ouyang2022instructgpt.

    Examples
    --------
    >>> float(rlhf_objective([0.25, 0.75], [1.0, 0.0], [0.25, 0.75], beta=0.1))  # no KL to pay
    0.25
    """
    return objective_terms(policy, reward, reference, beta, gamma, pretraining).total


def shaped_reward(
    policy: ArrayLike, reward: ArrayLike, reference: ArrayLike, beta: ArrayLike
) -> Array:
    """Return what each response earns once it pays for its share of the KL.

    r(y) − β log(π(y) / π_ref(y))

    Its mean under the policy is the objective, and its policy gradient the objective's gradient.
    A response that the policy never gives is charged nothing.

    Parameters
    ----------
    policy : (..., Y) probabilities
    reward : (..., Y) finite, in units of reward
    reference : (..., Y) probabilities, > 0 wherever the policy is
    beta : (...) finite, >= 0, in units of reward per nat

    Returns
    -------
    (..., Y) units of reward

    Raises
    ------
    ValueError
        If an argument is not what its line above says, or the shapes do not fit.

    Examples
    --------
    >>> shaped_reward([0.5, 0.5], [1.0, 0.0], [0.25, 0.75], 1.0).round(4).tolist()
    [0.3069, 0.4055]
    """
    policy, reward, reference = as_policy_reward_and_reference(policy, reward, reference)
    beta = as_per_world("beta", as_nonnegative("beta", beta), policy)
    return reward - beta * np.where(policy > 0, log_quotient(policy, reference), 0.0)


def log_partition(reward: ArrayLike, reference: ArrayLike, beta: ArrayLike) -> Array:
    """Return log Z, the logarithm of the Gibbs policy's normaliser; β log Z is the optimal value.

    log Z = log Σ_y π_ref(y) e^(r(y)/β)

    Parameters
    ----------
    reward : (..., Y) finite, in units of reward
    reference : (..., Y) probabilities
    beta : (...) finite, > 0, in units of reward per nat

    Returns
    -------
    (...) nats, between the least and the largest r/β

    Examples
    --------
    >>> float(log_partition([0.5, 0.5], [0.25, 0.75], beta=0.25))  # nothing to choose: r/β
    2.0
    """
    tilt, reference, common = _as_tilted(reward, reference, beta)
    return _log_partition(tilt + common, reference)


def gibbs_policy(reward: ArrayLike, reference: ArrayLike, beta: ArrayLike) -> Array:
    """Return the policy that maximises E_π[r] − β KL(π ‖ π_ref), the only one.

    π*(y) = π_ref(y) e^(r(y)/β) / Z

    Parameters
    ----------
    reward : (..., Y) finite, in units of reward; only differences within a row matter
    reference : (..., Y) probabilities
    beta : (...) finite, > 0, in units of reward per nat

    Returns
    -------
    (..., Y) probabilities

    Source: rafailov2023dpo.

    Examples
    --------
    >>> gibbs_policy([np.log(3.0), 0.0], [0.25, 0.75], beta=1.0).round(12).tolist()
    [0.5, 0.5]
    """
    tilt, reference, _ = _as_tilted(reward, reference, beta)
    return softmax(log_probs(reference) + tilt)


def optimality_gap(
    policy: ArrayLike, reward: ArrayLike, reference: ArrayLike, beta: ArrayLike
) -> Array:
    """Return how much a policy's objective falls short of the best, without subtracting the two.

    β log Z − J(π) = β KL(π ‖ π*)

    Parameters
    ----------
    policy : (..., Y) probabilities
    reward : (..., Y) finite, in units of reward
    reference : (..., Y) probabilities, > 0 wherever the policy is
    beta : (...) finite, > 0, in units of reward per nat

    Returns
    -------
    (...) in units of reward, >= 0

    Examples
    --------
    >>> round(float(optimality_gap([0.25, 0.75], [1.0, 0.0], [0.25, 0.75], beta=1.0)), 6)
    0.107374
    """
    policy, reward, reference = as_policy_reward_and_reference(policy, reward, reference)
    tilt, reference, _ = _as_tilted(reward, reference, beta)
    policy = np.broadcast_to(policy, tilt.shape)
    # log π − log π*, which stays finite where π* is too small for float64.
    d = log_quotient(policy, reference) - (tilt - _log_partition(tilt, reference)[..., None])
    optimum = softmax(log_probs(reference) + tilt)
    return as_price("beta", beta) * kl_terms(policy, optimum, d).sum(axis=-1)


def reward_kl_frontier(reward: ArrayLike, reference: ArrayLike, betas: ArrayLike) -> Frontier:
    """Return the most reward that can be had for each KL: the Gibbs policies, one for each β.

    The slope of the frontier is the price: dE[r] / dKL = β.

    Parameters
    ----------
    reward : (..., Y) finite, in units of reward
    reference : (..., Y) probabilities
    betas : (B,) finite, > 0, in units of reward per nat, in any order

    Returns
    -------
    Frontier, with B points in the order of `betas`

    Source: gao2022overoptimization.

    Examples
    --------
    >>> frontier = reward_kl_frontier([1.0, 0.0], [0.25, 0.75], [1.0, 0.5])
    >>> frontier.reward.round(4).tolist(), frontier.kl.round(4).tolist()
    ([0.4754, 0.7112], [0.118, 0.468])
    """
    reward, reference = _as_reward_and_reference(reward, reference)
    beta = as_price("betas", betas)
    if beta.ndim != 1:
        refuse("betas", "must have shape (B,)", f"shape {beta.shape}")
    policy = gibbs_policy(reward, reference, beta.reshape(-1, *[1] * (reward.ndim - 1)))
    kl = kl_divergence(policy, reference)
    return Frontier(beta.copy(), policy, expectation(policy, reward), kl)


def ptx_policy(
    reward: ArrayLike,
    reference: ArrayLike,
    beta: ArrayLike,
    gamma: ArrayLike,
    pretraining: ArrayLike,
) -> Array:
    """Return the policy that maximises all three terms, E_π[r] − β KL(π ‖ π_ref) + γ E_p[log π].

    π(y) = γ p(y) / (κ + β log(π(y)/π_ref(y)) + β − r(y)), with one κ for each prompt

    In units of β, with s = κ/β + 1 − log Z and the Gibbs policy π*, that is π (s + log(π/π*)) = g p
    for g = γ/β: each π(y) is a Wright omega function of s, and log Σ_y π(y) is convex and falls in
    s. The root obeys s = g − KL(π ‖ π*), hence g − KL(p ‖ π*) <= s <= g, and Newton's steps from
    the left end can never pass it. γ → 0 gives the Gibbs policy, γ → ∞ gives p.

    Parameters
    ----------
    reward : (..., Y) finite, in units of reward; only differences within a row matter
    reference : (..., Y) probabilities, > 0 wherever the pretraining is and gamma > 0
    beta : (...) finite, > 0, in units of reward per nat
    gamma : (...) finite, >= 0, in units of reward per nat
    pretraining : (..., Y) probabilities p

    Returns
    -------
    (..., Y) probabilities, summing to one within 1e-14, > 0 wherever the reference is

    Raises
    ------
    ValueError
        If gamma / beta is not finite in float64.
    RuntimeError
        If Newton's method does not arrive, which is not known to happen.

    Source: ouyang2022instructgpt (the objective; its exact optimum is derived in the chapter).

    Examples
    --------
    >>> ptx_policy([1.0, 0.0], [0.25, 0.75], beta=1.0, gamma=1e9, pretraining=[0.1, 0.9]).round(6)
    array([0.1, 0.9])
    """
    log_gibbs, pull, pretraining = _as_ptx_problem(reward, reference, beta, gamma, pretraining)
    multiplier = _least_multiplier(log_gibbs, pull, pretraining)
    for _ in range(_MAX_STEPS):
        policy, share = _ptx_response(log_gibbs, pull * pretraining, multiplier)
        total = policy.sum(axis=-1, keepdims=True)
        if (np.abs(total - 1) <= _NORMALISATION).all():
            break
        slope = (policy / (1 + share)).sum(axis=-1, keepdims=True)
        multiplier = multiplier + total * np.log(total) / slope
    else:
        raise _not_arrived(total)
    return policy


def forward_kl_policy(reward: ArrayLike, reference: ArrayLike, beta: ArrayLike) -> Array:
    """Return the policy that maximises E_π[r] − β KL(π_ref ‖ π), the penalty the other way round.

    π(y) = β π_ref(y) / (κ − r(y)), with one κ > max r for each prompt

    The gradient in the logits, π (r − E_π[r]) − β (π − π_ref), vanishes there: it is where descent
    on −E_π[r] + β k3 comes to rest. In units of β, with u = (κ − max r)/β, the sum of π falls in u
    and is convex, so that Newton's steps from the left end, where it is at least one, never pass
    the root.

    Parameters
    ----------
    reward : (..., Y) finite, in units of reward; only differences within a row matter
    reference : (..., Y) probabilities, all > 0
    beta : (...) finite, > 0, in units of reward per nat

    Returns
    -------
    (..., Y) probabilities, all > 0, summing to one within rounding

    Raises
    ------
    RuntimeError
        If Newton's method does not arrive, which is not known to happen.

    Source: derived in the chapter on estimating the KL.

    Examples
    --------
    >>> forward_kl_policy([1.0, 0.0], [0.25, 0.75], beta=0.5).round(6).tolist()
    [0.683013, 0.316987]
    """
    tilt, reference, _ = _as_tilted(reward, as_reference("reference", reference), beta)
    gap = tilt.max(axis=-1, keepdims=True) - tilt
    u = (reference - gap).max(axis=-1, keepdims=True)
    for _ in range(_MAX_STEPS):
        policy = reference / (u + gap)
        excess = policy.sum(axis=-1, keepdims=True) - 1
        step = excess / (policy / (u + gap)).sum(axis=-1, keepdims=True)
        if (u + step <= u * (1 + _NORMALISATION)).all():
            break
        u = u + np.maximum(step, 0.0)
    else:
        raise _not_arrived(1 + excess)
    return policy


def beta_of_even_odds(reward: ArrayLike, reference: ArrayLike) -> Array:
    """Return the largest β at which the Gibbs policy gives the best responses half of the time.

    Σ_{y not in A} π_ref(y) e^(−(max r − r(y))/β) = π_ref(A), with A the responses of largest reward

    The logarithm of the left side is convex in 1/β and falls, so Newton's steps from 1/β = 0 never
    pass the root.

    Parameters
    ----------
    reward : (..., Y) finite, in units of reward; only differences within a row matter
    reference : (..., Y) probabilities

    Returns
    -------
    (...) units of reward per nat, > 0; infinite where the reference gives them half already

    Examples
    --------
    >>> round(float(beta_of_even_odds([np.log(3.0), 0.0], [0.25, 0.75])), 12)
    1.0
    """
    reward, reference = _as_reward_and_reference(reward, reference)
    lack = reward.max(axis=-1, keepdims=True) - reward
    largest = lack.max(axis=-1)
    lack = lack / np.where(largest > 0, largest, 1.0)[..., None]
    best = (reference * (lack == 0)).sum(axis=-1)
    rest = (reference * (lack > 0)).sum(axis=-1)
    others = np.where(lack > 0, log_probs(reference), -np.inf)
    inverse, change = np.zeros_like(best), np.full_like(best, np.inf)
    while (change > _TOLERANCE * inverse).any():
        change = _step_to_even_odds(others - inverse[..., None] * lack, lack, np.log(best))
        inverse = inverse + change
    # A rest that is larger by no more than the rounding of a sum is not larger.
    even = rest - best <= np.finfo(np.float64).eps * lack.shape[-1]
    with np.errstate(divide="ignore", over="ignore", invalid="ignore"):
        return np.where(even, np.inf, largest / inverse)[()]


def greedy_policy(reward: ArrayLike, reference: ArrayLike) -> Array:
    """Return the reference restricted to the responses of the highest reward.

    π(y) = π_ref(y) / π_ref(A) on the responses A of highest reward, and 0 elsewhere

    The limit of the Gibbs policy as β → 0, and of best-of-n as n → ∞.

    Parameters
    ----------
    reward : (..., Y) finite, in units of reward
    reference : (..., Y) probabilities

    Returns
    -------
    (..., Y) probabilities

    Examples
    --------
    >>> greedy_policy([1.0, 0.0, 1.0], [0.25, 0.5, 0.25]).tolist()
    [0.5, 0.0, 0.5]
    """
    reward, reference = _as_reward_and_reference(reward, reference)
    best = np.where(reward == reward.max(axis=-1, keepdims=True), reference, 0.0)
    return best / best.sum(axis=-1, keepdims=True)


def best_of_n_policy(reward: ArrayLike, reference: ArrayLike, num_samples: ArrayLike) -> Array:
    """Return the law of the best of n draws from the reference, the earliest of equally good ones.

    π_n(y) = π_ref(y)/P(r = r(y)) · (P(r <= r(y))^n − P(r < r(y))^n),  P under π_ref

    Its KL(π_n ‖ π_ref) is at most log n − (n − 1)/n, and less for n >= 2: only continuous rewards
    reach the bound.

    Parameters
    ----------
    reward : (..., Y) finite, in any unit; only the order within a row matters
    reference : (..., Y) probabilities
    num_samples : (...) whole numbers n >= 1

    Returns
    -------
    (..., Y) probabilities

    Source: gao2022overoptimization.

    Examples
    --------
    >>> best_of_n_policy([1.0, 0.0], [0.25, 0.75], 2).round(12).tolist()
    [0.4375, 0.5625]
    """
    reward, reference = _as_reward_and_reference(reward, reference)
    n = as_per_world("num_samples", as_counts("num_samples", num_samples), reward)
    level, other = reward[..., :, None], reward[..., None, :]
    tied, below, above = (
        (reference[..., None, :] * which).sum(axis=-1)
        for which in (level == other, other < level, other > level)
    )
    # P(r <= r(y)) by its smaller side, and a^n − b^n as a^n (1 − (b/a)^n): a rare one keeps digits.
    with np.errstate(divide="ignore"):
        at_most = np.where(above < 0.5, np.log1p(-above), np.log(tied + below))
        return reference / tied * np.exp(n * at_most) * -np.expm1(-n * np.log1p(tied / below))


def _not_arrived(sums: Array) -> RuntimeError:
    """Return the error of a method that stopped where rows of the policy have these sums."""
    worst = sums.flat[np.abs(sums - 1).argmax()]
    return RuntimeError(
        f"Newton's method has not arrived after {_MAX_STEPS} steps, for this reward and beta: "
        f"a row of the policy sums to {worst:.17g}"
    )


def _as_reward_and_reference(reward: ArrayLike, reference: ArrayLike) -> tuple[Array, ...]:
    """Return reward and reference, checked and of one shape.

    No optimum gives what the reference never gives: its reward has no say, and is set to the
    highest of the others.
    """
    reward, reference = as_same_worlds(
        reward=as_values("reward", reward), reference=as_policy("reference", reference)
    )
    most = np.where(reference > 0, reward, -np.inf).max(axis=-1, keepdims=True)
    return np.where(reference > 0, reward, most), reference


def _as_tilted(reward: ArrayLike, reference: ArrayLike, beta: ArrayLike) -> tuple[Array, ...]:
    """Return (r − max r)/β in nats and the reference, checked and of one shape, and max r / β.

    What all rewards have in common leaves before β divides, which would round it into the rest.
    """
    reward, reference = _as_reward_and_reference(reward, reference)
    column = as_per_world("beta", as_price("beta", beta), reward)
    most = reward.max(axis=-1, keepdims=True)
    with np.errstate(over="ignore"):
        tilt, common = (reward - most) / column, most / column
    check_result("beta", "must be large enough for a reward / beta", tilt, common)
    return tilt, np.broadcast_to(reference, tilt.shape), common


def _log_partition(tilt: Array, reference: Array) -> Array:
    """Return log Σ π_ref e^tilt, unchecked: two forms, each precise where the other is not.

    Far from a constant tilt it is the usual sum. Near one it is E_ref[tilt] + log(1 + a sum of
    second order without negative terms), which keeps the digits that log 1 loses.
    """
    mean = (reference * tilt).sum(axis=-1)
    tilt = np.where(reference > 0, tilt, mean[..., None])  # what is never given has no say
    excess = (reference * exponential_excess(mean[..., None] - tilt)).sum(axis=-1)
    logits = log_probs(reference) + tilt
    far = logits.max(axis=-1) - log_softmax(logits).max(axis=-1)
    return np.where(np.ptp(tilt, axis=-1) < 1, mean + np.log1p(excess), far)[()]


def _step_to_even_odds(logits: Array, lack: Array, best: Array) -> Array:
    """Return Newton's step in 1/β to where log Σ e^logits has fallen to `best`, or 0 if it has."""
    total = np.logaddexp.reduce(logits, axis=-1)
    # Where nothing is lacking, the total is −∞ and the slope 0; both stay out of the quotient.
    slope = (np.exp(logits - np.maximum(total, -1e300)[..., None]) * lack).sum(axis=-1)
    return np.where(total > best, total - best, 0.0) / np.where(total > best, slope, 1.0)


def _log_likelihood(policy: Array, gamma: Array, pretraining: ArrayLike | None) -> Array:
    """Return E_p[log π], or 0 if there is no p and γ does not ask for one."""
    if pretraining is None:
        if (gamma > 0).any():
            refuse("pretraining", "must be given where gamma > 0", None)
        return np.zeros(policy.shape[:-1])[()]
    policy, p = as_same_worlds(policy=policy, pretraining=as_policy("pretraining", pretraining))
    with np.errstate(divide="ignore"):
        return (p * np.log(np.where(p > 0, policy, 1.0))).sum(axis=-1)


def _as_ptx_problem(
    reward: ArrayLike,
    reference: ArrayLike,
    beta: ArrayLike,
    gamma: ArrayLike,
    pretraining: ArrayLike,
) -> tuple[Array, Array, Array]:
    """Return log π*, g = γ/β as a column, and p: the whole problem in units of β, checked."""
    tilt, reference, _ = _as_tilted(reward, reference, beta)
    tilt, reference, pretraining = as_same_worlds(
        reward=tilt, reference=reference, pretraining=as_policy("pretraining", pretraining)
    )
    column = as_per_world("gamma", as_nonnegative("gamma", gamma), tilt)
    with np.errstate(over="ignore"):
        pull = column / as_price("beta", beta)[..., None]
    check_result("gamma", "must be small enough for a gamma / beta", pull)
    if (beyond := (column > 0) & (pretraining > 0) & (reference == 0)).any():
        rule = "must be > 0 wherever the pretraining is: else one of their two prices is infinite"
        refuse("reference", rule, f"0 where the pretraining is {pretraining[beyond][0]:.3g}")
    return log_softmax(log_probs(reference) + tilt), pull, pretraining


def _least_multiplier(log_gibbs: Array, pull: Array, pretraining: Array) -> Array:
    """Return max(0, g − KL(p ‖ π*)), which the root s = g − KL(π ‖ π*) is never below."""
    d = np.log(np.where(pretraining > 0, pretraining, 1.0)) - log_gibbs
    kl = kl_terms(pretraining, np.exp(log_gibbs), d).sum(axis=-1, keepdims=True)
    return np.maximum(pull - kl, 0.0)


def _ptx_response(log_gibbs: Array, pull: Array, multiplier: Array) -> tuple[Array, Array]:
    """Return the π > 0 with π (s + log(π/π*)) = pull, and ω = pull/π, for a given s.

    Of the two forms π* e^(ω − s) and pull/ω, each is used where it does not cancel or divide by 0.
    """
    from scipy.special import wrightomega  # 0.17 s to import: only when it is asked for

    with np.errstate(divide="ignore", invalid="ignore"):
        share = wrightomega(np.log(pull) - log_gibbs + multiplier)
    share = np.where(np.isneginf(log_gibbs), 0.0, share)  # never given, for 0 log(0/0) = 0
    tilted = np.exp(log_gibbs + np.minimum(share, 1.0) - multiplier)
    return np.where(share > 1, pull / np.maximum(share, 1.0), tilted), share
