"""Each page that a build writes, parsed once, for the extensions that mend or check finished HTML.

Connect to the event ``page-written`` with a function of ``(app, pagename, soup)``: what it changes
in the soup is written back. Only the pages that this build wrote are parsed.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

from bs4 import BeautifulSoup

if TYPE_CHECKING:
    from sphinx.application import Sphinx


def remember(app: Sphinx, pagename: str, *_: object) -> None:
    """Note that this build writes the page."""
    if app.builder.format == "html":
        app.pages_written.append(pagename)  # type: ignore[attr-defined]


def finish(app: Sphinx, failure: Exception | None) -> None:
    """Let the other extensions work on every page that was written."""
    if failure:
        return
    for pagename in app.pages_written:  # type: ignore[attr-defined]
        path = Path(app.builder.get_outfilename(pagename))  # type: ignore[attr-defined]
        soup = BeautifulSoup(path.read_text("utf-8"), "html.parser")
        app.emit("page-written", pagename, soup)
        path.write_text(soup.decode(formatter="minimal"), "utf-8")


def setup(app: Sphinx) -> dict[str, Any]:
    """Add the event."""
    app.pages_written = []  # type: ignore[attr-defined]
    app.add_event("page-written")
    app.connect("html-page-context", remember)
    # Early, so that what comes with the end of the build finds finished pages.
    app.connect("build-finished", finish, priority=100)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
