"""The traits of explorables: each is declared once, in its class, and everything else follows.

A declaration says what the trait holds at first, what it is, and what it may hold: in words, its
`form`, and in JSON, its `schema`, which goes to the view with the state. The controls take their
ranges and options from it, and by it the page refuses a bad link (`parts/schema.js`), in the words
in which Python refuses a bad value.
"""

import unicodedata
from collections.abc import Callable, Mapping, Sequence
from typing import Any, NoReturn, TypeVar

import numpy as np
import traitlets

from toy.exact.validation import ROW_SUM_TOLERANCE, as_count, as_finite, as_policy, as_values

T = TypeVar("T")

#: The least probability that a figure can show: ratios stay below 10⁹, their squares finite.
MIN_PROBABILITY = 1e-9


class Trait(traitlets.TraitType[T, Any]):
    """A trait that the view shares.

    Parameters
    ----------
    default : what it holds at first
    help : what it is
    form : what it must be, as in "one number from 0 to 1"
    unit : in what its numbers are measured; "" for none
    linked : whether a link can carry it and Reset restores it
    limits : what the view has to know of its form
    """

    def __init__(
        self,
        default: Any,
        help: str,
        form: str,
        *,
        unit: str = "",
        linked: bool = True,
        **limits: Any,
    ) -> None:
        super().__init__(default, help=help)
        self.form, self.unit, self.linked = form, unit, linked
        self.schema = {"kind": type(self).__name__.lower(), "form": form, "unit": unit, **limits}
        self.tag(sync=True)

    def described(self) -> str:
        """Return what the trait is and must be, in words."""
        return f"{self.help}; {self.form}" + (self.unit and f", in {self.unit}")

    def refuse(self, value: Any) -> NoReturn:
        """Raise the error of a value that has not the form."""
        raise traitlets.TraitError(f"{self.name} must be {self.form}; got {value}")

    def checked(self, check: Callable[[str, Any], Any], value: Any) -> Any:
        """Return what a check of toy.exact makes of a value; its refusal becomes a TraitError."""
        try:
            return check(self.name or "", value)
        except ValueError as error:
            raise traitlets.TraitError(str(error)) from None


class Number(Trait[float]):
    """A finite number from `low` to `high`."""

    def __init__(self, default: float, help: str, *, low: float, high: float, **more: Any) -> None:
        form = f"one number {span(low, high)}"
        super().__init__(default, help, form, low=low, high=high, **more)
        self.low, self.high = low, high

    def validate(self, _obj: Any, value: Any) -> float:
        """Return the number as a float, or refuse it."""
        array = self.checked(as_finite, value)
        if array.shape not in ((), (1,)) or not self.low <= array.item() <= self.high:
            self.refuse(value)
        return float(array.item())


class Count(Trait[int]):
    """A whole number from `low` to `high`."""

    def __init__(self, default: int, help: str, *, high: int, low: int = 1, **more: Any) -> None:
        form = f"a whole number {span(low, high)}"
        super().__init__(default, help, form, low=low, high=high, **more)
        self.low, self.high = low, high

    def validate(self, _obj: Any, value: Any) -> int:
        """Return the number as an int, or refuse it."""
        count: int = self.checked(as_count, value)
        if not self.low <= count <= self.high:
            self.refuse(value)
        return count


class Option(Trait[str]):
    """One of a few; `options` maps each to its name on the page, in HTML."""

    def __init__(self, default: str, help: str, *, options: Mapping[str, str], **more: Any) -> None:
        form = f"one of {', '.join(options)}"
        super().__init__(default, help, form, options=dict(options), **more)
        self.options = options

    def validate(self, _obj: Any, value: Any) -> str:
        """Return the option, or refuse what is none."""
        if not isinstance(value, str) or value not in self.options:
            self.refuse(value)
        return value


class Switch(Trait[bool]):
    """On or off."""

    def __init__(self, default: bool, help: str, **more: Any) -> None:
        super().__init__(default, help, "True or False", **more)

    def validate(self, _obj: Any, value: Any) -> bool:
        """Return the truth value, or refuse what is none."""
        if not isinstance(value, bool | np.bool_):
            self.refuse(value)
        return bool(value)


class Row(Trait[tuple[float, ...]]):
    """An entry for each of something: of the responses, or of a fixed number of others.

    Its value is a tuple: an entry that changed in place would never reach the view.

    Parameters
    ----------
    each : what there is an entry for
    length : how many; None if as many as there are `responses`
    like : the trait whose value it takes where only that one is given
    """

    def __init__(
        self,
        default: Any,
        help: str,
        form: str,
        *,
        each: str = "response",
        length: int | None = None,
        like: str = "",
        **more: Any,
    ) -> None:
        form = f"{form}, one for each {each}"
        super().__init__(default, help, form, each=each, length=length, **more)
        self.each, self.length, self.like = each, length, like

    def as_row(self, check: Callable[[str, Any], Any], value: Any) -> Any:
        """Return one row of entries that pass a check of toy.exact, as an array."""
        row = self.checked(check, value)
        if row.ndim != 1:
            self.refuse(value)
        if self.length not in (None, len(row)):
            refuse_length(self.name, len(row), self.length, self.each)
        return row


class Values(Row):
    """Finite numbers from `low` to `high`, from any sequence or array."""

    def __init__(self, default: Any, help: str, *, low: float, high: float, **more: Any) -> None:
        form = f"numbers {span(low, high)}"
        super().__init__(default, help, form, low=low, high=high, **more)
        self.low, self.high = low, high

    def validate(self, _obj: Any, value: Any) -> tuple[float, ...]:
        """Return the values as floats, or refuse them."""
        row = self.as_row(as_values, value)
        if row.min() < self.low or row.max() > self.high:
            self.refuse(value)
        return tuple(row.tolist())


class Distribution(Row):
    """Probabilities from `low` on that sum to one, from any sequence or array."""

    def __init__(
        self, default: Any, help: str, *, low: float = MIN_PROBABILITY, **more: Any
    ) -> None:
        form = f"probabilities of at least {low:g} that sum to 1".replace("e-0", "e-")
        super().__init__(default, help, form, low=low, tolerance=ROW_SUM_TOLERANCE, **more)
        self.low = low

    def validate(self, _obj: Any, value: Any) -> tuple[float, ...]:
        """Return the probabilities as floats, or refuse them."""
        row = self.as_row(as_policy, value)
        if row.min() < self.low:
            self.refuse(value)
        return tuple(row.tolist())


class Labels(Trait[tuple[str, ...]]):
    """Words, without control characters: from `low` to `high` of them."""

    def __init__(
        self, default: Sequence[str], help: str, *, low: int = 2, high: int = 4, **more: Any
    ) -> None:
        form = f"{low} labels" if low == high else f"{low} to {high} labels"
        super().__init__(default, help, form, low=low, high=high, **more)
        self.low, self.high = low, high

    def validate(self, _obj: Any, value: Any) -> tuple[str, ...]:
        """Return the labels, or refuse them."""
        are_words = isinstance(value, list | tuple) and all(map(is_text, value))
        if not are_words or not self.low <= len(value) <= self.high:
            self.refuse(value)
        return tuple(value)


def is_text(value: Any) -> bool:
    """Return whether a value is text that can be drawn: no control character, no half of a pair."""
    return isinstance(value, str) and not {"Cc", "Cs"} & set(map(unicodedata.category, value))


def span(low: float, high: float) -> str:
    """Return a range in words, its numbers in their shortest form, with a true minus."""
    return f"from {low:.12g} to {high:.12g}".replace(" -", " −")


def refuse_length(
    name: str | None, got: int, must: object, each: str = "response", hint: str = ""
) -> NoReturn:
    """Raise the error of a row of a wrong length."""
    rule = f"{name} must have {must} entries, one for each {each}"
    raise traitlets.TraitError(f"{rule}; got {got}{hint}")
