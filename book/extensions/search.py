"""Search by section; unnecessary once Sphinx's own search looks below the level of a page.

Each page leaves its passages: what a link can lead to (a section, a box, a solution, an entry), its
title, and its text, in which a formula is what one reads and not its TeX. One script brings all to
the search page; ``assets/search.js`` looks through it, ``assets/found.js`` leads to the match.
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
AGAIN = "ask-"  # a claim that is asked once more is found where it is decided
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
    return [child for child in node if not (is_unseen(child) or anchor(child))]


def is_unseen(node: nodes.Node) -> bool:
    """Tell whether a node is not searched; what the ledger lists is found where it is decided."""
    is_ledger = isinstance(node, nodes.container) and "tag_ledger" in node["classes"]
    return isinstance(node, UNSEEN) or is_ledger


def passages(doctree: nodes.document) -> Iterator[tuple[str, str, str]]:
    """Yield each passage of a page: its anchor, its title, and the text that follows the title."""
    for node in doctree.findall(nodes.Element):
        if (found := anchor(node)) and not found.startswith(AGAIN):
            words = " ".join(map(text, own(node)[1:])).split()
            yield found, title(node), " ".join(words)


def keep_passages(
    app: Sphinx, page: str, _template: str, _context: dict[str, Any], doctree: nodes.document | None
) -> None:
    """Keep a page's passages until all pages are there."""
    if doctree:
        kept = passages_of(app, page)
        kept.parent.mkdir(parents=True, exist_ok=True)
        entry = [page, list(passages(doctree))]
        kept.write_text(json.dumps(entry, ensure_ascii=False), "utf-8")


def write_passages(app: Sphinx, failure: Exception | None) -> None:
    """Write all passages into the script that the search page loads."""
    if failure is None and app.builder.format == "html":
        kept = [passages_of(app, page) for page in sorted(app.env.found_docs)]
        entries = ",\n".join(path.read_text("utf-8") for path in kept if path.is_file())
        script = Path(app.outdir, "_static/passages.js")
        script.write_text(f"globalThis.passages = [{entries}];\n", "utf-8")


def passages_of(app: Sphinx, page: str) -> Path:
    """Return where a page's passages are kept, beside what Sphinx keeps of it."""
    return Path(app.doctreedir, "passages", f"{page}.json")


def setup(app: Sphinx) -> dict[str, Any]:
    """Write what is searched, and not Sphinx's index."""
    app.connect("html-page-context", keep_passages)
    app.connect("build-finished", write_passages)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
