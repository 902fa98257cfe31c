"""Search by section; unnecessary once Sphinx's own search looks below the level of a page.

Each page leaves a script beside it with its passages: what a link can lead to (a section, a box, a
solution, an entry), its title, and its text, in which a formula is what one reads and not its TeX.
``assets/search.js`` looks through all of them, and ``assets/found.js`` leads to the match.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING, Any

from docutils import nodes
from sphinx import addnodes
from sphinx_design.dropdown import dropdown_title

from extensions.mathematics import TeXError, typeset, words

if TYPE_CHECKING:
    from sphinx.application import Sphinx

#: A passage begins with one of these; the first have their passage's id themselves.
ENTRIES = (nodes.term, addnodes.desc_signature)
TITLES = (nodes.title, dropdown_title, nodes.label)

#: What is not searched: code, and what it prints; names and numbers are in the text.
UNSEEN = (nodes.raw, nodes.Invisible, nodes.literal_block, nodes.doctest_block)
APPLIED = "\u2061"  # what MathML writes between log and Z


def anchor(node: nodes.Node) -> str:
    """Return the id under which a passage can be linked to; nothing for what is none."""
    first = node.children[0] if node.children else None
    named = first if isinstance(first, ENTRIES) else node if isinstance(first, TITLES) else None
    return next(iter(named["ids"]), "") if named else ""


def title(passage: nodes.Element) -> str:
    """Return the title of a passage: of a signature the name alone, and none of a citation."""
    first = passage[0]
    if isinstance(first, addnodes.desc_signature):
        return str(first["fullname"])
    words = "" if isinstance(first, nodes.label) else text(first)
    return words[1:-1] if words.startswith("(") else words


def text(node: nodes.Node) -> str:
    """Return what one reads of a node, without the passages in it."""
    if isinstance(node, nodes.Text):
        return str(node.astext())
    if isinstance(node, nodes.math | nodes.math_block):
        with suppress(TeXError):
            read = words(typeset(node.astext(), False)).replace(APPLIED, " ")
            return f"{read}{node.get('mark', '')}"
    return node.child_text_separator.join(map(text, own(node)))


def own(node: nodes.Element) -> list[nodes.Node]:
    """Return a node's children that are searched as a part of it."""
    return [child for child in node if not (isinstance(child, UNSEEN) or anchor(child))]


def passages(doctree: nodes.document) -> Iterator[tuple[str, str, str]]:
    """Yield each passage of a page: its anchor, its title, and the text that follows the title."""
    for node in doctree.findall(nodes.Element):
        if found := anchor(node):
            words = " ".join(map(text, own(node)[1:])).split()
            yield found, title(node), " ".join(words)


def write_passages(
    app: Sphinx, page: str, _template: str, context: dict[str, Any], doctree: nodes.document | None
) -> None:
    """Write a page's passages where the search page loads them from."""
    if doctree:
        script = Path(app.outdir, "_static/search", f"{page}.js")
        script.parent.mkdir(parents=True, exist_ok=True)
        entry = json.dumps([page, list(passages(doctree))], ensure_ascii=False)
        script.write_text(f"(globalThis.passages ??= []).push({entry});\n", "utf-8")
    if page == "search":
        context["searched"] = [f"_static/search/{name}.js" for name in app.builder.relations]


def setup(app: Sphinx) -> dict[str, Any]:
    """Write what is searched, and not Sphinx's index."""
    app.connect("html-page-context", write_passages)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
