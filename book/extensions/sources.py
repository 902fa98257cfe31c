"""Link each name of `toy` and each test that a page mentions to its source, which comes along.

Inline code that reads ``toy.<name>``, ``toy/<module>.py``, ``tests/<file>.py`` or
``tests/<file>.py::<test>`` becomes a link; a name or a test that does not exist is a warning, which
fails the build. The sources become pages of their own, with an anchor at each definition.
"""

from __future__ import annotations

import ast
import re
from html import escape
from pathlib import Path
from typing import TYPE_CHECKING, Any

from docutils import nodes
from sphinx.transforms.post_transforms import SphinxPostTransform
from sphinx.util import logging

if TYPE_CHECKING:
    from collections.abc import Iterator

    from sphinx.application import Sphinx

logger = logging.getLogger(__name__)

MENTION = re.compile(r"toy\.(\w+)(?:\(\))?|((?:toy|tests)/[\w/]+\.py)(?:::(\w+))?")

ROOT = Path(__file__).resolve().parents[2]

#: The sources that come with the book.
SHOWN = ("toy/exact/*.py", "toy/claims/*.py", "tests/**/test_*.py")

#: Packages, which are not one file.
PACKAGES = {"claims", "explorables", "figures"}


def definitions(source: str) -> dict[str, int]:
    """Return the first line of each top-level definition or assignment, decorators included."""
    lines = {}
    for node in ast.parse(source).body:
        if isinstance(node, ast.FunctionDef | ast.ClassDef):
            lines[node.name] = min([node.lineno, *(d.lineno for d in node.decorator_list)])
        elif isinstance(node, ast.Assign | ast.AnnAssign):
            targets = node.targets if isinstance(node, ast.Assign) else [node.target]
            lines |= {t.id: node.lineno for t in targets if isinstance(t, ast.Name)}
    return lines


def exported_names(source: str) -> set[str]:
    """Return what a package lists in ``__all__``."""
    (listed,) = re.findall(r"^__all__ = (\[.*?\])", source, re.DOTALL | re.MULTILINE)
    return set(ast.literal_eval(listed))


def read_sources(app: Sphinx) -> None:
    """Read the sources, and find where each name that `toy` exports is defined."""
    paths = [path for glob in SHOWN for path in sorted(ROOT.glob(glob))]
    app.sources = {path.relative_to(ROOT).as_posix(): path.read_text("utf-8") for path in paths}
    app.defined = {path: definitions(source) for path, source in app.sources.items()}
    names = exported_names((ROOT / "toy/__init__.py").read_text("utf-8"))
    modules = [path for path in app.sources if re.fullmatch(r"toy/exact/\w+\.py", path)]
    app.exported = {name: path for path in modules for name in names & app.defined[path].keys()}


def target(app: Sphinx, mention: re.Match[str]) -> tuple[str, str] | None:
    """Return the file and the name in it that the inline code mentions, if it exists."""
    name, path, test = mention.groups()
    path = app.exported.get(name) if name else path
    if path not in app.sources or (test and test not in app.defined[path]):
        return None
    return path, name or test or ""


class LinkSources(SphinxPostTransform):
    """Wrap the inline code that names a source in a link to it."""

    default_priority = 700
    formats = ("html",)

    def run(self, **_: Any) -> None:
        """Link what can be linked; warn of what does not exist."""
        for literal in list(self.document.findall(nodes.literal)):
            mention = MENTION.fullmatch(literal.astext())
            if mention and mention[1] not in PACKAGES and not literal_is_linked(literal):
                self.link(literal, target(self.app, mention))

    def link(self, literal: nodes.literal, found: tuple[str, str] | None) -> None:
        """Put the link around the literal."""
        if found is None:
            logger.warning("no such source: %s", literal.astext(), location=literal)
            return
        path, name = found
        here, there = self.env.docname, page_of(path)
        uri = self.app.builder.get_relative_uri(here, there) + (f"#{name}" if name else "")
        link = nodes.reference("", "", internal=True, refuri=uri)
        literal.replace_self(link)
        link += literal


def literal_is_linked(literal: nodes.literal) -> bool:
    """Whether the inline code is part of a link or a heading already."""
    return isinstance(literal.parent, nodes.reference | nodes.title)


def page_of(path: str) -> str:
    """Return the name of the page that shows a source file."""
    return f"source/{path.removesuffix('.py')}"


def body(app: Sphinx, path: str) -> str:
    """Return the source as HTML, with an anchor at each definition."""
    html = app.builder.highlighter.highlight_block(app.sources[path], "python")
    head, *lines = html.split("<pre>", 1)
    lines = lines[0].splitlines(keepends=True)
    for name, number in app.defined[path].items():
        lines[number - 1] = f'<span id="{name}"></span>{lines[number - 1]}'
    return f"<h1><code>{escape(path)}</code></h1>{head}<pre>{''.join(lines)}"


def pages(app: Sphinx) -> Iterator[tuple[str, dict[str, Any], str]]:
    """Yield a page for each source."""
    for path in app.sources:
        description = f'<meta name="description" content="The source of {path}.">'
        context = {"title": path, "body": body(app, path), "metatags": description}
        yield page_of(path), context, "page.html"


def setup(app: Sphinx) -> dict[str, Any]:
    """Add the links and the pages."""
    app.connect("builder-inited", read_sources)
    app.add_post_transform(LinkSources)
    app.connect("html-collect-pages", pages)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
