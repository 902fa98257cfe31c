"""What every explorable is: an anywidget with checked traits, a still picture, a state to share."""

from abc import abstractmethod
from collections.abc import Callable
from importlib.resources import files
from string import ascii_uppercase
from typing import Any, ClassVar, TypeAlias, TypeVar, cast

import anywidget
import numpy as np
import traitlets

from toy.exact.validation import as_count, as_reference, as_values
from toy.figures.palette import PALETTE

T = TypeVar("T")

#: The forms in which an output can be shown, by MIME type, and what there is to say about each.
Bundle: TypeAlias = tuple[dict[str, Any], dict[str, Any]]

#: A dark page is known by its theme, the book's or JupyterLab's; elsewhere the system decides.
_DARK_THEME = 'html[data-theme="dark"] .toy, body[data-jp-theme-light="false"] .toy'
_NO_THEME = "html:not([data-theme]) body:not([data-jp-theme-light]) .toy"


class Distribution(traitlets.TraitType[list[float], Any]):
    """Probabilities of the responses, all > 0 and summing to one, from any sequence or array."""

    def validate(self, _obj: Any, value: Any) -> list[float]:
        """Return the probabilities as a list of floats, or refuse them."""
        array = refused(as_reference, self.name, value)
        if array.ndim != 1:
            raise traitlets.TraitError(f"{self.name} must be one row of probabilities; got {value}")
        return array.tolist()


class Values(traitlets.TraitType[list[float], Any]):
    """Finite numbers, one for each response, from any sequence or array; at most `most` in size."""

    def __init__(self, default_value: Any = traitlets.Undefined, *, most: float) -> None:
        super().__init__(default_value)
        self.most = most

    def validate(self, _obj: Any, value: Any) -> list[float]:
        """Return the values as a list of floats, or refuse them."""
        array = refused(as_values, self.name, value)
        if array.ndim != 1:
            raise traitlets.TraitError(f"{self.name} must be one row of numbers; got {value}")
        if np.abs(array).max() > self.most:
            raise traitlets.TraitError(
                f"{self.name} must be from −{self.most:g} to {self.most:g}; got {value}"
            )
        return array.tolist()


class Labels(traitlets.List[str]):
    """What the responses are called: from `least` to `most` of them."""

    def __init__(
        self, default_value: Any = traitlets.Undefined, least: int = 2, most: int = 4
    ) -> None:
        super().__init__(traitlets.Unicode(), default_value, minlen=least, maxlen=most)


class Number(traitlets.TraitType[float, Any]):
    """A finite number from `low` to `high`."""

    def __init__(self, default_value: float, *, low: float, high: float) -> None:
        super().__init__(default_value)
        self.low, self.high = low, high

    def validate(self, _obj: Any, value: Any) -> float:
        """Return the number as a float, or refuse it."""
        array = refused(as_values, self.name, [value] if np.ndim(value) == 0 else value)
        if array.shape != (1,) or not self.low <= array[0] <= self.high:
            rule = f"{self.name} must be one number from {self.low:g} to {self.high:g}"
            raise traitlets.TraitError(f"{rule}; got {value}")
        return float(array[0])


class Count(traitlets.TraitType[int, Any]):
    """A whole number from 1 to `most`."""

    def __init__(self, default_value: int, most: int) -> None:
        super().__init__(default_value)
        self.most = most

    def validate(self, _obj: Any, value: Any) -> int:
        """Return the number as an int, or refuse it."""
        count = refused(as_count, self.name, value)
        if count > self.most:
            raise traitlets.TraitError(f"{self.name} must be at most {self.most}; got {count}")
        return count


def refused(check: Callable[[str, Any], T], name: str | None, value: Any) -> T:
    """Return what a check of toy.exact makes of a value; its refusal becomes a TraitError."""
    try:
        return check(name or "", value)
    except ValueError as error:
        raise traitlets.TraitError(str(error)) from None


class Explorable(anywidget.AnyWidget):
    """A live figure: in Jupyter its traits and its controls follow each other.

    A subclass names its view and the traits that a link can carry, describes itself in words, and
    draws its still picture.

    Attributes
    ----------
    view : which of the explorables in the one bundle to show (read-only)
    anchor : the name by which the address of a page refers to it
    initial : the state that Reset returns to; its names are those that a link can carry (read-only)
    """

    _esm = traitlets.Unicode().tag(sync=True)
    _css = traitlets.Unicode().tag(sync=True)
    view = traitlets.Unicode(read_only=True).tag(sync=True)
    anchor = traitlets.Unicode().tag(sync=True)
    initial = traitlets.Dict(read_only=True).tag(sync=True)

    _view: ClassVar[str]
    _state: ClassVar[tuple[str, ...]]

    def __init__(self, **traits: Any) -> None:
        traits.setdefault("anchor", self._view.replace("_", "-"))
        super().__init__(_esm=read_bundle("explorables.js"), _css=style_sheet(), **traits)
        self.set_trait("view", self._view)
        self.set_trait("initial", {name: getattr(self, name) for name in self._state})

    def __repr__(self) -> str:
        """Write the explorable as the call that makes it."""
        arguments = (f"{name}={getattr(self, name)!r}" for name in self._state)
        return f"{type(self).__name__}({', '.join(arguments)})"

    def _repr_mimebundle_(self, **kwargs: Any) -> Bundle:
        """Offer the widget, and a still picture where there is no front end for it."""
        data, metadata = cast(Bundle, super()._repr_mimebundle_(**kwargs))
        still = {"image/svg+xml": self.still(), "text/plain": self.describe()}
        return data | still, metadata | {"image/svg+xml": {"alt": self.describe()}}

    @abstractmethod
    def describe(self) -> str:
        """Return what the figure shows now, in words: the alternative text of the still picture."""

    @abstractmethod
    def still(self) -> str:
        """Return what the figure shows now as SVG: for print, e-books and pages without scripts."""


class OverResponses(Explorable):
    """An explorable of several traits with an entry for each of the same few responses.

    A subclass names these traits, and validates each with `_as_long_as_the_others`.

    Attributes
    ----------
    responses : the labels, two to four; A, B, … where a trait is given without them
    """

    responses = Labels().tag(sync=True)

    _per_response: ClassVar[tuple[str, ...]]

    def __init__(self, **traits: Any) -> None:
        first = self._per_response[0]
        if first in traits and "responses" not in traits:
            traits["responses"] = list(ascii_uppercase[: np.size(traits[first])])
        super().__init__(**traits)

    def _as_long_as_the_others(self, proposal: Any) -> Any:
        """Refuse a change that leaves the traits of different lengths.

        To change the number of responses, set all of them within `hold_trait_notifications()`.
        """
        name, value = proposal["trait"].name, proposal["value"]
        lengths = {key: len(getattr(self, key)) for key in (*self._per_response, "responses")}
        lengths[name] = len(value)
        if len(set(lengths.values())) > 1:
            got = ", ".join(f"{length} in {key}" for key, length in lengths.items())
            raise traitlets.TraitError(f"{name} must have as many entries as the others; got {got}")
        return value


class TwoPolicies(OverResponses):
    """An explorable of a policy and a reference over the same few responses.

    Attributes
    ----------
    policy, reference : one probability > 0 for each response
    responses : the labels, two to four; A, B, … where only probabilities are given
    """

    _per_response = ("policy", "reference")

    policy = Distribution().tag(sync=True)
    reference = Distribution().tag(sync=True)

    @traitlets.validate("policy", "reference", "responses")
    def _check_lengths(self, proposal: Any) -> Any:
        return self._as_long_as_the_others(proposal)


def read_bundle(name: str) -> str:
    """Return a file that `make` builds from the sources in `js`.

    Raises
    ------
    FileNotFoundError
        If it was not built: an explorable cannot be shown from the Python files alone.
    """
    bundle = files("toy.explorables") / "bundles" / name
    if not bundle.is_file():
        raise FileNotFoundError(
            f"{bundle} is missing: run `make` in the book's folder, which builds the explorables"
        )
    return bundle.read_text(encoding="utf-8")


def style_sheet() -> str:
    """Return the style of all explorables, with the palette as variables `--toy-<role>`."""
    light = "".join(f"--toy-{role}:{colour.light};" for role, colour in PALETTE.items())
    dark = "".join(f"--toy-{role}:{colour.dark};" for role, colour in PALETTE.items())
    return (
        f".toy{{color-scheme:light;{light}}}"
        f"{_DARK_THEME}{{color-scheme:dark;{dark}}}"
        f"@media(prefers-color-scheme:dark){{{_NO_THEME}{{color-scheme:dark;{dark}}}}}"
        + read_bundle("explorables.css")
    )
