"""Floor 3: one loop that climbs, whatever the hill: the gradient is passed in, exact or sampled.

What is not as its line under Parameters says, or does not fit the rest in shape, is refused with a
``ValueError`` that names the argument, the rule and what it got; Raises tells what else may happen.

Sources: williams1992reinforce (ascent in the logits), rafailov2023dpo (DPO's loss).
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import TypeAlias

import numpy as np
from numpy.typing import ArrayLike

from toy.exact.distributions import log_probs, slope_of_mean, softmax
from toy.exact.enumeration import check_listable
from toy.exact.kl_estimators import Estimator, loss_gradient
from toy.exact.policy_gradient import policy_gradient
from toy.exact.records import Record
from toy.exact.reward_loss import margins, shares
from toy.exact.validation import (
    LARGEST,
    Array,
    as_count,
    as_logits,
    as_nonnegative,
    as_numbers,
    as_per_world,
    as_policy_and_reference_alike,
    as_positive_number,
    as_reference,
    as_same_worlds,
    as_values,
    as_wins,
    check_same_responses,
    refuse,
)

#: From parameters to the direction to climb in, of the same shape.
Gradient: TypeAlias = Callable[[Array], ArrayLike]


@dataclass(frozen=True, eq=False)
class Trajectory(Record):
    """The parameters that a learner went through, and the gradients it followed.

    Attributes
    ----------
    parameters : (T + 1, ...) the start first, then what each of the T steps led to
    gradients : (T, ...) as they were returned, one for each step
    """

    parameters: Array
    gradients: Array

    @property
    def policies(self) -> Array:
        """The softmax policies (T + 1, ..., Y) of parameters that are logits."""
        return softmax(self.parameters)


def ascend(gradient: Gradient, start: ArrayLike, step_size: float, num_steps: int) -> Trajectory:
    """Return the trajectory of gradient ascent from a start.

    z_(t+1) = z_t + η g(z_t)

    A sampled gradient holds its own generator; to descend, pass the negative gradient.

    Parameters
    ----------
    gradient : function from parameters (...) to a direction (...): g
    start : (...) finite, in any unit, at least one axis: z_0, such as logits (..., Y); a logit may
        be −inf if its gradient is 0, and stays there
    step_size : a finite number > 0, no unit: η
    num_steps : T, a whole number >= 1

    Returns
    -------
    Trajectory of T + 1 parameters

    Raises
    ------
    ValueError
        If what the gradient returns has another shape, or is not real, or NaN; or if a step leads
        to parameters that are not finite.

    Examples
    --------
    >>> ascend(lambda z: -z, start=[1.0, -2.0], step_size=0.5, num_steps=2).parameters.tolist()
    [[1.0, -2.0], [0.5, -1.0], [0.25, -0.5]]
    """
    start = as_logits("start", start)
    return _climb(lambda z: _direction(gradient, z.copy()), start, step_size, num_steps)


def ascend_with_loss(
    estimator: Estimator,
    policy: ArrayLike,
    reward: ArrayLike,
    reference: ArrayLike,
    beta: ArrayLike,
    step_size: float,
    num_steps: int,
) -> Trajectory:
    """Return where training leads that puts an estimator of the KL into its loss.

    z_(t+1) = z_t + η (∇E_π[r] − β E_π[∇ k(d)])

    Every step is the expected one: the policy samples, and the samples are held fixed when k is
    differentiated, as in `loss_gradient`. With k2 this is ascent on E_π[r] − β KL(π ‖ π_ref), with
    k3 on E_π[r] − β KL(π_ref ‖ π), and with k1 on E_π[r] alone.

    Parameters
    ----------
    estimator : elementwise, analytic function of d, as for `loss_gradient`: k
    policy : (..., Y) probabilities, > 0 exactly where the reference is: the start
    reward : (..., Y) finite, in units of reward
    reference : (..., Y) probabilities
    beta : (...) finite, >= 0, in units of reward per nat
    step_size : a finite number > 0, no unit: η
    num_steps : T, a whole number >= 1

    Returns
    -------
    Trajectory of T + 1 logits (..., Y), −inf where the policy is 0

    Raises
    ------
    ValueError
        If `loss_gradient` refuses the estimator, or a step leads to logits that are not finite.

    Examples
    --------
    >>> from toy.exact.kl_estimators import k1
    >>> run = ascend_with_loss(k1, [0.5, 0.5], [1.0, 0.0], [0.5, 0.5], 1.0, 0.5, num_steps=400)
    >>> run.policies[-1].round(3).tolist()  # k1 charges for nothing
    [0.997, 0.003]
    """
    policy, reference = as_policy_and_reference_alike(policy, reference)
    policy, reward, reference = as_same_worlds(
        policy=policy, reward=as_values("reward", reward), reference=reference
    )
    column = as_per_world("beta", as_nonnegative("beta", beta), policy)
    start, _ = np.broadcast_arrays(log_probs(policy), column)

    def uphill(logits: Array) -> Array:
        now = softmax(logits)
        return policy_gradient(now, reward) - column * loss_gradient(estimator, now, reference)

    return _climb(uphill, start, step_size, num_steps)


def dpo_descent(
    reference: ArrayLike,
    wins: ArrayLike,
    beta: float,
    step_size: float,
    num_steps: int,
    features: ArrayLike | None = None,
) -> Trajectory:
    """Return the logits that gradient descent on `dpo_loss` goes through, from the reference.

    z_(t+1) = z_t − η F Fᵀ ∇_z L(softmax(z_t)),  z_0 = log π_ref

    F is the identity for a tabular softmax. With features F, what descends are the weights θ of the
    policy π ∝ π_ref e^(F θ), from θ = 0, and its logits are z = log π_ref + F θ.

    Parameters
    ----------
    reference : (Y,) probabilities, all > 0
    wins : (Y, Y) counts >= 0 with a zero diagonal, at least one
    beta : a finite number > 0, in units of reward per nat
    step_size : a finite number > 0, no unit: η
    num_steps : T, a whole number >= 1
    features : (Y, D) finite, no unit, or None

    Returns
    -------
    Trajectory of T + 1 logits (T + 1, Y)

    Raises
    ------
    ValueError
        If a step leads to logits that are not finite.

    Source: rafailov2023dpo.

    Examples
    --------
    >>> descent = dpo_descent([0.5, 0.5], [[0, 3], [1, 0]], 1.0, step_size=1.0, num_steps=60)
    >>> descent.policies[-1].round(9).tolist()
    [0.75, 0.25]
    """
    wins, beta = as_wins("wins", wins), as_positive_number("beta", beta)
    start, kernel = _as_start(reference, features)
    if wins.ndim != 2:
        refuse("wins", "must be one table, a row and a column for each response", wins.shape)
    check_same_responses("reference", start, "wins", wins)
    share = shares(wins)

    def downhill(logits: Array) -> Array:
        force = share / (1 + np.exp(margins(beta * (logits - start))))
        return np.asarray(kernel @ (beta * (force.sum(axis=1) - force.sum(axis=0))))

    return _climb(downhill, start, step_size, num_steps)


def rlhf_ascent(
    reward: ArrayLike,
    reference: ArrayLike,
    beta: float,
    step_size: float,
    num_steps: int,
    features: ArrayLike | None = None,
) -> Trajectory:
    """Return the logits that gradient ascent on `rlhf_objective` goes through, from the reference.

    z_(t+1) = z_t + η F Fᵀ ∇_z (E_π[r] − β KL(π ‖ π_ref)),  z_0 = log π_ref

    F is the identity for a tabular softmax; features are those of `dpo_descent`.

    Parameters
    ----------
    reward : (Y,) finite, in units of reward
    reference : (Y,) probabilities, all > 0
    beta : a finite number > 0, in units of reward per nat
    step_size : a finite number > 0, no unit: η
    num_steps : T, a whole number >= 1
    features : (Y, D) finite, no unit, or None

    Returns
    -------
    Trajectory of T + 1 logits (T + 1, Y)

    Raises
    ------
    ValueError
        If a step leads to logits that are not finite.

    Examples
    --------
    >>> ascent = rlhf_ascent([0.0, np.log(3.0)], [0.5, 0.5], 1.0, step_size=1.0, num_steps=200)
    >>> ascent.policies[-1].round(9).tolist()
    [0.25, 0.75]
    """
    reward, beta = as_values("reward", reward), as_positive_number("beta", beta)
    start, kernel = _as_start(reference, features)
    if reward.shape != start.shape:
        refuse("reward", f"must have the reference's shape {start.shape}", reward.shape)

    def uphill(logits: Array) -> Array:
        shifted = logits - logits.max()
        weights = np.exp(shifted)
        policy = weights / weights.sum()
        net = reward - beta * (shifted - np.log(weights.sum()) - start)
        return np.asarray(kernel @ slope_of_mean(policy, net))

    return _climb(uphill, start, step_size, num_steps)


def _climb(
    gradient: Callable[[Array], Array], start: Array, step_size: float, num_steps: int
) -> Trajectory:
    """Return the trajectory of ascent along a gradient whose values need no check."""
    step_size, num_steps = (
        as_positive_number("step_size", step_size),
        as_count("num_steps", num_steps),
    )
    check_listable("num_steps", (num_steps + 1, *start.shape), "take fewer")
    parameters = np.empty((num_steps + 1, *start.shape))
    gradients = np.empty((num_steps, *start.shape))
    parameters[0], masked = start, np.isneginf(start)
    for step in range(num_steps):
        with np.errstate(over="ignore", invalid="ignore"):
            gradients[step] = gradient(parameters[step])
            parameters[step + 1] = parameters[step] + step_size * gradients[step]
        moved = parameters[step + 1]
        if not np.where(masked, np.isneginf(moved), np.abs(moved) <= LARGEST).all():
            rule = "must keep all parameters finite: take a smaller one"
            refuse("step_size", rule, f"{step_size}, which diverges at step {step + 1}")
    return Trajectory(parameters, gradients)


def _as_start(reference: ArrayLike, features: ArrayLike | None) -> tuple[Array, Array]:
    """Return the log-reference of one prompt, and how a force on each logit moves all: F Fᵀ."""
    start = np.log(as_reference("reference", reference))
    if start.ndim != 1:
        refuse("reference", "must be one row of probabilities", f"shape {start.shape}")
    table = np.eye(start.size) if features is None else as_values("features", features)
    if table.ndim != 2 or len(table) != start.size:
        refuse("features", f"must have shape ({start.size}, D)", f"shape {table.shape}")
    with np.errstate(over="ignore", invalid="ignore"):
        kernel = table @ table.T
    if not np.isfinite(kernel).all():
        refuse("features", "must have finite products with each other", np.abs(table).max())
    return start, kernel


def _direction(gradient: Gradient, parameters: Array) -> Array:
    """Return the gradient at some parameters, refusing NaN, what is not real and another shape."""
    direction = as_numbers("gradient", gradient(parameters))
    if direction.shape != parameters.shape:
        refuse("gradient", f"must return shape {parameters.shape}", f"shape {direction.shape}")
    return direction
