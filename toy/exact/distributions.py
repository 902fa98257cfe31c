"""Floor 1: distributions over responses, and how far apart two of them are.

A policy is an array ``(..., Y)`` of probabilities whose rows sum to one; a reference is a policy
that is > 0 wherever the policy compared with it is. A response that neither ever gives, such as a
masked token, counts nothing, 0 log(0/0) = 0: every result is that of the world without it. All
functions broadcast over the leading axes and work in float64. Divergences are in nats, and say in
their first sentence which distribution the samples come from.

What is not as its line under Parameters says, or does not fit the rest in shape, is refused with a
``ValueError`` that names the argument, the rule and what it got; Raises tells what else may happen.

Source: kullback1951information.
"""

import math

import numpy as np
from numpy.typing import ArrayLike

from toy.exact.validation import (
    Array,
    as_finite,
    as_logits,
    as_per_world,
    as_policy,
    as_policy_and_reference,
    as_policy_and_reference_alike,
    as_same_worlds,
    as_values,
    check_result,
)

#: Below this size, e^(−d) − 1 + d is summed as a series: the direct form cancels.
_SERIES_RADIUS = 1 / 16

#: 1/n! with the signs of e^(−d), from n = 10 down to 2; what is left out is below 1e-16 of the sum.
_SERIES = [(-1) ** n / math.factorial(n) for n in range(10, 1, -1)]


def log_softmax(logits: ArrayLike) -> Array:
    """Return the log-probabilities of a softmax policy.

    log π(y) = z(y) − log Σ_y' exp z(y')

    The largest term is taken out of the sum, so that a response of probability nearly one keeps a
    log-probability that is right in every digit.

    Parameters
    ----------
    logits : (..., Y) in nats, finite or −inf (masked), not all of a row; only differences within a
        row matter

    Returns
    -------
    (..., Y) nats, <= 0; −inf where the logit is

    Examples
    --------
    >>> log_softmax([0.0, -50.0]).tolist()
    [-1.9287498479639178e-22, -50.0]
    """
    logits = as_logits("logits", logits)
    shifted = logits - logits.max(axis=-1, keepdims=True)
    others = np.exp(shifted)
    np.put_along_axis(others, shifted.argmax(axis=-1, keepdims=True), 0.0, axis=-1)
    return shifted - np.log1p(others.sum(axis=-1, keepdims=True))


def softmax(logits: ArrayLike) -> Array:
    """Return the policy that logits stand for.

    π(y) = exp z(y) / Σ_y' exp z(y')

    Parameters
    ----------
    logits : (..., Y) in nats, finite or −inf (masked), not all of a row; only differences within a
        row matter

    Returns
    -------
    (..., Y) probabilities; each row sums to one; exactly 0 where the logit is −inf

    Examples
    --------
    >>> softmax([0.0, np.log(3.0), -np.inf]).round(12).tolist()
    [0.25, 0.75, 0.0]
    """
    return np.exp(log_softmax(logits))


def expectation(policy: ArrayLike, values: ArrayLike) -> Array:
    """Return the mean of `values` when the policy samples.

    E_π[v] = Σ_y π(y) v(y)

    Parameters
    ----------
    policy : (..., Y) probabilities
    values : (..., Y) finite, in any unit

    Returns
    -------
    (...) in the unit of `values`

    Examples
    --------
    >>> float(expectation([0.75, 0.25], [1.0, 5.0]))
    2.0
    """
    policy, values = as_same_worlds(
        policy=as_policy("policy", policy), values=as_values("values", values)
    )
    return (policy * values).sum(axis=-1)


def entropy(policy: ArrayLike) -> Array:
    """Return the entropy of a policy.

    H(π) = −Σ_y π(y) log π(y), with 0 log 0 = 0

    Parameters
    ----------
    policy : (..., Y) probabilities

    Returns
    -------
    (...) nats, between 0 and log Y

    Examples
    --------
    >>> float(entropy([0.5, 0.5, 0.0]))
    0.6931471805599453
    """
    policy = as_policy("policy", policy)
    # A response without probability counts as log 1 = 0: this is where 0 log 0 = 0 is decided.
    logs = np.log(np.where(policy > 0, policy, 1.0))
    likely = policy > 0.5
    logs[likely] = np.log1p(-complement(policy)[likely])
    # Adding 0.0 turns the −0.0 of a certain response into 0.0.
    return -(policy * logs).sum(axis=-1) + 0.0


def log_probs(policy: Array) -> Array:
    """Return log π(y), unchecked: −inf, without a warning, where π(y) is 0."""
    with np.errstate(divide="ignore"):
        return np.log(policy)


def complement(policy: Array) -> Array:
    """Return 1 − π(y), unchecked: for the likeliest response the sum of all others.

    A response of probability 1 − 1e-20 is stored as 1; only the others still know what is missing.
    """
    likeliest = policy.argmax(axis=-1, keepdims=True)
    others = policy.copy()
    np.put_along_axis(others, likeliest, 0.0, axis=-1)
    rest = 1 - policy
    np.put_along_axis(rest, likeliest, others.sum(axis=-1, keepdims=True), axis=-1)
    return rest


def difference(policy: Array, other: Array) -> Array:
    """Return π(y) − π'(y), unchecked, in rows that sum to zero.

    For what both nearly always give, 1 − 1e-20 against 1 − 1e-25, only the others know it.
    """
    result = policy - other
    likeliest = np.minimum(policy, other).argmax(axis=-1, keepdims=True)
    np.put_along_axis(result, likeliest, 0.0, axis=-1)
    np.put_along_axis(result, likeliest, -result.sum(axis=-1, keepdims=True), axis=-1)
    return result


def slope_of_mean(policy: Array, values: Array) -> Array:
    """Return π (v − E_π[v]), unchecked: the gradient in the logits of a mean that π samples.

    Values are measured from the likeliest response's. Otherwise, where that one has nearly all the
    probability, its value and the mean agree in every digit, and its gradient vanishes.
    """
    values = values - np.take_along_axis(values, policy.argmax(axis=-1, keepdims=True), axis=-1)
    return policy * (values - (policy * values).sum(axis=-1, keepdims=True))


def log_ratio(policy: ArrayLike, reference: ArrayLike) -> Array:
    """Return how much more likely each response is under the policy than under the reference.

    d(y) = log π(y) − log π_ref(y)

    The sign is fixed here, once, for the whole book. It is computed as
    ±log1p(|π − π_ref| / min(π, π_ref)), which stays precise when the two are nearly equal.

    Parameters
    ----------
    policy : (..., Y) probabilities
    reference : (..., Y) probabilities, > 0 wherever the policy is

    Returns
    -------
    (..., Y) nats; −inf where the policy never gives the response, and 0 where neither does: a
    number that no sample ever shows

    Examples
    --------
    >>> log_ratio([0.5, 0.5, 0.0], [0.25, 0.5, 0.25]).tolist()
    [0.6931471805599453, 0.0, -inf]
    """
    policy, reference = as_policy_and_reference(policy, reference)
    return log_quotient(policy, reference)


def log_quotient(numerator: Array, denominator: Array) -> Array:
    """Return log a − log b, or 0 for 0/0, unchecked: `log_ratio` for code that has checked.

    With x = (a − b) / min(a, b) it is ±log(1 + |x|), computed as log(u) · x / (u − 1), u = 1 + |x|:
    what rounding does to u it does to both factors (Kahan's log1p, faster than NumPy's).
    """
    with np.errstate(divide="ignore", over="ignore", invalid="ignore"):
        x = (numerator - denominator) / np.minimum(numerator, denominator)
        u = 1 + np.abs(x)
        result = np.log(u) * x / (u - 1)
        odd = ~np.isfinite(result)  # equal numbers, zero, or a quotient beyond the range of float64
        a, b = numerator[odd], denominator[odd]
        far = np.where(a == b, 0.0, np.log(a) - np.log(b))
        result[odd] = np.where(u[odd] == 1, x[odd], far)
        return result


def exponential_excess(d: Array) -> Array:
    """Return e^(−d) − 1 + d >= 0, unchecked, to full relative precision; d may be complex."""
    with np.errstate(over="ignore", invalid="ignore"):
        excess = np.asarray(np.exp(-d) + (d - 1))
    excess[d == -np.inf] = np.inf
    small = np.flatnonzero(np.abs(d) < _SERIES_RADIUS)
    excess.put(small, _excess_series(d.take(small)))
    return excess


def _excess_series(d: Array) -> Array:
    """Return d²/2 − d³/6 + …, whose terms do not cancel as those above do, by Horner's rule."""
    series = np.zeros_like(d)
    for coefficient in _SERIES:
        series *= d
        series += coefficient
    return series * d * d


def kl_divergence(policy: ArrayLike, reference: ArrayLike) -> Array:
    """Return KL(π ‖ π_ref), the reverse KL of RLHF: the samples come from the policy.

    KL(π ‖ π_ref) = Σ_y π(y) d(y) = Σ_y π(y) (e^(−d(y)) − 1 + d(y)),  d = log π − log π_ref

    Both sums are equal because Σ_y π(y) e^(−d(y)) = Σ_y π_ref(y) = 1. The second has no negative
    term, so nothing cancels, and the result can never fall below zero.

    Parameters
    ----------
    policy : (..., Y) probabilities; a zero is allowed and contributes π_ref(y)
    reference : (..., Y) probabilities, > 0 wherever the policy is

    Returns
    -------
    (...) nats, >= 0

    Examples
    --------
    >>> float(kl_divergence([0.5, 0.5], [0.01, 0.99]))
    1.61446...
    >>> float(kl_divergence([0.01, 0.99], [0.5, 0.5]))  # the other direction is another number
    0.63714...
    >>> float(kl_divergence([0.5, 0.5, 0.0], [0.25, 0.75, 0.0]))  # neither ever gives the third
    0.14384...
    """
    policy, reference = as_policy_and_reference(policy, reference)
    return kl_terms(policy, reference, log_quotient(policy, reference)).sum(axis=-1)


def kl_terms(policy: Array, reference: Array, d: Array) -> Array:
    """Return π (e^(−d) − 1 + d) per response, unchecked, given the log-ratio d.

    Away from d = 0 it is π_ref − π + π d, which needs no exponential and cannot overflow.
    """
    with np.errstate(invalid="ignore"):
        terms = policy * d
    terms[policy == 0] = 0.0
    terms += reference - policy
    small = np.nonzero(np.abs(d) < _SERIES_RADIUS)
    terms[small] = policy[small] * _excess_series(d[small])
    return terms


def kl_gradient(policy: ArrayLike, reference: ArrayLike) -> Array:
    """Return the gradient in the logits of KL(π ‖ π_ref), the divergence whose samples π gives.

    ∂KL/∂z(y) = π(y) (d(y) − KL(π ‖ π_ref))

    Parameters
    ----------
    policy : (..., Y) probabilities
    reference : (..., Y) probabilities, > 0 wherever the policy is

    Returns
    -------
    (..., Y) nats per logit; each row sums to zero

    Examples
    --------
    >>> kl_gradient([0.5, 0.5], [0.25, 0.75]).round(4).tolist()
    [0.2747, -0.2747]
    """
    policy, reference = as_policy_and_reference(policy, reference)
    d = np.where(policy > 0, log_quotient(policy, reference), 0.0)
    return slope_of_mean(policy, d)


def chi_square_divergence(policy: ArrayLike, reference: ArrayLike) -> Array:
    """Return χ²(π ‖ π_ref): the variance of the ratio π/π_ref when the *reference* samples.

    χ²(π ‖ π_ref) = Σ_y (π(y) − π_ref(y))² / π_ref(y)

    Parameters
    ----------
    policy : (..., Y) probabilities
    reference : (..., Y) probabilities, > 0 wherever the policy is

    Returns
    -------
    (...) no unit, >= 0; infinite beyond the range of float64

    Examples
    --------
    >>> float(chi_square_divergence([0.5, 0.5], [0.25, 0.75]))
    0.333...
    """
    policy, reference = as_policy_and_reference(policy, reference)
    difference = policy - reference
    with np.errstate(over="ignore"):
        terms = difference * (difference / np.where(reference > 0, reference, 1.0))
        return terms.sum(axis=-1)


def total_variation(policy: ArrayLike, other: ArrayLike) -> Array:
    """Return the largest difference in probability that two policies give to any set of responses.

    TV(π, π') = ½ Σ_y |π(y) − π'(y)|, the same in both directions

    Parameters
    ----------
    policy, other : (..., Y) probabilities

    Returns
    -------
    (...) no unit, between 0 and 1

    Examples
    --------
    >>> float(total_variation([0.5, 0.5], [0.25, 0.75]))
    0.25
    """
    policy, other = as_same_worlds(
        policy=as_policy("policy", policy), other=as_policy("other", other)
    )
    return np.abs(difference(policy, other)).sum(axis=-1) / 2


def geometric_mixture(policy: ArrayLike, reference: ArrayLike, weight: ArrayLike) -> Array:
    """Return the policy on the straight line, in log-probabilities, from reference to policy.

    π_w(y) ∝ π_ref(y)^(1 − w) π(y)^w

    w = 0 is the reference, w = 1 the policy, and w > 1 goes on beyond it. It is the path that
    RLHF's optimum takes as β falls, for the reward r = log π/π_ref and w = 1/β.

    Parameters
    ----------
    policy, reference : (..., Y) probabilities, each > 0 exactly where the other is
    weight : (...) finite, no unit; its axes broadcast with the leading axes of the policies

    Returns
    -------
    (..., Y) probabilities

    Examples
    --------
    >>> geometric_mixture([0.9, 0.1], [0.5, 0.5], [0.0, 0.5]).round(6).tolist()
    [[0.5, 0.5], [0.75, 0.25]]
    """
    policy, reference = as_policy_and_reference_alike(policy, reference)
    weight = as_per_world("weight", as_finite("weight", weight), policy)
    with np.errstate(over="ignore"):
        tilt = weight * log_quotient(policy, reference)
    check_result("weight", "must be small enough for logits", tilt)
    return softmax(log_probs(reference) + tilt)
