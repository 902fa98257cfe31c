"""Mend in the finished pages what the theme and other extensions leave inaccessible.

Each function names what axe-core finds without it; the browser tests hold every page to no finding.
"""

from __future__ import annotations

from html import escape
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from bs4 import BeautifulSoup
    from sphinx.application import Sphinx

FRONT_DOOR = """\
<!DOCTYPE html>
<html lang="{language}">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="description" content="{title}: the way to the first page.">
<meta http-equiv="refresh" content="0; url={first}">
<title>{title}</title>
</head>
<body><main><h1>{title}</h1><p><a href="{first}">Open the book</a></p></main></body>
</html>
"""


def name_buttons(soup: BeautifulSoup) -> None:
    """label-content-name-mismatch: a control's name is the words that it shows."""
    for summary in soup.find_all("summary", attrs={"aria-label": "Toggle hidden content"}):
        del summary["aria-label"]
    for button in soup.find_all("button", class_="search-button-field"):
        del button["aria-label"]


def frame_sidebar_head(soup: BeautifulSoup) -> None:
    """region: the title and the search button above the table of contents are in no landmark."""
    for head in soup.find_all("div", class_="sidebar-primary-items__start"):
        head.attrs |= {"role": "region", "aria-label": "Book"}


def name_heads(soup: BeautifulSoup) -> None:
    """empty-table-header: a formula alone does not name its column; an empty corner heads none."""
    for head in soup.find_all("th"):
        if formula := head.find(class_="math"):
            name = soup.new_tag("span", attrs={"class": "visually-hidden"})
            name.string = formula.find("mrow").get_text()
            formula["aria-hidden"] = "true"
            formula.insert_after(name)
        elif not head.get_text(strip=True):
            head.name = "td"


def free_citations(soup: BeautifulSoup) -> None:
    """aria-required-children, aria-deprecated-role: the list of sources claims what it is not."""
    for element in soup.find_all("div", class_=["citation-list", "citation"]):
        del element["role"]


def free_boxes(soup: BeautifulSoup) -> None:
    """duplicate-id: each proof or exercise calls its content the same."""
    repeated = ["proof", "proof-content", "exercise-content", "solution-content"]
    for box in soup.find_all(["div", "section"], id=repeated):
        del box["id"]


MENDS = (name_buttons, frame_sidebar_head, name_heads, free_citations, free_boxes)


def mend(_app: Sphinx, _pagename: str, soup: BeautifulSoup) -> None:
    """Mend one page."""
    for mend_one in MENDS:
        mend_one(soup)


def write_front_door(app: Sphinx, failure: Exception | None) -> None:
    """Write the site's index as a page with a language, a title and a link, not a bare redirect."""
    if failure or app.builder.format != "html":
        return
    first = app.builder.get_target_uri(app.config.master_doc)
    words = {"language": app.config.language, "title": escape(app.config.html_title)}
    Path(app.outdir, "index.html").write_text(FRONT_DOOR.format(first=first, **words), "utf-8")


def setup(app: Sphinx) -> dict[str, Any]:
    """Mend every page that is written."""
    app.setup_extension("extensions.pages")
    app.connect("page-written", mend)
    app.connect("build-finished", write_front_door, priority=100)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
