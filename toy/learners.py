"""Floor 3: one loop that climbs, whatever the hill: the gradient is passed in, exact or sampled."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import TypeAlias

import numpy as np
from numpy.typing import ArrayLike

from toy.distributions import softmax
from toy.kl_estimators import Estimator, loss_gradient
from toy.policy_gradient import policy_gradient
from toy.validation import (
    Array,
    as_count,
    as_per_world,
    as_positive,
    as_reference,
    as_values,
    refuse,
)

#: From parameters to the direction to climb in, of the same shape.
Gradient: TypeAlias = Callable[[Array], ArrayLike]


@dataclass(frozen=True)
class Trajectory:
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
    gradient : from parameters (...) to a direction (...): g
    start : (...) finite, at least one axis: z_0, such as logits (..., Y)
    step_size : finite, > 0: η
    num_steps : T, a whole number >= 1

    Returns
    -------
    Trajectory of T + 1 parameters

    Raises
    ------
    ValueError
        If an argument is not what its line above says, the gradient has another shape, or a step
        leads to parameters that are not finite.

    Examples
    --------
    >>> ascend(lambda z: -z, start=[1.0, -2.0], step_size=0.5, num_steps=2).parameters.tolist()
    [[1.0, -2.0], [0.5, -1.0], [0.25, -0.5]]
    """
    start, num_steps = as_values("start", start), as_count("num_steps", num_steps)
    if as_positive("step_size", step_size).ndim:
        refuse("step_size", "must be one number", f"{step_size!r}")
    parameters = np.empty((num_steps + 1, *start.shape))
    gradients = np.empty((num_steps, *start.shape))
    parameters[0] = start
    for step in range(num_steps):
        gradients[step] = _direction(gradient, parameters[step].copy())
        with np.errstate(over="ignore"):
            parameters[step + 1] = parameters[step] + step_size * gradients[step]
        if not np.isfinite(parameters[step + 1]).all():
            rule = "must keep all parameters finite: take a smaller one"
            refuse("step_size", rule, f"{step_size}, which diverges at step {step + 1}")
    return Trajectory(parameters, gradients)


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
    estimator : as for `loss_gradient`: k
    policy : (..., Y) probabilities, all > 0: the start
    reward : (..., Y) finite, in units of reward
    reference : (..., Y) probabilities, all > 0
    beta : (...) finite, > 0, in units of reward per nat
    step_size : finite, > 0: η
    num_steps : T, a whole number >= 1

    Returns
    -------
    Trajectory of T + 1 logits (..., Y)

    Raises
    ------
    ValueError
        As `ascend` and `loss_gradient`, or if the policy has a zero.

    Examples
    --------
    >>> run = ascend_with_loss(k1, [0.5, 0.5], [1.0, 0.0], [0.5, 0.5], 1.0, 0.5, num_steps=400)
    >>> run.policies[-1].round(2).tolist()  # k1 charges for nothing
    [0.99, 0.01]
    """
    policy = as_reference("policy", policy)
    column = as_per_world("beta", as_positive("beta", beta), policy)

    def uphill(logits: Array) -> Array:
        now = softmax(logits)
        return policy_gradient(now, reward) - column * loss_gradient(estimator, now, reference)

    return ascend(uphill, np.log(policy), step_size, num_steps)


def _direction(gradient: Gradient, parameters: Array) -> Array:
    """Return the gradient at some parameters, refusing another shape."""
    direction = np.asarray(gradient(parameters), dtype=np.float64)
    if direction.shape != parameters.shape:
        refuse("gradient", f"must return shape {parameters.shape}", f"shape {direction.shape}")
    return direction
