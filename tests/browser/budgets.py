"""Tell how large every page of the built book is, beside the budget of a core: `make sizes`.

Of a core also how soon its first figure answers, and how closely it follows the hand (speed.py).

A page that declares `core: true` in its front matter must keep the budget (test_pages.py).
"""

from __future__ import annotations

from dataclasses import asdict, dataclass

from chromium import FLAGS, find_chromium
from pages import Source, names
from playwright.sync_api import Page, sync_playwright
from speed import speed_of
from visits import DESKTOP, HTML, read_to_the_end

SCREEN = 900  # pixels


@dataclass(frozen=True)
class Size:
    """How much there is of a page.

    Parameters
    ----------
    words : of its prose, as its source has them; 0 for a page that nobody writes
    screens : its article's height, in screens of 900 px
    nodes : the elements of the whole page, with all that is alive in it
    """

    words: int
    screens: float
    nodes: int


#: What a core may have.
CORE = Size(words=1_800, screens=14, nodes=10_000)


def size_of(page: Page, path: str) -> Size:
    """Return the size of an open page."""
    name = path.removesuffix(".html")
    height = page.evaluate("document.querySelector('article, main').getBoundingClientRect().height")
    nodes = page.evaluate("document.querySelectorAll('*').length")
    words = Source(name).words if name in names() else 0
    return Size(words=words, screens=round(height / SCREEN, 1), nodes=nodes)


def over(size: Size, budget: Size) -> list[str]:
    """Return what of a page is more than its budget."""
    return [what for what, most in asdict(budget).items() if asdict(size)[what] > most]


def main() -> None:
    """Print a line a page: its size, its minutes, and what of it is more than a core may have."""
    width, height = DESKTOP
    print(f"{'page':32}{'words':>7}{'screens':>9}{'nodes':>8}{'minutes':>9}   more than a core's")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=find_chromium(), args=FLAGS)
        for name in names():
            page = browser.new_page(viewport={"width": width, "height": height})
            page.goto((HTML / f"{name}.html").as_uri())
            read_to_the_end(page)
            size, source = size_of(page, name), Source(name)
            row = f"{name:32}{size.words:7,}{size.screens:9.1f}{size.nodes:8,}{source.minutes:9.0f}"
            more = ", ".join(over(size, CORE))
            page.close()
            if source.is_core:
                page = browser.new_page(viewport={"width": width, "height": height})
                page.goto((HTML / f"{name}.html").as_uri())
                speed = speed_of(page)
                page.close()
                more = f"core: {speed.opens} ms, {speed.follows} ms {more}"
            print(f"{row}   {more}".rstrip())
        browser.close()


if __name__ == "__main__":
    main()
