"""Floor 3: one loop that climbs, whatever the hill: the gradient is passed in, exact or sampled."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import TypeAlias

import numpy as np
from numpy.typing import ArrayLike

from toy.distributions import softmax
from toy.validation import Array, as_count, as_positive, as_values, refuse

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


def _direction(gradient: Gradient, parameters: Array) -> Array:
    """Return the gradient at some parameters, refusing another shape."""
    direction = np.asarray(gradient(parameters), dtype=np.float64)
    if direction.shape != parameters.shape:
        refuse("gradient", f"must return shape {parameters.shape}", f"shape {direction.shape}")
    return direction
