"""Sources beside the book, and links to them; unnecessary once viewcode shows constants and tests.

Inline code that reads ``toy.<name>`` becomes a link to the reference; ``toy/<module>.py`` or
``tests/<file>.py``, with ``::<name>`` or without, one to the source. A name, a file or a test that
does not exist is a warning, which fails the build.
"""

from __future__ import annotations

import ast
import json
import re
from functools import cache
from hashlib import sha256
from html import escape
from pathlib import Path
from typing import TYPE_CHECKING, Any

from docutils import nodes
from sphinx.errors import ExtensionError
from sphinx.transforms.post_transforms import SphinxPostTransform
from sphinx.util import logging
from sphinx.util.nodes import make_refnode

from extensions import ROOT

if TYPE_CHECKING:
    from collections.abc import Iterator

    from sphinx.application import Sphinx

logger = logging.getLogger(__name__)

MENTION = re.compile(r"(toy\.[\w.]+)(?:\(\))?|((?:toy|tests)/[\w/]+\.py)(?:::(\w+))?")

#: The sources that come with the book.
SHOWN = ("toy/exact/*.py", "toy/claims/*.py", "tests/**/test_*.py")

#: Packages that the reference does not hold.
PACKAGES = re.compile(r"toy\.(?:claims|exact|explorables|figures)\b")


@cache
def sources() -> dict[str, str]:
    """Return the text of each source, by its path."""
    paths = [path for glob in SHOWN for path in sorted(ROOT.glob(glob))]
    return {path.relative_to(ROOT).as_posix(): path.read_text("utf-8") for path in paths}


@cache
def definitions(path: str) -> dict[str, ast.stmt]:
    """Return each top-level definition or assignment of a source, by its name."""
    found: dict[str, ast.stmt] = {}
    for node in ast.parse(sources()[path]).body:
        if isinstance(node, ast.FunctionDef | ast.ClassDef):
            found[node.name] = node
        elif isinstance(node, ast.Assign | ast.AnnAssign):
            targets = node.targets if isinstance(node, ast.Assign) else [node.target]
            found |= {target.id: node for target in targets if isinstance(target, ast.Name)}
    return found


def first_line(node: ast.stmt) -> int:
    """Return the line on which a definition begins, decorators included."""
    return min([node.lineno, *(d.lineno for d in getattr(node, "decorator_list", []))])


def makers(name: str, path: str) -> list[str]:
    """Return the functions of a source that return what is called `name`."""
    annotations = {
        maker: getattr(node, "returns", None) for maker, node in definitions(path).items()
    }
    return [maker for maker, kind in annotations.items() if kind and ast.unparse(kind) == name]


def test_of(name: str, module: str) -> str:
    """Return the first test that uses a name of `toy`, or has it made; its module's first."""
    own = f"tests/test_{module}.py"
    files = sorted((path for path in sources() if path.startswith("tests/")), key=own.__ne__)
    for used in (name, *makers(name, f"toy/exact/{module}.py")):
        use = re.compile(
            rf"(?<!\w)(?:toy\.{used}\b|(?<!\.){used}{'' if used.isupper() else '[(]'})"
        )
        for path in files:
            for test, node in definitions(path).items():
                text = lines_of(path, node)
                if test.startswith("test_") and use.search(text):
                    return f"{path}::{test}"
    raise ExtensionError(f"no test uses toy.{name}")


def lines_of(path: str, node: ast.stmt) -> str:
    """Return the text of a definition."""
    return "\n".join(sources()[path].splitlines()[first_line(node) - 1 : node.end_lineno])


class LinkSources(SphinxPostTransform):
    """Wrap the inline code that names a source, or an entry of the reference, in a link to it."""

    default_priority = 700
    formats = ("html",)

    def run(self, **_: Any) -> None:
        """Link what can be linked; warn of what does not exist."""
        for literal in list(self.document.findall(nodes.literal)):
            text = literal.astext()
            if isinstance(literal.parent, nodes.reference | nodes.title):
                continue
            if (mention := MENTION.fullmatch(text)) and not PACKAGES.match(text):
                link = self.entry(mention[1]) if mention[1] else self.source(*mention.group(2, 3))
                if link is None:
                    logger.warning("no such source: %s", text, location=literal)
            else:
                link = self.neighbour(text)
            if link is not None:
                literal.replace_self(link)
                link += literal

    def entry(self, name: str) -> nodes.reference | None:
        """Return a link to an entry of the reference."""
        if name not in (objects := self.env.get_domain("py").objects):
            return None
        here, there = self.env.docname, objects[name]
        return make_refnode(self.app.builder, here, there.docname, there.node_id, [], name)

    def neighbour(self, text: str) -> nodes.reference | None:
        """Return a link to what a docstring names without `toy`, but not from its own entry."""
        here, name = self.env.docname, f"toy.{text}"
        found = self.env.get_domain("py").objects.get(name)
        return self.entry(name) if found and found.docname == here else None

    def source(self, path: str, name: str | None) -> nodes.reference | None:
        """Return a link to a source, or to a definition in it."""
        if path not in sources() or (name and name not in definitions(path)):
            return None
        uri = self.app.builder.get_relative_uri(self.env.docname, page_of(path))
        return nodes.reference("", "", internal=True, refuri=uri + (f"#{name}" if name else ""))


def page_of(path: str) -> str:
    """Return the name of the page that shows a source file."""
    return f"source/{path.removesuffix('.py')}"


def body(app: Sphinx, path: str) -> str:
    """Return the source as HTML, with an anchor at each definition."""
    html = app.builder.highlighter.highlight_block(sources()[path], "python")
    head, _, code = html.partition("<pre>")
    lines = code.splitlines(keepends=True)
    for name, node in definitions(path).items():
        number = first_line(node) - 1
        lines[number] = f'<span id="{name}"></span>{lines[number]}'
    return f"<h1><code>{escape(path)}</code></h1>{head}<pre>{''.join(lines)}"


def pages(app: Sphinx) -> Iterator[tuple[str, dict[str, Any], str]]:
    """Yield a page for each source that has changed, or around which the book has."""
    titles = {name: title.astext() for name, title in app.env.titles.items()}
    around = app.config.book_extensions, app.config.book_looks, sorted(titles.items())
    stamps = Path(app.doctreedir, "sources.json")
    known = json.loads(stamps.read_text("utf-8")) if stamps.exists() else {}
    for path, text in sources().items():
        stamp = sha256(repr((around, text)).encode()).hexdigest()
        if known.get(path) != stamp or not Path(app.outdir, f"{page_of(path)}.html").exists():
            description = f'<meta name="description" content="The source of {path}.">'
            yield (
                page_of(path),
                {"title": path, "body": body(app, path), "metatags": description},
                "page.html",
            )
            known[path] = stamp
    stamps.write_text(json.dumps(known), "utf-8")


def setup(app: Sphinx) -> dict[str, Any]:
    """Add the links and the pages."""
    app.add_post_transform(LinkSources)
    app.connect("html-collect-pages", pages)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
