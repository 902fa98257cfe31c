"""Every page of the book, as a browser sees it. A new page is covered once it is in _toc.yml.

A page is opened once a view, and everything that is asked about that view is read off then: each
test below is one question to what was seen.
"""

import gzip
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from functools import cache
from typing import Any
from urllib.parse import unquote, urlsplit

import pytest
from visits import DESKTOP, HTML, PHONE, ROOT, OpenPage, Visit, Visiting, pages, read_to_the_end

AXE = (ROOT / "node_modules/axe-core/axe.min.js").read_text("utf-8")
THEMES = ("light", "dark")

#: How readers come to a page. A line that is slow shows what moves while a page arrives.
VIEWS: dict[str, dict[str, Any]] = {
    "desktop, light, http": {"viewport": DESKTOP, "theme": "light", "scheme": "slow"},
    "phone, dark, file, offline": {
        "viewport": PHONE,
        "theme": "dark",
        "scheme": "file",
        "offline": True,
    },
}

FIRST_PAGE, LATER_PAGE = 500_000, 150_000  # bytes, as sent
LAYOUT_SHIFT = 0.02


def one_of_each_generated_kind() -> list[str]:
    """Return the first page of each folder of pages that no chapter is the source of."""
    folders: dict[str, str] = {}
    for path in sorted(HTML.glob("*/**/*.html")):
        name = path.relative_to(HTML).as_posix()
        if name not in pages() and not name.startswith("_static"):
            folders.setdefault(path.parent.name, name)
    return ["search.html", *folders.values()]


SITE = [*pages(), *one_of_each_generated_kind()]


@dataclass(frozen=True)
class Seen:
    """What was seen of a page in one view.

    Parameters
    ----------
    at_load, requests : the addresses asked for until the page was there, and until its end was read
    problems : what the browser complained of
    shift : how much moved while the page came
    overhang : by how many pixels the page is wider than its window
    wordless : the pictures without alternative text
    fonts : the elements whose icon would need a font
    findings : by theme, what axe-core finds: the rule, and each element that breaks it
    """

    at_load: frozenset[str]
    requests: list[str]
    problems: list[str]
    shift: float
    overhang: int
    wordless: list[str]
    fonts: list[str]
    findings: dict[str, list[str]]


OVERHANG = "document.documentElement.scrollWidth - document.documentElement.clientWidth"

SHIFT = """() => new Promise((done) => new PerformanceObserver((list) => done(
    list.getEntries().reduce((sum, entry) => sum + entry.value, 0)
)).observe({ type: "layout-shift", buffered: true }) ?? setTimeout(done, 500, 0))"""

WORDLESS = "[...document.images].filter((image) => !image.alt.trim()).map((image) => image.src)"

ICON_FONTS = """() => [...document.querySelectorAll("body *")].flatMap((element) =>
    ["::before", "::after"].filter((part) => {
        const style = getComputedStyle(element, part);
        return style.fontFamily.includes("Awesome") && !["none", "normal", '""']
            .includes(style.content) && style.display !== "none";
    }).map((part) => element.className + part))"""


def findings(visit: Visit, **options: Any) -> list[str]:
    """Return what axe-core finds on the page: the rule, and each element that breaks it."""
    visit.page.evaluate(AXE)
    # Without the details of what is right, which take three quarters of the time.
    result = visit.page.evaluate("o => axe.run(o)", {"resultTypes": ["violations"], **options})
    return [f"{v['id']}: {n['target']}" for v in result["violations"] for n in v["nodes"]]


def findings_by_theme(visit: Visit, theme: str) -> dict[str, list[str]]:
    """Return what axe-core finds in the page's theme, and what it says of the other's colours."""
    (other,) = {*THEMES} - {theme}
    found = {theme: findings(visit)}
    visit.page.evaluate("theme => { document.documentElement.dataset.theme = theme; }", other)
    return found | {other: findings(visit, runOnly=["color-contrast"])}


def look(visit: Visit, theme: str) -> Seen:
    """Read off an open page everything that the tests ask about it."""
    at_load = frozenset(visit.requests)
    shift = visit.page.evaluate(SHIFT)
    read_to_the_end(visit.page)
    return Seen(
        at_load=at_load,
        # Copies: axe-core asks for the style sheets once more, which no file may.
        requests=[*visit.requests],
        problems=[*visit.problems],
        shift=shift,
        overhang=visit.page.evaluate(OVERHANG),
        wordless=visit.page.evaluate(WORDLESS),
        fonts=visit.page.evaluate(ICON_FONTS),
        findings=findings_by_theme(visit, theme),
    )


@pytest.fixture(scope="session")
def look_at(visiting: Visiting) -> Callable[[str, str], Seen]:
    """A function that opens a page in a view, the first time that it is asked for."""

    @cache
    def open_and_look(path: str, view: str) -> Seen:
        with visiting(path, **VIEWS[view]) as visit:
            return look(visit, VIEWS[view]["theme"])

    return open_and_look


@pytest.fixture(
    params=[
        pytest.param((path, view), id=f"{path}: {view}", marks=pytest.mark.xdist_group(path))
        for path in SITE
        for view in VIEWS
    ]
)
def seen(request: pytest.FixtureRequest, look_at: Callable[[str, str], Seen]) -> Seen:
    """Each page in each view, opened once for all the questions to it."""
    return look_at(*request.param)


def bytes_sent(urls: Iterable[str]) -> int:
    """Return the size of the files as a static host sends them; fonts are compressed already."""
    files = [urlsplit(url).path for url in urls if url.startswith("http")]
    paths = {HTML / unquote(file).lstrip("/") for file in files}
    return sum(
        path.stat().st_size if path.suffix == ".woff2" else len(gzip.compress(path.read_bytes()))
        for path in paths
    )


def test_a_page_asks_no_other_host_and_has_no_complaint(seen: Seen) -> None:
    assert seen.requests
    assert seen.problems == []


@pytest.mark.parametrize("theme", THEMES)
def test_axe_finds_nothing(seen: Seen, theme: str) -> None:
    assert seen.findings[theme] == []


def test_a_page_fits_its_window(seen: Seen) -> None:
    assert seen.overhang == 0


def test_every_picture_has_words(seen: Seen) -> None:
    assert seen.wordless == []


def test_no_icon_needs_a_font(seen: Seen) -> None:
    assert seen.fonts == []


def test_nothing_moves_while_a_page_loads(seen: Seen) -> None:
    assert seen.shift < LAYOUT_SHIFT


@pytest.mark.parametrize("path", SITE)
def test_nothing_moves_while_a_page_comes_slowly_to_a_phone(open_page: OpenPage, path: str) -> None:
    page = open_page(path, viewport=PHONE, scheme="slow").page
    assert page.evaluate(SHIFT) < LAYOUT_SHIFT


@pytest.mark.parametrize("path", pages())
def test_a_page_reads_without_javascript(open_page: OpenPage, path: str) -> None:
    visit = open_page(path, java_script=False)
    assert visit.page.locator("article h1").is_visible()
    for dark in visit.page.locator("img.only-dark").all():
        assert not dark.is_visible()
    for still in visit.page.locator("img.explorable-still.only-light").all():
        assert still.is_visible()


def test_the_first_page_is_light(open_page: OpenPage) -> None:
    assert bytes_sent(open_page(pages()[0]).requests) <= FIRST_PAGE


@pytest.fixture(scope="module")
def first(visiting: Visiting) -> frozenset[str]:
    """What a reader has already, who comes from the first page."""
    with visiting(pages()[0], scheme="slow") as visit:
        return frozenset(visit.requests)


def test_a_later_page_is_light(seen: Seen, first: frozenset[str]) -> None:
    assert bytes_sent(seen.at_load - first) <= LATER_PAGE


def test_the_theme_follows_the_reader_and_the_toggle(open_page: OpenPage) -> None:
    visit = open_page(pages()[0], theme="dark")
    theme = "document.documentElement.dataset.theme"
    assert visit.page.evaluate(theme) == "dark"
    visit.page.locator(".theme-switch-button").first.click()
    assert visit.page.evaluate(theme) == "light"
    visit.page.reload()
    assert visit.page.evaluate(theme) == "light"


def test_search_finds_a_page(open_page: OpenPage) -> None:
    visit = open_page(pages()[0])
    visit.page.locator(".search-button-field").click()
    visit.page.locator("dialog input[name=q]").fill("estimator")
    visit.page.keyboard.press("Enter")
    result = visit.page.locator("#search-results a", has_text="Estimating the KL divergence")
    result.first.wait_for(timeout=10_000)
    assert findings(visit) == []


def test_the_contents_open_on_a_phone(open_page: OpenPage) -> None:
    page = open_page(pages()[0], viewport=PHONE).page
    entry = page.locator(".bd-sidebar-primary .bd-links a", has_text="Notation").first
    assert not entry.is_visible()
    page.locator(".primary-toggle").click()
    entry.wait_for(state="visible")
    entry.click()
    page.locator("article h1", has_text="Notation").wait_for()


def test_code_can_be_copied(open_page: OpenPage) -> None:
    page = open_page("book/kl_estimators.html").page
    page.locator("div.cell_input").first.hover()
    assert page.locator("div.cell_input button.copybtn").first.is_visible()


def test_a_solution_opens(open_page: OpenPage) -> None:
    page = open_page("book/kl_estimators.html").page
    solution = page.locator(".solution").first
    assert not solution.locator("section").is_visible()
    solution.locator("button, summary").first.click()
    assert solution.locator("section").is_visible()


def test_a_figure_changes_with_the_theme_and_loads_only_one_picture(open_page: OpenPage) -> None:
    for theme, other in (THEMES, THEMES[::-1]):
        visit = open_page("book/kl_estimators.html", theme=theme)
        read_to_the_end(visit.page)
        pictures = visit.page.locator(f".figure-pictures img.only-{theme}")
        assert pictures.count() > 0
        for picture in pictures.all():
            picture.scroll_into_view_if_needed()
            assert picture.is_visible()
            style = "image => getComputedStyle(image).backgroundColor"
            assert picture.evaluate(style) == "rgba(0, 0, 0, 0)"
        assert not [url for url in visit.requests if url.endswith(f".{other}.svg")]
