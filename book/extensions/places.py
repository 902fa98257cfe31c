"""Every place of the book, by its name; unnecessary once Sphinx redirects within a page's address.

A chapter's section may move to a page of its own, and links to it stay in the world. What an
address names and its page has not, ``assets/moved.js`` looks up in the list written here.
"""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import TYPE_CHECKING, Any

from extensions.landing import GALLERY

if TYPE_CHECKING:
    from sphinx.application import Sphinx

#: An element's id, and a live figure's anchor, under which its state is linked to.
PLACE = re.compile(r'<[a-z][^>]* id="([^"]+)"|"anchor": "([^"]+)"')
ARTICLE = re.compile(
    r'<article class="bd-article".*</article>|<script type="application.*', re.DOTALL
)
NUMBERED = re.compile(r"(?:id|cell-id-|codecell|model-)\d+")


def places(html: str) -> set[str]:
    """Return the names of a page's places, without those that are only numbers.

    A figure in a gallery is a copy, whose place is elsewhere.
    """
    article, *models = ARTICLE.findall(html) or [""]
    found = PLACE.findall("".join([article] if GALLERY in article else [article, *models]))
    return {name for pair in found for name in pair if name and not NUMBERED.fullmatch(name)}


def write_places(app: Sphinx, failure: Exception | None) -> None:
    """Write, for each place, the pages that have it."""
    if failure or app.builder.format != "html":
        return
    pages: dict[str, list[str]] = {}
    for page in sorted(f"{name}.html" for name in app.env.found_docs):
        for place in sorted(places(Path(app.outdir, page).read_text("utf-8"))):
            pages.setdefault(place, []).append(page)
    script = f"globalThis.toyPlaces = {json.dumps(pages, ensure_ascii=False)};\n"
    Path(app.outdir, "_static/places.js").write_text(script, "utf-8")


def setup(app: Sphinx) -> dict[str, Any]:
    """Write the list when the pages are there."""
    app.connect("build-finished", write_places)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
