"""Every page of the book, as a browser sees it. A new page is covered once it is in _toc.yml."""

import gzip
from collections.abc import Iterable
from pathlib import Path
from urllib.parse import unquote, urlsplit

import pytest
from visits import DESKTOP, HTML, PHONE, ROOT, OpenPage, Visit, pages

AXE = (ROOT / "node_modules/axe-core/axe.min.js").read_text("utf-8")
SCREENSHOTS = ROOT / "_build" / "screenshots"
SITE = [*pages(), "search.html", "source/toy/dpo.html", "source/tests/test_claims.html"]
THEMES = ("light", "dark")

FIRST_PAGE, LATER_PAGE = 500_000, 150_000  # bytes, as sent
LAYOUT_SHIFT = 0.02


def findings(visit: Visit) -> list[str]:
    """Return what axe-core finds on the page: the rule, and each element that breaks it."""
    visit.page.evaluate(AXE)
    result = visit.page.evaluate("axe.run()")
    return [f"{v['id']}: {n['target']}" for v in result["violations"] for n in v["nodes"]]


def read_to_the_end(visit: Visit) -> None:
    """Scroll through the page, so that everything that loads when it is seen has loaded."""
    visit.page.evaluate(
        """async () => {
            for (let y = 0; y < document.body.scrollHeight; y += innerHeight) {
                scrollTo(0, y);
                await new Promise((done) => setTimeout(done, 20));
            }
            scrollTo(0, 0);
        }"""
    )
    visit.page.wait_for_load_state("networkidle")


def bytes_sent(urls: Iterable[str]) -> int:
    """Return the size of the files as a static host sends them; fonts are compressed already."""
    files = [urlsplit(url).path for url in urls if url.startswith("http")]
    paths = {HTML / unquote(file).lstrip("/") for file in files}
    return sum(
        path.stat().st_size if path.suffix == ".woff2" else len(gzip.compress(path.read_bytes()))
        for path in paths
    )


@pytest.mark.parametrize("scheme", ["http", "file"])
@pytest.mark.parametrize("path", SITE)
def test_a_page_asks_no_other_host_and_has_no_complaint(
    open_page: OpenPage, path: str, scheme: str
) -> None:
    visit = open_page(path, scheme=scheme)
    read_to_the_end(visit)
    assert visit.requests
    assert visit.problems == []


@pytest.mark.parametrize("theme", THEMES)
@pytest.mark.parametrize("path", SITE)
def test_axe_finds_nothing(open_page: OpenPage, path: str, theme: str) -> None:
    for viewport in (DESKTOP, PHONE):
        assert findings(open_page(path, theme=theme, viewport=viewport)) == []


@pytest.mark.parametrize("path", SITE)
def test_a_page_fits_a_phone(open_page: OpenPage, path: str) -> None:
    page = open_page(path, viewport=PHONE).page
    assert page.evaluate("document.documentElement.scrollWidth") <= PHONE[0]


@pytest.mark.parametrize("path", SITE)
def test_every_picture_has_words(open_page: OpenPage, path: str) -> None:
    images = "[...document.images].filter((image) => !image.alt.trim()).map((image) => image.src)"
    assert open_page(path).page.evaluate(images) == []


@pytest.mark.parametrize("viewport", [DESKTOP, PHONE], ids=["desktop", "phone"])
@pytest.mark.parametrize("path", SITE)
def test_nothing_moves_while_a_page_loads(
    open_page: OpenPage, path: str, viewport: tuple[int, int]
) -> None:
    page = open_page(path, viewport=viewport, scheme="slow").page
    shift = page.evaluate(
        """() => new Promise((done) => new PerformanceObserver((list) => done(
            list.getEntries().reduce((sum, entry) => sum + entry.value, 0)
        )).observe({ type: "layout-shift", buffered: true }) ?? setTimeout(done, 500, 0))"""
    )
    assert shift < LAYOUT_SHIFT


@pytest.mark.parametrize("path", pages())
def test_a_page_reads_without_javascript(open_page: OpenPage, path: str) -> None:
    visit = open_page(path, java_script=False)
    assert visit.page.locator("article h1").is_visible()
    for dark in visit.page.locator("img.only-dark").all():
        assert not dark.is_visible()
    for still in visit.page.locator("img.explorable-still.only-light").all():
        assert still.is_visible()


@pytest.mark.parametrize("path", pages())
def test_a_page_works_with_the_network_off(open_page: OpenPage, path: str) -> None:
    visit = open_page(path, scheme="file", offline=True)
    read_to_the_end(visit)
    assert visit.problems == []


def test_the_first_page_is_light_and_so_are_the_later_ones(open_page: OpenPage) -> None:
    first, *later = [set(open_page(path).requests) for path in pages()]
    assert bytes_sent(first) <= FIRST_PAGE
    for path, requests in zip(pages()[1:], later, strict=True):
        assert bytes_sent(requests - first) <= LATER_PAGE, path


def test_no_icon_needs_a_font(open_page: OpenPage) -> None:
    for path in SITE:
        users = open_page(path).page.evaluate(
            """() => [...document.querySelectorAll("body *")].flatMap((element) =>
                ["::before", "::after"].filter((part) => {
                    const style = getComputedStyle(element, part);
                    return style.fontFamily.includes("Awesome") && !["none", "normal", '""']
                        .includes(style.content) && style.display !== "none";
                }).map((part) => element.className + part))"""
        )
        assert users == [], path


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
        read_to_the_end(visit)
        pictures = visit.page.locator(f".figure-pictures img.only-{theme}")
        assert pictures.count() > 0
        for picture in pictures.all():
            picture.scroll_into_view_if_needed()
            assert picture.is_visible()
            style = "image => getComputedStyle(image).backgroundColor"
            assert picture.evaluate(style) == "rgba(0, 0, 0, 0)"
        assert not [url for url in visit.requests if url.endswith(f".{other}.svg")]


@pytest.mark.parametrize("theme", THEMES)
@pytest.mark.parametrize("path", pages())
def test_a_picture_of_the_page_is_kept(open_page: OpenPage, path: str, theme: str) -> None:
    SCREENSHOTS.mkdir(parents=True, exist_ok=True)
    for name, viewport in {"desktop": DESKTOP, "phone": PHONE}.items():
        visit = open_page(path, theme=theme, viewport=viewport)
        read_to_the_end(visit)
        file = SCREENSHOTS / f"{Path(path).stem}-{name}-{theme}.png"
        visit.page.screenshot(path=file, full_page=True)
        assert file.stat().st_size > 0
