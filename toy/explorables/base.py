"""What every explorable is: an anywidget with checked traits, a still picture, a state to share."""

import inspect
from abc import abstractmethod
from difflib import get_close_matches
from importlib.resources import files
from string import ascii_uppercase
from typing import Any, TypeAlias, cast

import anywidget
import traitlets

from toy.explorables.traits import Labels, Row, Trait, refuse_length
from toy.figures.palette import PALETTE

#: The forms in which an output can be shown, by MIME type, and what there is to say about each.
Bundle: TypeAlias = tuple[dict[str, Any], dict[str, Any]]

#: A dark page is known by its theme, the book's or JupyterLab's; elsewhere the system decides.
_DARK_THEME = 'html[data-theme="dark"] .toy, body[data-jp-theme-light="false"] .toy'
_NO_THEME = "html:not([data-theme]) body:not([data-jp-theme-light]) .toy"

#: Where a reader has chosen a few colours, roles differ by dash, hatch and marker alone.
_FORCED = {"paper": "Canvas", "grid": "GrayText", "policy": "LinkText"}


class Explorable(anywidget.AnyWidget):
    """A live figure: in Jupyter its traits and its controls follow each other.

    A subclass stands in a folder of its own, which is the name of its view. It declares its traits,
    describes itself in words, and draws its still picture. Where it has `responses`, its rows of
    numbers have an entry for each of them; a call that gives rows alone gets responses A, B, …

    Attributes
    ----------
    view : which of the explorables in the one bundle to show (read-only)
    anchor : the name by which the address of a page refers to it
    initial : the state that Reset returns to; its names are those that a link can carry (read-only)
    schema : the declarations of its traits, for the view (read-only)
    """

    _esm = traitlets.Unicode().tag(sync=True)
    _css = traitlets.Unicode().tag(sync=True)
    view = traitlets.Unicode(read_only=True).tag(sync=True)
    anchor = traitlets.Unicode().tag(sync=True)
    initial = traitlets.Dict(read_only=True).tag(sync=True)
    schema = traitlets.Dict(read_only=True).tag(sync=True)

    def __init_subclass__(cls, **more: Any) -> None:
        """Add what the declarations say to the documentation."""
        super().__init_subclass__(**more)
        if words := vars(cls).get("__doc__"):
            traits = cls.declared().items()
            lines = (f"{name} : {trait.described()}" for name, trait in traits)
            head = [inspect.cleandoc(words), "", "Attributes", "----------"]
            cls.__doc__ = "\n".join([*head, *lines])

    def __init__(self, **traits: Any) -> None:
        for name in traits:
            if not self.has_trait(name):
                raise TypeError(self._no_trait(name))
        view = self._folder()
        traits = {"anchor": view.replace("_", "-")} | self._completed(traits)
        together = traitlets.validate(*self._rows(), "responses")(type(self)._check_length)
        together.instance_init(self)
        super().__init__(_esm=read_bundle("explorables.js"), _css=style_sheet(), **traits)
        self.set_trait("view", view)
        self.set_trait("initial", self._linked())
        self.set_trait("schema", {name: trait.schema for name, trait in self.declared().items()})

    def __setattr__(self, name: str, value: Any) -> None:
        if not (name.startswith("_") or hasattr(type(self), name)):
            raise AttributeError(self._no_trait(name))
        super().__setattr__(name, value)

    def __repr__(self) -> str:
        """Write the explorable as the call that makes it."""
        arguments = (f"{name}={value!r}" for name, value in self._linked().items())
        return f"{type(self).__name__}({', '.join(arguments)})"

    def _repr_mimebundle_(self, **kwargs: Any) -> Bundle:
        """Offer the widget, and a still picture where there is no front end for it."""
        data, metadata = cast(Bundle, super()._repr_mimebundle_(**kwargs))
        still = {"image/svg+xml": self.still(), "text/plain": self.describe()}
        return data | still, metadata | {"image/svg+xml": {"alt": self.describe()}}

    def set_state(self, sync_data: dict[str, Any]) -> None:
        """Take what the page has changed, and nothing that it may only read."""
        traits = self.traits()
        super().set_state({n: v for n, v in sync_data.items() if not traits[n].read_only})

    @classmethod
    def declared(cls) -> dict[str, Trait[Any]]:
        """Return the traits that the view shares, in the order of their declarations."""
        members = (member for base in reversed(cls.__mro__) for member in vars(base).items())
        return {name: member for name, member in members if isinstance(member, Trait)}

    @abstractmethod
    def describe(self) -> str:
        """Return what the figure shows now, in words: the alternative text of the still picture."""

    @abstractmethod
    def still(self) -> str:
        """Return what the figure shows now as SVG: for print, e-books and pages without scripts."""

    @classmethod
    def _folder(cls) -> str:
        """Return the folder of the class, also of one that a reader has derived from it."""
        modules = (base.__module__ for base in cls.__mro__)
        own = next(module for module in modules if module.startswith(f"{__package__}."))
        return own.rpartition(".")[2]

    def _linked(self) -> dict[str, Any]:
        """Return the state that a link can carry."""
        linked = (name for name, trait in self.declared().items() if trait.linked)
        return {name: getattr(self, name) for name in linked}

    def _no_trait(self, name: str) -> str:
        """Return what to say of a name that no trait has."""
        known = [*self.declared(), "anchor"]
        near = get_close_matches(name, known, n=1)
        hint = f"did you mean {near[0]!r}?" if near else f"it has {', '.join(known)}"
        return f"{type(self).__name__} has no trait {name!r}; {hint}"

    @classmethod
    def _rows(cls) -> dict[str, Row]:
        """Return the traits that have an entry for each of the responses."""
        rows = {name: trait for name, trait in cls.declared().items() if isinstance(trait, Row)}
        return {name: row for name, row in rows.items() if row.length is None}

    def _completed(self, given: dict[str, Any]) -> dict[str, Any]:
        """Return the traits of a call, with those that follow from them.

        Raises
        ------
        TraitError
            If rows are of different lengths, or of another than what the call leaves as it is.
        """
        rows, labels = self._rows(), self.declared().get("responses")
        alike = {name: given[row.like] for name, row in rows.items() if row.like in given}
        given = given | {name: value for name, value in alike.items() if name not in given}
        lengths = {name: _length(given.get(name)) for name in ("responses", *rows)}
        counted = {name: length for name, length in lengths.items() if length is not None}
        if not isinstance(labels, Labels) or not counted:
            return given
        first, length = next(iter(counted.items()))
        if not labels.low <= length <= labels.high:
            refuse_length(first, length, labels.form.removesuffix(" labels"))
        for name, row in rows.items():
            if counted.get(name, length) != length:
                refuse_length(name, counted[name], length)
            if name not in given and len(row.default_value) != length:
                call = f"{first}=[{', '.join(map(str, given[first]))}], {name}=…"
                raise traitlets.TraitError(
                    f"{first} has {length} entries, but {name}, which was not given, has "
                    f"{len(row.default_value)}: give it too, {type(self).__name__}({call})"
                )
        return {"responses": list(ascii_uppercase[:length])} | given

    def _check_length(self, proposal: Any) -> Any:
        """Refuse a change that leaves rows and responses of different lengths."""
        name, value = proposal["trait"].name, proposal["value"]
        labels = self.declared()["responses"]
        for other in ("responses", *self._rows()):
            if (length := len(getattr(self, other))) != len(value):
                varies = isinstance(labels, Labels) and labels.low < labels.high
                hint = "; hold_trait_notifications() lets all change together" if varies else ""
                refuse_length(name, len(value), length, hint=hint)
        return value


def _length(value: Any) -> int | None:
    """Return how many entries a value has, None if it is no list of any."""
    try:
        return len(value)
    except TypeError:
        return None


def read_bundle(name: str) -> str:
    """Return a file that `make` builds from the views and their style sheets.

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
    system = {role: _FORCED.get(role, "CanvasText") for role in PALETTE}
    forced = "".join(f"--toy-{role}:{name}!important;" for role, name in system.items())
    return (
        f".toy{{color-scheme:light;{light}}}"
        f"{_DARK_THEME}{{color-scheme:dark;{dark}}}"
        f"@media(prefers-color-scheme:dark){{{_NO_THEME}{{color-scheme:dark;{dark}}}}}"
        f"@media(forced-colors:active){{.toy{{forced-color-adjust:none;{forced}}}}}"
        + read_bundle("explorables.css")
    )
