"""Small things of the printed page that HTML does not get right by itself."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from bs4 import NavigableString

if TYPE_CHECKING:
    from bs4 import BeautifulSoup
    from sphinx.application import Sphinx

PUNCTUATION = re.compile(r"[.,;:!?)\]’”]+")
SHORT = 16  # characters; such a formula fits into the narrowest line


def keep_punctuation(soup: BeautifulSoup) -> None:
    """Keep what follows a short formula on its line: browsers may break between the two.

    A long formula is left alone, because it must be able to break inside on a phone.
    """
    for formula in soup.find_all("span", class_="math"):
        after = formula.next_sibling
        mark = PUNCTUATION.match(after) if isinstance(after, NavigableString) else None
        if mark and len(formula.find("mrow").get_text()) <= SHORT:
            formula.wrap(soup.new_tag("span", attrs={"class": "text-nowrap"})).append(mark[0])
            after.replace_with(after[mark.end() :])


def set_proofs(soup: BeautifulSoup) -> None:
    """Set the word "Proof." apart from the proof."""
    for box in soup.find_all("div", class_="proof"):
        text = box.p.contents[0]
        if isinstance(text, NavigableString) and text.startswith("Proof. "):
            word = soup.new_tag("em")
            word.string = "Proof."
            text.replace_with(word, text[len("Proof.") :])


def polish(_app: Sphinx, _pagename: str, soup: BeautifulSoup) -> None:
    """Polish one page."""
    keep_punctuation(soup)
    set_proofs(soup)


def setup(app: Sphinx) -> dict[str, Any]:
    """Polish every page that is written."""
    app.setup_extension("extensions.pages")
    app.connect("page-written", polish)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
