"""No page asks another host for anything: a foreign address in a page's resources fails the build.

Links that a reader may follow are no resources. Scripts could still build an address of their own:
the browser tests watch for that.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

from sphinx.util import logging

if TYPE_CHECKING:
    from bs4 import BeautifulSoup, Tag
    from sphinx.application import Sphinx

logger = logging.getLogger(__name__)

# Where an element names something that a browser loads by itself.
RESOURCES = {
    "script": ("src",),
    "link": ("href",),
    "img": ("src", "srcset"),
    "source": ("src", "srcset"),
    "iframe": ("src",),
    "embed": ("src",),
    "object": ("data",),
    "audio": ("src",),
    "video": ("src", "poster"),
    "track": ("src",),
    "image": ("href", "xlink:href"),
    "use": ("href", "xlink:href"),
    "input": ("src",),
}
# Kinds of <link> that only tell a relation; a browser loads nothing for them.
RELATIONS = {"author", "bookmark", "canonical", "help", "license", "next", "prev", "search", "up"}
FOREIGN = re.compile(r"(?:https?:)?//[\w.-]+[^\s,'\")]*", re.IGNORECASE)
STYLE_URL = re.compile(r"(?:url\(|@import)\s*['\"]?([^'\")]+)")


def is_relation(element: Tag) -> bool:
    """Tell whether the element is a link that loads nothing."""
    return element.name == "link" and bool(RELATIONS.intersection(element.get("rel") or ()))


def addresses(soup: BeautifulSoup) -> Iterator[str]:
    """Yield every address from which the page loads something."""
    for element in soup.find_all(list(RESOURCES)):
        if not is_relation(element):
            yield from (element[key] for key in RESOURCES[element.name] if key in element.attrs)
    for element in soup.find_all(style=True):
        yield from STYLE_URL.findall(element["style"])
    for element in soup.find_all("style"):
        yield from STYLE_URL.findall(element.get_text())


def check_page(_app: Sphinx, pagename: str, soup: BeautifulSoup) -> None:
    """Warn of each foreign address that the page would load."""
    for address in addresses(soup):
        if foreign := FOREIGN.match(address.strip()):
            logger.warning("foreign resource: %s", foreign[0], location=pagename, type="offline")


def check_style_sheets(app: Sphinx, failure: Exception | None) -> None:
    """Warn of each foreign address in the style sheets and pictures of the site."""
    if failure or app.builder.format != "html":
        return
    for path in sorted(Path(app.outdir).rglob("*")):
        if path.suffix in {".css", ".svg"}:
            name = path.relative_to(app.outdir)
            for address in STYLE_URL.findall(path.read_text("utf-8")):
                if FOREIGN.match(address):
                    logger.warning("%s: foreign resource: %s", name, address, type="offline")


def drop_thebe(_app: Sphinx, _page: str, _template: str, context: dict[str, Any], *_: Any) -> None:
    """Take sphinx-thebe off the page; Jupyter Book loads it always.

    It names a foreign host, and declares the same constant twice, which is a JavaScript error.
    """
    for kind in ("script_files", "css_files"):
        context[kind] = [file for file in context.get(kind, []) if not is_of_thebe(file)]


def is_of_thebe(file: Any) -> bool:
    """Tell whether a script or style sheet of a page belongs to sphinx-thebe."""
    body = getattr(file, "attributes", {}).get("body") or ""
    return "sphinx-thebe" in str(getattr(file, "filename", "")) or "THEBE_JS_URL" in body


def setup(app: Sphinx) -> dict[str, Any]:
    """Clean the pages before they are written, check them afterwards."""
    app.setup_extension("extensions.pages")
    app.connect("html-page-context", drop_thebe, priority=900)
    app.connect("page-written", check_page)
    app.connect("build-finished", check_style_sheets)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
