"""The book's pages as they are written: which there are, what is in them, how long they take."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cached_property
from pathlib import Path
from typing import Any

import yaml

import toy
from toy.explorables.base import Explorable
from toy.explorables.scene import Scene

ROOT = Path(__file__).resolve().parents[1]

FRONT = re.compile(r"\A---\n(.*?)^---\n", re.DOTALL | re.MULTILINE)
CELL = re.compile(
    r"^```\{code-cell\}[^\n]*\n(?:---\n.*?^---\n)?(.*?)^```$", re.DOTALL | re.MULTILINE
)
DISPLAYED = re.compile(r"\$\$.*?\$\$", re.DOTALL)
OPTION = re.compile(r"^(?::[\w-]+:|[`:]{3,}).*$|^\([\w-]+\)=$", re.MULTILINE)
HEAD = re.compile(
    r"^```\{admonition\} [^\n]*\n:class: page-head\n(.*?)^```$", re.DOTALL | re.MULTILINE
)
ENTRY = re.compile(r"^(\S[^\n]*)\n: ([^\n]+)", re.MULTILINE)
WORD = re.compile(r"[^\W\d_][\w'’-]*")
INLINE = re.compile(r"\$[^$]+\$")

LIVE = re.compile(r"^toy\.explorables\.(\w+)\(", re.MULTILINE)

#: What a minute is spent on: a hundred words, ten lines of code, two displayed formulas; and how
#: many an exercise, a laboratory and a scene take.
WORDS, LINES, FORMULAS = 100, 10, 2
EXERCISE = LABORATORY = 8
SCENE = 3


class Source:
    """A page of the book, as its source says it; `name` is what the table of contents calls it."""

    def __init__(self, name: str) -> None:
        self.name = name
        self.text = (ROOT / f"{name}.md").read_text("utf-8")

    @property
    def front(self) -> dict[str, Any]:
        """What its front matter says."""
        found = FRONT.search(self.text)
        return yaml.safe_load(found[1]) if found else {}

    @property
    def is_core(self) -> bool:
        """Whether it is declared to keep the budget of a core: ``core: true``."""
        return bool(self.front.get("core", False))

    @property
    def head(self) -> dict[str, str]:
        """What its head says, by its entries' names; nothing where it has none."""
        found = HEAD.search(self.text)
        return dict(ENTRY.findall(found[1])) if found else {}

    @cached_property
    def prose(self) -> str:
        """Its text without cells, formulas in display, and marks."""
        return OPTION.sub("", DISPLAYED.sub("", CELL.sub("", FRONT.sub("", self.text))))

    @property
    def words(self) -> int:
        """How many words one reads; a formula within a line counts as one."""
        return len(WORD.findall(INLINE.sub(" x ", self.prose)))

    @property
    def minutes(self) -> float:
        """How long it takes, as far as one can tell by counting."""
        lines = [line for cell in CELL.findall(self.text) for line in cell.splitlines() if line]
        formulas = len(DISPLAYED.findall(CELL.sub("", self.text)))
        work = EXERCISE * self.text.count("{exercise}") + sum(map(minutes_of, self.figures))
        return self.words / WORDS + len(lines) / LINES + formulas / FORMULAS + work

    @property
    def figures(self) -> list[type[Explorable]]:
        """Its live figures, in their order."""
        return [getattr(toy.explorables, name) for name in LIVE.findall(self.text)]


def minutes_of(figure: type[Explorable]) -> int:
    """Return how long one stays with a live figure."""
    return SCENE if issubclass(figure, Scene) else LABORATORY


def contents() -> dict[str, Any]:
    """Return the table of contents."""
    return yaml.safe_load((ROOT / "_toc.yml").read_text("utf-8"))


def files_of(entry: dict[str, Any]) -> Iterator[str]:
    """Yield the files below an entry of the table of contents, in their order."""
    for below in (e for key in ("parts", "chapters", "sections") for e in entry.get(key, [])):
        if "file" in below:
            yield below["file"]
        yield from files_of(below)


def names() -> list[str]:
    """Return the names of all pages, the first page first."""
    return [contents()["root"], *files_of(contents())]


def chapters() -> list[str]:
    """Return the names of the chapters, in their order."""
    numbered = (part for part in contents()["parts"] if part.get("numbered"))
    return [chapter["file"] for part in numbered for chapter in part["chapters"]]


def deeper(chapter: str) -> list[str]:
    """Return the names of the pages below a chapter."""
    return [name for name in names() if name.startswith(f"{chapter}/")]
