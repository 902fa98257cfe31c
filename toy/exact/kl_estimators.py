"""Floor 2, chapter "KL estimators": estimating KL(π ‖ π_ref) from samples, with exact moments.

Everywhere y ~ π unless a `sampler` is named, and d(y) = log π(y) − log π_ref(y). An *estimator* is
a function of d alone, applied response by response; anything of that form can be passed in. Worlds
broadcast over their leading axes.

What is not as its line under Parameters says, or does not fit the rest in shape, is refused with a
``ValueError`` that names the argument, the rule and what it got; Raises tells what else may happen.

Sources: schulman2020kl (k1, k2, k3), tang2025pitfalls (their gradients as a loss), amini2025kl
(variance).
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any, TypeAlias

import numpy as np
from numpy.typing import ArrayLike, NDArray

from toy.exact.distributions import (
    chi_square_divergence,
    difference,
    exponential_excess,
    geometric_mixture,
    kl_divergence,
    kl_terms,
    log_quotient,
)
from toy.exact.enumeration import check_listable, count_probabilities, count_vectors
from toy.exact.records import Record
from toy.exact.validation import (
    LARGEST,
    Array,
    as_array,
    as_count,
    as_counts,
    as_finite,
    as_numbers,
    as_policy,
    as_policy_and_reference,
    as_policy_and_reference_alike,
    as_same_worlds,
    check_generator,
    check_result,
    refuse,
)

__all__ = [
    "Estimator",
    "Moments",
    "control_variate",
    "estimate_distribution",
    "estimator_moments",
    "gaussian_moments",
    "k1",
    "k2",
    "k3",
    "loss_gradient",
    "optimal_coefficient",
    "ratio_corrected",
    "regression_distribution",
    "sample_estimates",
    "variance_crossover",
]

#: A function of the log-ratio d, elementwise: (..., Y) nats -> (..., Y) nats.
Estimator: TypeAlias = Callable[[Any], Any]

#: Responses per block of an exact sum: large enough to spread Python's cost, small enough to cache,
#: and for its 64 kB to be memory that malloc keeps: twice as fast as blocks it returns each time.
_BLOCK = 8192

#: The least log-ratio of which e^(−2d) is a number of float64.
_LOWEST = -350

#: The largest shift of which e^(shift²) is a number of float64.
_WIDEST_SHIFT = 26.6

#: The step of the complex-step derivative; its error is of the order of the square, so zero here.
_COMPLEX_STEP = 1e-50

#: The rule of what is worked out for one world at a time.
_SINGLE = "must be single distributions, shape (Y,)"


@dataclass(frozen=True, eq=False)
class Moments(Record):
    """Exact moments of one draw of an estimator of KL(π ‖ π_ref).

    Attributes
    ----------
    mean : (...) nats
    bias : (...) nats; mean − KL(π ‖ π_ref)
    variance : (...) nats², of a single draw
    """

    mean: Array
    bias: Array
    variance: Array

    @property
    def std(self) -> Array:
        """The standard deviation of a single draw, in nats."""
        return np.sqrt(self.variance)

    def mse(self, n: ArrayLike) -> Array:
        """Return the mean squared error of the mean of `n` independent draws, in nats².

        mse(n) = bias² + variance / n: more samples never cure a bias.

        Raises
        ------
        ValueError
            If `n` is not a whole number >= 1 (or an array of them).

        Examples
        --------
        >>> float(Moments(mean=1.5, bias=0.5, variance=2.0).mse(8))
        0.5
        """
        with np.errstate(over="ignore"):
            return np.square(self.bias) + self.variance / as_counts("n", n)

    def samples_to_beat(self, other: "Moments") -> Array:
        """Return the sample size from which on this estimator's mean errs no more than `other`'s.

        n = (variance − variance_other) / (bias_other² − bias²), not rounded, and at least 1;
        infinite where the own bias is the larger one, which no number of samples cures.

        Parameters
        ----------
        other : moments (...) of another estimator of the same divergence

        Returns
        -------
        (...) samples, no unit, >= 1 and possibly infinite

        Examples
        --------
        >>> unbiased, biased = Moments(1.0, 0.0, 8.5), Moments(1.5, 0.5, 2.0)
        >>> float(unbiased.samples_to_beat(biased)), float(biased.samples_to_beat(unbiased))
        (26.0, inf)
        """
        cost = np.subtract(self.variance, other.variance)
        with np.errstate(divide="ignore", invalid="ignore", over="ignore"):
            cure = np.subtract(other.bias, self.bias) * np.add(other.bias, self.bias)
            even = np.where(cure > 0, cost / cure, np.where((cure == 0) & (cost <= 0), 1.0, np.inf))
        return np.maximum(even, 1.0)


def k1(log_ratio: ArrayLike) -> Any:
    """Return k1 = d: unbiased for KL(π ‖ π_ref) when the policy samples; negative for some draws.

    Parameters
    ----------
    log_ratio : any shape, nats, no NaN; d = log π − log π_ref of the sampled responses

    Returns
    -------
    the same shape, nats

    Source: schulman2020kl.

    Examples
    --------
    >>> k1([-0.5, 0.5]).tolist()
    [-0.5, 0.5]
    """
    return +_as_log_ratio(log_ratio)


def k2(log_ratio: ArrayLike) -> Any:
    """Return k2 = d²/2: never negative, and biased, for its mean is another f-divergence.

    Parameters
    ----------
    log_ratio : any shape, nats, no NaN; d = log π − log π_ref of the sampled responses

    Returns
    -------
    the same shape, nats; infinite beyond the range of float64

    Source: schulman2020kl.

    Examples
    --------
    >>> k2([-0.5, 0.5]).tolist()
    [0.125, 0.125]
    """
    d = _as_log_ratio(log_ratio)
    with np.errstate(over="ignore", invalid="ignore"):
        return d * d / 2


def k3(log_ratio: ArrayLike) -> Any:
    """Return k3 = e^(−d) − 1 + d: never negative, and unbiased when the policy itself samples.

    That needs π > 0 wherever π_ref is: what the reference gives elsewhere is missing from the mean.

    Parameters
    ----------
    log_ratio : any shape, nats, no NaN; d = log π − log π_ref of the sampled responses

    Returns
    -------
    the same shape, nats; infinite beyond the range of float64

    Source: schulman2020kl.

    Examples
    --------
    >>> k3([-0.5, 0.5]).round(4).tolist()
    [0.1487, 0.1065]
    """
    return exponential_excess(_as_log_ratio(log_ratio))[()]


def control_variate(coefficient: ArrayLike) -> Estimator:
    """Return the estimator k1 + λ (e^(−d) − 1), unbiased for every λ when the policy samples.

    The bracket has mean Σ π (π_ref/π − 1) = 0 if π > 0 wherever π_ref is. λ = 0 is k1 and λ = 1 is
    k3; it is computed as (1 − λ) k1 + λ k3.

    Parameters
    ----------
    coefficient : λ, no unit, finite; a number, or (...) one for each world

    Returns
    -------
    an elementwise function of d, from nats (..., Y) to nats (..., Y); infinite where k3 is

    Source: schulman2020kl.

    Examples
    --------
    >>> control_variate(1.0)([0.5]) == k3([0.5])
    array([ True])
    """
    coefficient = as_finite("coefficient", coefficient)
    weight = coefficient[..., None] if coefficient.ndim else coefficient
    return lambda log_ratio: _between(weight, k1(log_ratio), k3(log_ratio))


def _between(weight: Array, first: NDArray[Any], second: NDArray[Any]) -> Any:
    """Return (1 − λ) k1 + λ k3, unchecked; where that is not finite k1 − λ, or the limit λ k3."""
    with np.errstate(over="ignore", invalid="ignore"):
        mixed = (1 - weight) * first + weight * second
        far = np.where((weight == 0) | (first.real > 0), first - weight, weight * second)
    return np.where(np.isfinite(mixed), mixed, far)[()]


def ratio_corrected(estimator: Estimator) -> Estimator:
    """Return an estimator times the ratio π/π°, where π° is π with its gradient stopped.

    (π(y)/π°(y)) k(d),  π/π° = 1,  ∇(π/π°) = ∇log π

    The value is that of k; as a loss its gradient gains k(d) ∇log π, so that it is ∇E_π[k] when the
    policy samples one response: for k1 and k3 alike ∇KL(π ‖ π_ref). For tokens see
    `token_loss_gradient`.

    Parameters
    ----------
    estimator : elementwise, analytic function of d, such as `k3`

    Returns
    -------
    an elementwise, analytic function of d, from nats to nats

    Examples
    --------
    >>> loss_gradient(ratio_corrected(k3), [0.5, 0.5], [0.25, 0.75]).round(4).tolist()
    [0.2747, -0.2747]
    """

    def corrected(log_ratio: ArrayLike) -> Any:
        d = _as_log_ratio(log_ratio)
        # A complex step moves the imaginary part alone: it is what π/π° = e^(d − d°) moves by.
        ratio = np.exp(1j * d.imag) if np.iscomplexobj(d) else 1.0
        with np.errstate(all="ignore"):
            return ratio * estimator(d)

    return corrected


def optimal_coefficient(policy: ArrayLike, reference: ArrayLike) -> Array:
    """Return the λ at which `control_variate(λ)` has the least variance when the policy samples.

    λ* = −Cov_π(d, e^(−d)) / Var_π(e^(−d)) = (KL(π ‖ π_ref) + KL(π_ref ‖ π)) / χ²(π_ref ‖ π)

    Of two policies that differ, k3 has a smaller variance than k1 exactly when λ* > 1/2. Where
    they are equal every λ gives the same estimator, and the limit 1 is returned.

    Parameters
    ----------
    policy, reference : (..., Y) probabilities, each > 0 exactly where the other is (else
        e^(−d) − 1 has not mean zero)

    Returns
    -------
    (...) no unit, > 0; 0 only where χ² overflows

    Examples
    --------
    >>> float(optimal_coefficient([0.99, 0.01], [0.5, 0.5]))
    0.0928...
    """
    policy, reference = as_policy_and_reference_alike(policy, reference)
    jeffreys = kl_divergence(policy, reference) + kl_divergence(reference, policy)
    chi_square = chi_square_divergence(reference, policy)
    return np.divide(jeffreys, chi_square, out=np.ones_like(jeffreys), where=chi_square > 0)[()]


def estimator_moments(
    estimator: Estimator,
    policy: ArrayLike,
    reference: ArrayLike,
    sampler: ArrayLike | None = None,
) -> Moments:
    """Return exact mean, bias and variance of one draw of an estimator of KL(π ‖ π_ref).

    mean = E_μ[k(d)],  bias = mean − KL(π ‖ π_ref),  variance = E_μ[(k(d) − mean)²]

    where μ is the sampler, the policy itself if none is named. The sums run once over blocks of
    responses; the variance is the mean of the blocks' variances plus the variance of their means.

    Parameters
    ----------
    estimator : elementwise function of d, such as `k1`, `k2`, `k3`, `control_variate(0.5)`
    policy : (..., Y) probabilities
    reference : (..., Y) probabilities, > 0 wherever the policy is
    sampler : (..., Y) probabilities, zero wherever the policy is; None: the policy

    Returns
    -------
    Moments of shape (...)

    Raises
    ------
    ValueError
        If the estimator is not elementwise, or not finite for a response that is drawn.

    Examples
    --------
    >>> moments = estimator_moments(k2, [0.5, 0.5], [0.01, 0.99])
    >>> round(float(moments.mean), 3), round(float(moments.std), 3)
    (3.943, 3.709)
    >>> float(estimator_moments(k3, [1.0, 0.0], [0.5, 0.5]).bias)  # π = 0 where π_ref is not
    -0.5
    """
    policy, reference, sampler = _with_sampler(policy, reference, sampler)
    sums = [_block_sums(estimator, *block) for block in _blocks(policy, reference, sampler)]
    weights, means, spreads, divergences = (
        np.stack(column, axis=-1) for column in zip(*sums, strict=True)
    )
    mean = (weights * means).sum(axis=-1)
    with np.errstate(over="ignore", invalid="ignore"):
        between = (weights * (means - mean[..., None]) ** 2).sum(axis=-1)
        variance = spreads.sum(axis=-1) + between
    return checked_moments(mean, divergences.sum(axis=-1), variance)


def checked_moments(mean: Array, divergence: Array, variance: Array) -> Moments:
    """Return moments of an estimator of this divergence, if they are finite; else refuse it."""
    check_result("estimator", "must have a mean", mean)
    check_result("estimator", "must have a variance", variance)
    return Moments(mean, mean - divergence, variance)


def _block_sums(
    estimator: Estimator, policy: Array, reference: Array, sampler: Array
) -> tuple[Array, Array, Array, Array]:
    """Return a block's probability, the mean and spread within it, and its part of the KL."""
    d = log_quotient(policy, reference)
    divergence = kl_terms(policy, reference, d).sum(axis=-1)
    d[sampler == 0] = 0.0  # never drawn, so that the estimator need not take an infinity
    values = estimator_values(estimator, d)
    weight = sampler.sum(axis=-1)
    mean = (sampler * values).sum(axis=-1) / np.where(weight > 0, weight, 1.0)
    deviation = values - mean[..., None]
    # Multiplied in this order: (π_ref/π)² may overflow where π (π_ref/π)² does not.
    with np.errstate(over="ignore"):
        spread = (sampler * deviation * deviation).sum(axis=-1)
    return weight, mean, spread, divergence


def loss_gradient(
    estimator: Estimator,
    policy: ArrayLike,
    reference: ArrayLike,
    sampler: ArrayLike | None = None,
) -> Array:
    """Return the exact expected gradient, in the logits, of an estimator used as a loss.

    E_μ[∇_z k(d(y))] = E_μ[k'(d) ∇_z log π(y)] = μ(y) k'(d(y)) − π(y) E_μ[k'(d)]

    The samples are held fixed: this is what automatic differentiation returns, on average, for
    `k(log_ratio).mean()`. It is not the gradient of E[k], which also moves the sampler. With μ = π:
    k1 gives 0, k2 gives ∇KL(π ‖ π_ref), and k3, if π > 0 wherever π_ref is, gives
    π − π_ref = ∇KL(π_ref ‖ π).

    Parameters
    ----------
    estimator : elementwise, analytic function of d (made of +, *, exp, log and the like, so that it
        takes complex numbers; the derivative is a complex step, exact to rounding)
    policy : (..., Y) probabilities
    reference : (..., Y) probabilities, > 0 wherever the policy is
    sampler : (..., Y) probabilities, zero wherever the policy is; None: the policy

    Returns
    -------
    (..., Y) nats per logit; each row sums to zero

    Raises
    ------
    ValueError
        If the estimator is not elementwise, is not finite for a response that is drawn, or drops
        the imaginary part of its argument.

    Source: tang2025pitfalls.

    Examples
    --------
    >>> loss_gradient(k3, [0.5, 0.5], [0.25, 0.75]).round(12).tolist()
    [0.25, -0.25]
    """
    policy, reference, sampler = _with_sampler(policy, reference, sampler)
    slopes = estimator_slopes(
        estimator, np.where(sampler > 0, log_quotient(policy, reference), 0.0)
    )
    # Measured from the likeliest response's slope c, as in `slope_of_mean`; c (μ − π) is left.
    likeliest = policy.argmax(axis=-1, keepdims=True)
    common = np.take_along_axis(slopes, likeliest, axis=-1)
    pull = sampler * (slopes - common)
    return pull - policy * pull.sum(axis=-1, keepdims=True) + common * difference(sampler, policy)


def sample_estimates(
    rng: np.random.Generator,
    estimator: Estimator,
    policy: ArrayLike,
    reference: ArrayLike,
    num_samples: int,
    num_replications: int,
    sampler: ArrayLike | None = None,
) -> Array:
    """Return sampled values of the N-sample mean of an estimator, from its exact law.

    The mean of N draws is c·k(d)/N with counts c ~ Multinomial(N, μ); drawing the counts instead of
    the responses costs the same for every N.

    Parameters
    ----------
    rng : numpy.random.Generator, the only source of randomness
    estimator : elementwise function of d
    policy : (..., Y) probabilities
    reference : (..., Y) probabilities, > 0 wherever the policy is
    num_samples : N, the draws in each mean, a whole number >= 1
    num_replications : R, how many independent means, a whole number >= 1
    sampler : (..., Y) probabilities, zero wherever the policy is; None: the policy

    Returns
    -------
    (R, ...) nats

    Raises
    ------
    ValueError
        If the estimator is not elementwise, or not finite for a response that is drawn.

    Examples
    --------
    >>> rng = np.random.default_rng(0)
    >>> sample_estimates(rng, k3, [0.5, 0.5], [0.25, 0.75], 10**9, 2).round(3).tolist()
    [0.144, 0.144]
    """
    check_generator("rng", rng)
    policy, reference, sampler = _with_sampler(policy, reference, sampler)
    size = (as_count("num_replications", num_replications), *policy.shape[:-1])
    check_listable("num_replications", (*size, policy.shape[-1]), "take fewer")
    values = estimator_values(
        estimator, np.where(sampler > 0, log_quotient(policy, reference), 0.0)
    )
    # NumPy wants rows that sum to one more exactly than a policy must; this undoes rounding only.
    shares = sampler / sampler.sum(axis=-1, keepdims=True)
    counts = rng.multinomial(as_count("num_samples", num_samples), shares, size=size)
    return np.einsum("...y,...y->...", counts / num_samples, values)


def estimate_distribution(
    estimator: Estimator,
    policy: ArrayLike,
    reference: ArrayLike,
    num_samples: int,
    sampler: ArrayLike | None = None,
) -> tuple[Array, Array]:
    """Return the exact law of the N-sample mean of an estimator, by listing every count vector.

    P(counts c) = N! Π_y μ(y)^c(y) / c(y)!,  estimate = Σ_y c(y) k(d(y)) / N

    Parameters
    ----------
    estimator : elementwise function of d
    policy : (Y,) probabilities
    reference : (Y,) probabilities, > 0 wherever the policy is
    num_samples : N, the draws in the mean, a whole number >= 1
    sampler : (Y,) probabilities, zero wherever the policy is; None: the policy

    Returns
    -------
    estimates : (C,) nats, one for each of the C count vectors; equal values are not merged
    probabilities : (C,) summing to one

    Raises
    ------
    ValueError
        If the estimator is not elementwise or not finite for a response that is drawn, or there are
        more than two million counts to list.

    Examples
    --------
    >>> estimates, probabilities = estimate_distribution(k1, [0.5, 0.5], [0.25, 0.75], 2)
    >>> estimates.round(4).tolist(), probabilities.round(4).tolist()
    ([-0.4055, 0.1438, 0.6931], [0.25, 0.5, 0.25])
    """
    policy, reference, sampler = _with_sampler(policy, reference, sampler)
    if policy.ndim > 1:
        refuse("policy, reference and sampler", _SINGLE, f"shape {policy.shape}")
    num_samples, drawn = as_count("num_samples", num_samples), sampler > 0
    values = estimator_values(estimator, log_quotient(policy, reference)[drawn])
    shares, probabilities = _listed_shares(num_samples, sampler[drawn], "use sample_estimates")
    return shares @ values, probabilities


def _listed_shares(num_samples: int, policy: Array, remedy: str) -> tuple[Array, Array]:
    """Return the shares of N draws that each response may have, (C, Y), and their chances (C,)."""
    if policy.size == 1:  # one outcome, whatever N is: no table of N factorials
        return np.ones((1, 1)), np.ones(1)
    counts = count_vectors("num_samples", num_samples, policy.size, remedy)
    return counts / num_samples, count_probabilities(policy, counts)


def regression_distribution(
    policy: ArrayLike, reference: ArrayLike, num_samples: int
) -> tuple[Array, Array, Array]:
    """Return the exact law of the N-sample mean whose λ is estimated from the same N draws.

    estimate = d̄ + λ̂ c̄,  λ̂ = −Σ_i (d_i − d̄)(c_i − c̄) / Σ_i (c_i − c̄)²,  c = e^(−d) − 1

    This is the regression of d on c, and λ̂ estimates `optimal_coefficient`; where all N draws have
    the same c there is nothing to regress on, and λ̂ = 0. Every count vector of the N draws, which
    the policy gives, is listed. The estimate is biased, because λ̂ and c̄ are not independent.

    Parameters
    ----------
    policy, reference : (Y,) probabilities, each > 0 exactly where the other is (else c has not mean
        zero)
    num_samples : N, the draws in the mean, a whole number >= 1

    Returns
    -------
    estimates : (C,) nats, one for each of the C count vectors
    coefficients : (C,) no unit, λ̂
    probabilities : (C,) summing to one

    Raises
    ------
    ValueError
        If there are more than two million counts to list.

    Source: owen2013montecarlo.

    Examples
    --------
    >>> estimates, coefficients, _ = regression_distribution([0.5, 0.5], [0.25, 0.75], 2)
    >>> estimates.round(4).tolist(), coefficients.round(4).tolist()
    ([-0.4055, 0.1438, 0.6931], [0.0, 1.0986, 0.0])
    """
    policy, reference = as_policy_and_reference_alike(policy, reference)
    if policy.ndim > 1:
        refuse("policy and reference", _SINGLE, f"shape {policy.shape}")
    policy, reference = policy[policy > 0], reference[policy > 0]
    d = log_quotient(policy, reference)
    if (lowest := d.min()) < _LOWEST:
        refuse("policy", f"must have log-ratios >= {_LOWEST}: e^(−2d) overflows", f"{lowest:.6g}")
    num_samples = as_count("num_samples", num_samples)
    shares, probabilities = _listed_shares(num_samples, policy, "take fewer samples")
    # Over pairs of draws, so that the spread of equal ones is 0 and not what rounding leaves of it.
    control = np.expm1(-d)
    d_gaps, c_gaps = (np.subtract.outer(x, x) for x in (d, control))
    covariance, variance = (
        (shares @ gaps * shares).sum(axis=-1) for gaps in (d_gaps * c_gaps, c_gaps * c_gaps)
    )
    coefficients = np.divide(-covariance, variance, np.zeros_like(variance), where=variance > 0)
    return shares @ d + coefficients * (shares @ control), coefficients, probabilities


def variance_crossover(policy: ArrayLike, reference: ArrayLike) -> float:
    """Return a weight at which k3 and k1 have the same variance on the geometric path.

    A w > 0 with Var_π_w(k3) = Var_π_w(k1), which is λ*(π_w, π_ref) = 1/2; the policy samples.
    Near the reference λ* is close to 1, and there k3 has the lower variance; the first doubling of
    w that brings λ* below 1/2 brackets the root. Most worlds have but one; where λ* rises above 1/2
    again and falls once more, it is one of those in the bracket.

    Parameters
    ----------
    policy, reference : (Y,) probabilities, each > 0 exactly where the other is, not equal

    Returns
    -------
    () no unit, > 0: w; the crossover lies between reference and policy if w < 1

    Examples
    --------
    >>> round(variance_crossover([0.99, 0.01], [0.5, 0.5]), 3)
    0.474
    """
    from scipy.optimize import brentq  # 0.35 s to import: only when it is asked for

    policy, reference = as_policy_and_reference_alike(policy, reference)
    if policy.ndim > 1:
        refuse("policy and reference", _SINGLE, f"shape {policy.shape}")
    if (reach := np.ptp(log_quotient(policy, reference))) == 0:
        refuse("policy", "must differ from the reference", "equal policies")

    def surplus(weight: float) -> float:
        path = geometric_mixture(policy, reference, weight)
        return float(optimal_coefficient(path, reference)) - 0.5

    outer = 1e-3 / reach
    while surplus(outer) > 0:
        outer *= 2
    return float(brentq(surplus, outer / 2, outer, xtol=1e-14 * outer, rtol=1e-14))


def gaussian_moments(shift: float) -> dict[str, Moments]:
    """Return exact moments of k1, k2, k3 for π = N(0, 1), π_ref = N(shift, 1); the policy samples.

    With δ = KL(π ‖ π_ref) = shift²/2, the log-ratio is d ~ N(δ, 2δ):

    k1: mean δ, variance 2δ;  k2: mean δ + δ²/2, variance 2δ² + 2δ³;
    k3: mean δ, variance e^(2δ) − 1 − 2δ

    Parameters
    ----------
    shift : a number within ±26.6, the distance of the two means in standard deviations

    Returns
    -------
    Moments of shape () under the names k1, k2 and k3

    Source: schulman2020kl, which reports sampled values for shift = 0.1 and 1.

    Examples
    --------
    >>> {name: round(float(m.std / 0.5), 2) for name, m in gaussian_moments(1.0).items()}
    {'k1': 2.0, 'k2': 1.73, 'k3': 1.7}
    """
    shift_array = as_numbers("shift", shift)
    if shift_array.ndim or not np.isfinite(shift_array):
        refuse("shift", "must be a finite number", shift)
    if abs(shift_array) > _WIDEST_SHIFT:
        refuse("shift", f"must lie within ±{_WIDEST_SHIFT}, else e^(shift²) overflows", shift)
    kl = np.asarray(shift_array**2 / 2)
    zero = np.zeros_like(kl)
    return {
        "k1": Moments(kl, zero, 2 * kl),
        "k2": Moments(kl + kl**2 / 2, kl**2 / 2, 2 * kl**2 + 2 * kl**3),
        "k3": Moments(kl, zero, exponential_excess(-2 * kl)),
    }


def _as_log_ratio(log_ratio: ArrayLike) -> NDArray[Any]:
    """Return log-ratios as float64, or as they are if complex (as `loss_gradient` passes them)."""
    array = as_array("log_ratio", log_ratio)
    return array if np.iscomplexobj(array) else as_numbers("log_ratio", array)


def _with_sampler(
    policy: ArrayLike, reference: ArrayLike, sampler: ArrayLike | None
) -> tuple[Array, Array, Array]:
    """Return policy, reference and sampler, checked and of one shape; no sampler: the policy."""
    policy, reference = as_policy_and_reference(policy, reference)
    if sampler is None:
        return policy, reference, policy
    sampler = as_policy("sampler", sampler)
    policy, reference, sampler = as_same_worlds(policy=policy, reference=reference, sampler=sampler)
    if ((sampler > 0) & (policy == 0)).any():
        refuse(
            "sampler", "must be 0 wherever the policy is (there d = −inf)", "a response it draws"
        )
    return policy, reference, sampler


def estimator_values(estimator: Estimator, d: NDArray[Any]) -> NDArray[Any]:
    """Return the estimator's values, finite numbers, one for each log-ratio; else refuse it."""
    with np.errstate(all="ignore"):  # what is not finite is told below
        values = as_array("estimator", estimator(d))
    if values.shape != d.shape:
        refuse("estimator", f"must be elementwise, shape {d.shape}", f"shape {values.shape}")
    if values.dtype.kind not in ("biufc" if np.iscomplexobj(d) else "biuf"):
        refuse("estimator", "must return real numbers", f"{values.dtype}")
    if not (finite := np.abs(values) <= LARGEST).all():
        rule = "must be finite for every response that is drawn, within ±1e300"
        refuse("estimator", rule, f"{values[~finite][0]} at the log-ratio {d[~finite][0].real:.6g}")
    return values


def estimator_slopes(estimator: Estimator, d: Array) -> Array:
    """Return k'(d) by a complex step: Im k(d + ih) / h, with no subtraction and so no rounding."""
    values = estimator_values(estimator, d + 1j * _COMPLEX_STEP)
    if not np.iscomplexobj(values):
        refuse(
            "estimator",
            "must be analytic, so that a complex log-ratio passes through",
            f"{values.dtype} from a complex argument",
        )
    return np.asarray(values.imag / _COMPLEX_STEP)


def _blocks(*arrays: Array) -> Iterator[list[Array]]:
    """Yield the same slice of responses from each array, a cache-sized block at a time."""
    for start in range(0, arrays[0].shape[-1], _BLOCK):
        yield [array[..., start : start + _BLOCK] for array in arrays]
