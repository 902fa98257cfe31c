"""Floor 0: what a public function may be given.

One checker per notion. Each turns its argument into a float64 array without touching the caller's,
or raises a ``ValueError`` that names the argument, the rule and what it got. Nothing is repaired: a
table that does not sum to one is refused, never renormalised.

A reference may be 0 where the policy compared with it is 0: a masked token, what would follow an
end of sequence. Neither ever gives that response, and it counts nothing, 0 log(0/0) = 0, as if it
were not in the table. Where the policy is > 0 and the reference 0, no divergence is finite, and the
pair is refused.

A finite number is one within ±1e300, so that sums and differences of them stay in float64. What
leads to a result beyond that is refused as well, by the argument's name; an infinity is returned
only where a docstring says so, or where one was given. What is too small for float64 is 0.
"""

from typing import Any, NoReturn, TypeAlias

import numpy as np
from numpy.typing import ArrayLike, NDArray

Array: TypeAlias = NDArray[np.float64]

#: What is asked of a number that is to be finite.
_FINITE = "must be finite, within ±1e300"

#: What was given is told in so many characters, so that a message stays one line.
_MAX_SHOWN = 160

#: The largest number that counts as finite: float64 ends at 1.8e308, and sums need room.
LARGEST = 1e300

#: How far a row of probabilities may sum from one: room for float64 rounding, none for float32.
ROW_SUM_TOLERANCE = 1e-9


def refuse(name: str, rule: str, got: object) -> NoReturn:
    """Raise the one error of this package, on one line: argument, rule, what was given instead."""
    raise ValueError(f"{name} {rule}; got {_shown(got)}")


def _shown(got: object) -> str:
    """Return what was given, on one short line."""
    try:
        text = " ".join(str(got).split())
    except ValueError:  # Python does not print a whole number of more than 4300 digits
        text = "a number of thousands of digits"
    return text if len(text) <= _MAX_SHOWN else text[: _MAX_SHOWN - 1] + "…"


def as_array(name: str, values: ArrayLike) -> NDArray[Any]:
    """Return an array of whatever was given, if its rows are of equal length and all of it counts.

    A masked array is refused, for NumPy would show what the mask hides.
    """
    parts = [values, *values] if isinstance(values, list | tuple) else [values]
    if any(isinstance(part, np.ma.MaskedArray) for part in parts):
        refuse(name, "must be no masked array: pass .filled(…) or .compressed()", "one")
    try:
        return np.asarray(values)
    except ValueError:
        refuse(name, "must have rows of equal length", values)
    except (RuntimeError, TypeError) as error:  # as torch refuses a tensor that requires a gradient
        rule = "must be what NumPy can read; of a tensor, pass .detach().cpu()"
        refuse(name, rule, f"{type(values).__name__}: {error}")


def as_numbers(name: str, values: ArrayLike) -> Array:
    """Return `values` as float64, of any shape and any size, infinities included but not NaN."""
    array = as_array(name, values)
    if array.dtype.kind not in "biuf":
        refuse(name, "must hold real numbers", f"{array.dtype} {_shown(values)}")
    if np.isnan(array).any():
        refuse(name, "must hold no NaN", f"NaN at index {_first(np.isnan(array))}")
    return array.astype(np.float64, copy=False)


def as_values(name: str, values: ArrayLike) -> Array:
    """Return one finite number per response, shape ``(..., Y)``."""
    array = as_numbers(name, values)
    if array.ndim == 0 or array.shape[-1] == 0:
        refuse(name, "must have shape (..., Y) with at least one response", f"shape {array.shape}")
    if (beyond := np.abs(array) > LARGEST).any():
        refuse(name, _FINITE, f"{array[_first(beyond)]} at index {_first(beyond)}")
    return array


def as_logits(name: str, logits: ArrayLike) -> Array:
    """Return logits ``(..., Y)``: finite, or −inf for what is never given, not all of a row."""
    array = as_numbers(name, logits)
    masked = np.isneginf(array)
    as_values(name, np.where(masked, 0.0, array))
    if (empty := np.asarray(masked.all(axis=-1))).any():
        rule = "must have a finite entry in every row: a policy always gives something"
        refuse(name, rule, f"−inf only in row {_first(empty)}")
    return array


def as_policy(name: str, policy: ArrayLike) -> Array:
    """Return a policy ``(..., Y)``: entries >= 0, every row sums to one."""
    if _is_policy(array := as_array(name, policy)):
        return array
    array = as_values(name, policy)
    if array.min(initial=1.0) < 0:  # no worlds at all have no bad ones
        where = _first(array < 0)
        refuse(name, "must have no negative probability", f"{array[where]} at index {where}")
    sums = array.sum(axis=-1)
    if (wrong := np.abs(sums - 1) > ROW_SUM_TOLERANCE).any():
        rule = f"must sum to 1 along its last axis (within {ROW_SUM_TOLERANCE:g}, in float64)"
        refuse(name, rule, f"sum {sums[_first(wrong)]:.12g} in row {_first(wrong)}")
    return array


def _is_policy(array: NDArray[Any]) -> bool:
    """Return whether nothing is wrong, in two passes: NaN and infinity fail one of them."""
    if array.dtype != np.float64 or array.ndim == 0 or array.size == 0 or not array.min() >= 0:
        return False
    return bool((np.abs(array.sum(axis=-1) - 1) <= ROW_SUM_TOLERANCE).all())


def as_reference(name: str, reference: ArrayLike) -> Array:
    """Return a policy ``(..., Y)`` whose every entry is > 0: for a formula that has no zeros."""
    array = as_policy(name, reference)
    if array.min(initial=1.0) == 0:
        rule = "must give every response a probability > 0"
        refuse(name, rule, f"0 at index {_first(array == 0)}")
    return array


def as_counts(name: str, counts: ArrayLike) -> NDArray[np.int64]:
    """Return whole numbers from 1 to the last that an int64 holds, of any shape."""
    array = as_numbers(name, counts)
    if not (whole := (array >= 1) & (array == np.floor(array)) & np.isfinite(array)).all():
        refuse(name, "must be a whole number >= 1", array[~whole][0])
    if (array >= 2.0**63).any():
        refuse(name, "must be below 2^63", array.max())
    return array.astype(np.int64)


def as_count(name: str, count: ArrayLike) -> int:
    """Return a single whole number >= 1."""
    array = as_counts(name, count)
    if array.ndim:
        refuse(name, "must be a single whole number >= 1", f"shape {array.shape}")
    return int(array)


def as_finite(name: str, numbers: ArrayLike) -> Array:
    """Return finite numbers, of any shape."""
    array = as_numbers(name, numbers)
    if (beyond := np.abs(array) > LARGEST).any():
        refuse(name, _FINITE, array[beyond][0])
    return array


def check_result(name: str, rule: str, *results: Array) -> None:
    """Refuse the argument of this name, or several, if what it leads to is no finite number."""
    for result in results:
        if not (right := np.abs(result) <= LARGEST).all():
            refuse(name, f"{rule} within ±1e300", np.asarray(result)[~right][0])


def as_positive(name: str, numbers: ArrayLike) -> Array:
    """Return finite numbers > 0, of any shape."""
    array = as_finite(name, numbers)
    if (array <= 0).any():
        refuse(name, "must be > 0", array[array <= 0][0])
    return array


def as_positive_number(name: str, number: ArrayLike) -> float:
    """Return a single finite number > 0."""
    if (array := as_positive(name, number)).ndim:
        refuse(name, "must be one number", number)
    return float(array)


def as_price(name: str, beta: ArrayLike) -> Array:
    """Return finite β > 0, of any shape; what asks for an optimum says why it has none at 0."""
    array = as_finite(name, beta)
    if (array <= 0).any():
        rule = "must be > 0, for the optimum divides by it (as it goes to 0, see greedy_policy)"
        refuse(name, rule, array[array <= 0][0])
    return array


def as_nonnegative(name: str, numbers: ArrayLike) -> Array:
    """Return finite numbers >= 0, of any shape."""
    array = as_finite(name, numbers)
    if (array < 0).any():
        refuse(name, "must be >= 0", array[array < 0][0])
    return array + 0.0  # −0.0 becomes 0.0, so that what divides by it has one sign


def as_per_world(name: str, numbers: NDArray[Any], worlds: Array) -> NDArray[Any]:
    """Return numbers as a column that broadcasts with worlds ``(..., Y)``: one, or one each."""
    try:
        np.broadcast_shapes(numbers.shape, worlds.shape[:-1])
    except ValueError:
        rule = "must be one number, or have axes that broadcast with the leading axes of the worlds"
        refuse(name, rule, f"shape {numbers.shape} for worlds of shape {worlds.shape}")
    return numbers[..., None]


def as_wins(name: str, wins: Any) -> Array:
    """Return counts of comparisons ``(..., Y, Y)``: >= 0, none with itself, one or more a world.

    A matrix of `scipy.sparse` is one world, and becomes dense.
    """
    array = as_numbers(name, wins.toarray() if hasattr(wins, "toarray") else wins)
    if array.ndim < 2 or array.shape[-1] != array.shape[-2] or array.shape[-1] == 0:
        rule = "must have shape (..., Y, Y), a row and a column for each response"
        refuse(name, rule, f"shape {array.shape}")
    if not (right := np.isfinite(array) & (array >= 0)).all():
        refuse(name, "must hold finite counts >= 0", array[~right][0])
    if (diagonal := np.diagonal(array, axis1=-2, axis2=-1)).any():
        rule = "must have a zero diagonal: no response is compared with itself"
        refuse(name, rule, f"{diagonal[diagonal != 0][0]} on it")
    if not array.any(axis=(-2, -1)).all():
        refuse(name, "must hold one comparison or more in every world", "none")
    return array


def check_same_responses(name: str, worlds: Array, counts_name: str, counts: Array) -> None:
    """Refuse worlds ``(..., Y)`` and counts ``(..., Y, Y)`` that do not broadcast."""
    names, shapes = f"{name} and {counts_name}", f"shapes {worlds.shape} and {counts.shape}"
    if worlds.shape[-1] != counts.shape[-1]:
        refuse(names, "must have the same number of responses (last axis)", shapes)
    try:
        np.broadcast_shapes(worlds.shape[:-1], counts.shape[:-2])
    except ValueError:
        refuse(names, "must have leading axes that broadcast", shapes)


def check_generator(name: str, rng: object) -> None:
    """Refuse anything but a NumPy generator, so that no randomness hides in a default."""
    if not isinstance(rng, np.random.Generator):
        refuse(name, "must be a numpy.random.Generator, as from default_rng(seed)", rng)


def as_same_worlds(**arrays: Array) -> tuple[Array, ...]:
    """Return checked arrays broadcast to one shape, each over the same responses.

    The last axis must agree exactly: a single response is never stretched over many.
    """
    shapes = ", ".join(f"{name} {array.shape}" for name, array in arrays.items())
    names = " and ".join(arrays)
    if len({array.shape[-1] for array in arrays.values()}) > 1:
        refuse(names, "must have the same number of responses (last axis)", shapes)
    try:
        return tuple(np.broadcast_arrays(*arrays.values()))
    except ValueError:
        refuse(names, "must have leading axes that broadcast", shapes)


def as_policy_and_reference(policy: ArrayLike, reference: ArrayLike) -> tuple[Array, ...]:
    """Return the pair that nearly everything here is about, checked and of one shape.

    The reference is > 0 wherever the policy is.
    """
    policy, reference = as_same_worlds(
        policy=as_policy("policy", policy), reference=as_policy("reference", reference)
    )
    check_reference(policy, reference)
    return policy, reference


def as_policy_and_reference_alike(policy: ArrayLike, reference: ArrayLike) -> tuple[Array, ...]:
    """Return the pair, checked and of one shape: each is > 0 exactly where the other is."""
    policy, reference = as_policy_and_reference(policy, reference)
    why = "a response that only the reference gives has the log-ratio −inf"
    _check_positive_where("policy", policy, "reference", reference, why)
    return policy, reference


def check_reference(policy: Array, reference: Array, suffix: str = "") -> None:
    """Refuse a reference that is 0 where the policy is > 0; both are checked, of one shape.

    The suffix tells which table of several it is: `reference[2]`.
    """
    why = "a response that the policy gives and the reference never does has an infinite KL"
    _check_positive_where(f"reference{suffix}", reference, "policy", policy, why)


def _check_positive_where(name: str, array: Array, other_name: str, other: Array, why: str) -> None:
    """Refuse an array that is 0 where the other one is > 0."""
    if array.min(initial=1.0) == 0 and (lacking := (array == 0) & (other > 0)).any():
        where = _first(lacking)
        rule = f"must be > 0 wherever the {other_name} is ({why})"
        refuse(name, rule, f"0 at index {where}, where the {other_name} is {other[where]:.3g}")


def as_policy_and_reward(policy: ArrayLike, reward: ArrayLike) -> tuple[Array, ...]:
    """Return a policy and what its responses are worth, checked and of one shape."""
    return as_same_worlds(policy=as_policy("policy", policy), reward=as_values("reward", reward))


def as_policy_reward_and_reference(
    policy: ArrayLike, reward: ArrayLike, reference: ArrayLike
) -> tuple[Array, ...]:
    """Return what the RLHF objective is about, checked and of one shape."""
    policy, reward, reference = as_same_worlds(
        policy=as_policy("policy", policy),
        reward=as_values("reward", reward),
        reference=as_policy("reference", reference),
    )
    check_reference(policy, reference)
    return policy, reward, reference


def _first(mask: NDArray[np.bool_]) -> tuple[int, ...]:
    """Return the index of the first true entry, as plain integers."""
    return tuple(int(i) for i in np.argwhere(mask)[0])
