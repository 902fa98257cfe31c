"""Every page of the book, as a browser sees it. A new page is covered once it is in _toc.yml.

A page is opened once a view, and everything that is asked about that view is read off then: each
test below is one question to what was seen.
"""

import gzip
import json
import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any
from urllib.parse import unquote, urlsplit

import pytest
from budgets import CORE, Size, over, size_of
from pages import Source
from playwright.sync_api import Locator, Page, expect
from speed import speed_of
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
LONGEST_LINE = 72  # characters; about 68 are read at ease
NARROWEST = 320  # pixels: a window of 1280 at 400 %


def one_of_each_generated_kind() -> list[str]:
    """Return the search page, and the longest page of each folder that has no chapter in it."""
    longest: dict[str, Path] = {}
    for path in sorted(HTML.glob("*/**/*.html"), key=lambda path: path.stat().st_size):
        if path.relative_to(HTML).as_posix() not in pages():
            longest[path.relative_to(HTML).parts[0]] = path
    longest.pop("_static", None)
    return ["search.html", *(path.relative_to(HTML).as_posix() for path in longest.values())]


SITE = [*pages(), *one_of_each_generated_kind()]


@dataclass(frozen=True)
class Seen:
    """What was seen of a page in one view.

    Parameters
    ----------
    at_load, requests : the addresses asked for until the page was there, and until its end was read
    problems : what the browser complained of
    shift : how much moved while the page came
    overhang : by how many pixels the page is wider than its window, and than the narrowest one
    wordless : the pictures without alternative text
    fonts : the elements whose icon would need a font
    findings : by theme, what axe-core finds: the rule, and each element that breaks it
    policy : what the page says by itself that it may load
    line : how many characters its lines hold, by paragraph
    size : how much there is of it
    """

    at_load: frozenset[str]
    requests: list[str]
    problems: list[str]
    shift: float
    overhang: list[int]
    wordless: list[str]
    fonts: list[str]
    findings: dict[str, list[str]]
    policy: str
    line: list[float]
    size: Size


OVERHANG = "document.documentElement.scrollWidth - document.documentElement.clientWidth"

SHIFT = """() => new Promise((done) => new PerformanceObserver((list) => done(
    list.getEntries().reduce((sum, entry) => sum + entry.value, 0)
)).observe({ type: "layout-shift", buffered: true }) ?? setTimeout(done, 500, 0))"""

WORDLESS = "[...document.images].filter((image) => !image.alt.trim()).map((image) => image.src)"

POLICY = 'document.querySelector("[http-equiv=Content-Security-Policy]")?.content ?? ""'

#: The characters of a line: those of a paragraph, by the part of its length that a line holds.
LINE = """() => [...document.querySelectorAll("article section > p")].filter((paragraph) =>
    paragraph.textContent.length > 200 && !paragraph.querySelector(".math, code")
).map((paragraph) => {
    const width = paragraph.clientWidth;
    const old = paragraph.style.cssText;
    paragraph.style.cssText = "max-width: none; width: max-content; white-space: nowrap";
    const line = paragraph.textContent.length * width / paragraph.clientWidth;
    paragraph.style.cssText = old;
    return line;
})"""

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


def overhangs(page: Page) -> list[int]:
    """Return by how many pixels the page is too wide, in its window and at 400 % zoom."""
    size = page.viewport_size
    own = page.evaluate(OVERHANG)
    page.set_viewport_size(size | {"width": NARROWEST})
    page.evaluate("new Promise(done => requestAnimationFrame(() => requestAnimationFrame(done)))")
    narrow = page.evaluate(OVERHANG)
    page.set_viewport_size(size)
    return [own, narrow]


def look(visit: Visit, path: str, theme: str) -> Seen:
    """Read off an open page everything that the tests ask about it."""
    at_load = frozenset(visit.requests)
    shift = visit.page.evaluate(SHIFT)
    read_to_the_end(visit.page)
    size = size_of(visit.page, path)
    return Seen(
        at_load=at_load,
        # Copies: axe-core asks for the style sheets once more, which no file may.
        requests=[*visit.requests],
        problems=[*visit.problems],
        shift=shift,
        overhang=overhangs(visit.page),
        wordless=visit.page.evaluate(WORDLESS),
        fonts=visit.page.evaluate(ICON_FONTS),
        findings=findings_by_theme(visit, theme),
        policy=visit.page.evaluate(POLICY),
        line=visit.page.evaluate(LINE),
        size=size,
    )


@pytest.fixture(scope="session")
def look_at(visiting: Visiting) -> Callable[[str, str], Seen]:
    """A function that opens a page in a view, the first time that it is asked for."""

    @cache
    def open_and_look(path: str, view: str) -> Seen:
        with visiting(path, **VIEWS[view]) as visit:
            return look(visit, path, VIEWS[view]["theme"])

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


def test_no_script_may_stand_in_a_page(seen: Seen) -> None:
    (scripts,) = [rule for rule in seen.policy.split("; ") if rule.startswith("script-src ")]
    assert scripts.split()[1:] == ["'self'", "blob:", "'wasm-unsafe-eval'"]


def test_a_page_fits_its_window(seen: Seen) -> None:
    assert seen.overhang == [0, 0]


def test_no_line_is_too_long(seen: Seen) -> None:
    assert max(seen.line, default=0) <= LONGEST_LINE


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


@pytest.mark.parametrize("path", [path for path in pages() if Source(path[:-5]).is_core])
def test_the_first_figure_of_a_core_answers_and_how_soon_is_told(
    open_page: OpenPage, path: str, record_property: Callable[[str, object], None]
) -> None:
    speed = speed_of(open_page(path).page)
    record_property("ms until the first figure is drawn", speed.opens)
    record_property("ms from a move to its picture, at a quarter of the speed", speed.follows)
    print(path, speed)


@pytest.fixture(scope="module")
def first(visiting: Visiting) -> frozenset[str]:
    """What a reader has already, who comes from the first page."""
    with visiting(pages()[0], scheme="slow") as visit:
        return frozenset(visit.requests)


def test_a_later_page_is_light(seen: Seen, first: frozenset[str]) -> None:
    assert bytes_sent(seen.at_load - first) <= LATER_PAGE


@pytest.mark.parametrize("path", [path for path in pages() if Source(path[:-5]).is_core])
def test_a_core_keeps_its_budget(look_at: Callable[[str, str], Seen], path: str) -> None:
    assert over(look_at(path, "desktop, light, http").size, CORE) == []


def test_a_page_that_is_too_large_is_told_by_what_it_exceeds() -> None:
    assert over(Size(words=1_801, screens=14.0, nodes=10_001), CORE) == ["words", "nodes"]


def test_the_theme_follows_the_reader_and_the_toggle(open_page: OpenPage) -> None:
    visit = open_page(pages()[0], theme="dark")
    theme = "document.documentElement.dataset.theme"
    assert visit.page.evaluate(theme) == "dark"
    visit.page.locator(".theme-switch-button").first.click()
    assert visit.page.evaluate(theme) == "light"
    visit.page.reload()
    assert visit.page.evaluate(theme) == "light"


#: The links that show what they lead to: the same as in book/assets/previews.js.
SHOWN = re.compile(
    r'<a class="reference internal" href="([^"]*)'
    r'#((?:term|equation|thm|def|prop|lem|cor)-[^"]+|(?<=bibliography\.html#)id[^"]+)"'
)


@pytest.mark.build
@pytest.mark.parametrize("path", pages())
def test_what_a_link_to_a_term_or_an_equation_or_a_theorem_or_a_work_shows_is_there(
    path: str,
) -> None:
    for page, anchor in SHOWN.findall((HTML / path).read_text("utf-8")):
        name = ((HTML / path).parent / page if page else HTML / path).relative_to(HTML)
        script = HTML / "_static/previews" / name.with_suffix(".js")
        assert f'"{unquote(anchor)}": "<d' in script.read_text("utf-8")


@pytest.mark.parametrize("scheme", ["http", "file"])
@pytest.mark.parametrize(
    ("link", "shown"),
    [
        ("a[href$='#term-margin']", "The difference"),
        ("a[href='#equation-eq-bradley-terry'].internal", "(2.3)"),
        ("a[href$='#def-bandits-kl']", "Definition 1.3"),
        ("a[href*='bibliography.html#id']", "."),
    ],
)
def test_pointing_at_a_link_shows_what_it_leads_to(
    open_page: OpenPage, scheme: str, link: str, shown: str
) -> None:
    visit = open_page("book/reward_loss.html", scheme=scheme)
    assert not [url for url in visit.requests if "/previews/" in url]
    preview = visit.page.locator("#preview")
    visit.page.locator(f"article :is({link})").first.hover()
    preview.wait_for(state="visible")
    assert shown in preview.inner_text()
    problems = [*visit.problems]  # before axe-core asks for what no file may
    assert findings_by_theme(visit, "light") == {"light": [], "dark": []}
    visit.page.keyboard.press("Escape")
    preview.wait_for(state="hidden")
    assert problems == []


def test_a_preview_opens_by_keyboard_and_stays_while_one_points_at_it(open_page: OpenPage) -> None:
    page = open_page("book/reward_loss.html").page
    preview, link = page.locator("#preview"), page.locator("article a[href$='#term-margin']").first
    link.focus()
    page.keyboard.press("Shift+Tab")
    page.keyboard.press("Tab")
    preview.wait_for(state="visible")
    assert link.get_attribute("aria-describedby") == "preview"
    page.keyboard.press("Tab")  # to a link that may have a preview, too
    expect(preview).not_to_contain_text("The difference")
    link.hover()
    expect(preview).to_contain_text("The difference")
    preview.hover()
    page.wait_for_timeout(500)
    assert preview.is_visible()
    page.mouse.move(0, 0)
    preview.wait_for(state="hidden")


def test_a_tap_on_a_link_opens_a_sheet_from_which_one_may_go_there(open_page: OpenPage) -> None:
    visit = open_page("book/reward_loss.html", viewport=PHONE, touch=True)
    page = visit.page
    link, sheet = page.locator("article a[href$='#term-margin']").first, page.get_by_role("dialog")
    closing: list[Callable[[], None]] = [
        lambda: page.keyboard.press("Escape"),
        lambda: sheet.get_by_role("button", name="Close").tap(),
        lambda: page.touchscreen.tap(PHONE[0] - 4, 200),
    ]
    for close in closing:
        link.tap()
        expect(sheet).to_contain_text("The difference")
        expect(sheet).to_be_focused()
        assert findings(visit) == []
        close()
        expect(sheet).not_to_be_visible()
    link.tap()
    sheet.get_by_role("link", name="Go there").tap()
    page.wait_for_url("**/glossary.html#term-margin")


def test_a_switch_shows_all_code_and_is_remembered(open_page: OpenPage) -> None:
    page = open_page("book/reward_loss.html").page
    folded, switch = page.locator("div.cell > details"), page.locator(".all-code")
    assert page.locator("div.cell > details[open]").count() == 0 < folded.count()
    switch.click()
    assert page.locator("div.cell > details[open]").count() == folded.count()
    page.reload()
    expect(switch).to_have_text("Fold all code")
    assert folded.last.locator("pre").is_visible()
    switch.click()
    assert page.locator("div.cell > details[open]").count() == 0


@pytest.mark.parametrize(
    ("place", "entry"),
    [
        (0.5, "4.6. All three terms"),
        (0.85, "4.9. A slope that is nearly flat"),
        (1, "4.12. Deeper"),
    ],
)
def test_the_contents_of_a_page_follow_its_scroll_and_its_jumps(
    open_page: OpenPage, place: float, entry: str
) -> None:
    page = open_page("book/policy_gradient.html", viewport=(1280, 600)).page
    page.evaluate(f"scrollTo({{ top: {place} * document.body.scrollHeight, behavior: 'instant' }})")
    marked = page.locator(".bd-sidebar-secondary [aria-current]")
    expect(marked).to_have_text(entry)
    expect(marked).to_be_in_viewport()


@pytest.mark.parametrize("scheme", ["http", "file"])
@pytest.mark.parametrize(
    "place",
    ["kl-tail", "a-tail-without-a-variance", "two-gaussians-in-closed-form", "equation-eq-mixture"],
)
def test_an_old_address_leads_to_where_its_place_is_now(
    open_page: OpenPage, scheme: str, place: str
) -> None:
    visit = open_page("book/kl_estimators.html", scheme=scheme, hash=f"?q=tail#{place}")
    visit.page.wait_for_url(f"**/book/kl_estimators/gaussians.html?q=tail#{place}")
    visit.page.wait_for_load_state("load")
    assert visit.page.locator(f"[id='{place}']").count() == 1
    assert visit.problems == []


@pytest.mark.parametrize("scheme", ["http", "file"])
def test_a_figure_stands_alone_without_complaint(open_page: OpenPage, scheme: str) -> None:
    visit = open_page("book/rlhf_objective.html", scheme=scheme, hash="?embed#tilt?beta=0.5")
    page = visit.page
    page.locator(".explorable-alone [data-key=beta][data-value='0.5']").wait_for()
    assert page.locator("body > :visible").count() == 1
    assert page.locator(".toy").count() == 1
    assert visit.problems == []


#: The questions of the scenes in the page of figures, beside the titles of their cards.
ASKED = """() => [...document.querySelectorAll(".copy .toy-question")].map((question) =>
    [question.textContent, question.closest("li").querySelector(".place").textContent])"""

#: What in the copies takes the focus if a script gives it.
FOCUSABLE = """() => [...document.querySelectorAll(".copy *")].filter((node) => {
    node.focus?.();
    return document.activeElement === node;
}).map((node) => node.outerHTML)"""

#: The titles of the cards whose copies show no picture, or one that their windows cut off.
CUT = """() => [...document.querySelectorAll(".copy")].filter((copy) => {
    const pictures = [...copy.querySelectorAll("svg")].filter((one) => one.checkVisibility());
    const { top, bottom } = copy.getBoundingClientRect();
    const fits = (box) => box.width > 150 && box.top >= top - 2 && box.bottom <= bottom + 2;
    return !pictures.some((one) => fits(one.getBoundingClientRect()));
}).map((copy) => copy.parentNode.querySelector(".place").textContent)"""


@pytest.mark.parametrize("scheme", ["http", "file"])
def test_a_card_shows_its_figure_live_inert_and_as_it_asks(
    open_page: OpenPage, scheme: str
) -> None:
    visit = open_page("book/figures.html", scheme=scheme)
    page, live = visit.page, visit.page.locator(".copy .is-live .toy")
    page.locator("html[data-explorables=ready]").wait_for()
    live.first.wait_for()
    cards = page.locator("ul.gallery > li").count()
    assert live.count() < cards, "what is far from the screen can wait"
    read_to_the_end(page)
    expect(live).to_have_count(cards)

    asked = page.evaluate(ASKED)
    assert len(asked) > 10
    assert all(question == title for question, title in asked)
    assert page.evaluate(CUT) == []
    assert page.locator(".copy .toy-scene .toy-truth").count() == 0
    assert page.locator(".copy img:visible").count() == 0
    assert page.locator(".copy .toy-links").count() == 0
    assert page.evaluate(FOCUSABLE) == []
    assert page.evaluate("location.hash") == ""
    assert visit.problems == []


def test_a_press_on_a_copy_leads_to_its_figure(open_page: OpenPage) -> None:
    page = open_page("book/figures.html").page
    copy = page.locator("li.scene .copy").nth(1)
    copy.locator(".toy").wait_for()
    box = copy.bounding_box()
    page.mouse.click(box["x"] + box["width"] / 2, box["y"] + box["height"] / 2)
    page.wait_for_url("**/book/bandits.html#live-hundred-draws")


def test_copies_are_on_paper_the_pictures_of_their_figures(open_page: OpenPage) -> None:
    page = open_page("book/figures.html").page
    copy = page.locator(".copy").first
    copy.locator(".toy").wait_for()
    page.emulate_media(media="print")
    assert copy.locator("img.only-light").is_visible()
    assert not copy.locator(".toy").is_visible()


@pytest.mark.parametrize("place", ["exercises", "nowhere", "one-draw?N=10", "one-draw", ""])
def test_a_place_that_is_here_or_nowhere_is_not_looked_for_elsewhere(
    open_page: OpenPage, place: str
) -> None:
    visit = open_page("book/kl_estimators.html", hash=f"#{place}")
    visit.page.wait_for_load_state("networkidle")
    assert visit.page.url.endswith(f"book/kl_estimators.html#{place}")
    assert visit.problems == []


def test_an_address_that_changes_is_followed_too(open_page: OpenPage) -> None:
    page = open_page("book/kl_estimators.html").page
    page.evaluate("location.hash = 'kl-tail'")
    page.wait_for_url("**/gaussians.html#kl-tail")


def search(page: Page, words: str) -> Locator:
    """Search for some words as a reader does, and return what is found."""
    page.locator(".search-button-field").click()
    page.locator("dialog input[name=q]").fill(words)
    page.keyboard.press("Enter")
    page.locator(".search-summary").wait_for()
    return page.locator("#search-results li")


#: What is marked where a link from the search page has led, and whether it is in view.
FOUND = """() => [...CSS.highlights.get("found")].map((range) => {
    const { top, bottom } = range.getBoundingClientRect();
    return [range.toString().toLowerCase(), 0 < top && top < bottom && bottom < innerHeight];
})"""


@pytest.mark.parametrize(
    ("scheme", "words", "title"),
    [
        ("http", "second estimator", "Deeper: k2, and the homework’s repair of it › Half the"),
        ("file", "reward hacking", "Glossary › reward hacking"),
        ("http", "best of n", "Deeper: best of n, and other rivals"),
        ("file", "spread more widely", "Deeper: two Gaussians, in closed form › A tail without"),
        ("file", "dissenters", "Deeper: the loss in practice › Solution to"),
        ("http", "EOS", "Deeper: the KL, token by token › After the end: EOS and masked tokens"),
        ("file", "ties", "Deeper: what the model assumes of people › Ties, and half a win each"),
    ],
)
def test_search_leads_to_the_words(
    open_page: OpenPage, scheme: str, words: str, title: str
) -> None:
    visit = open_page(pages()[0], scheme=scheme)
    first = search(visit.page, words).first
    assert first.locator("a").inner_text().startswith(title)
    for mark in first.locator("mark").all_inner_texts():
        assert mark.lower().replace("-", " ").startswith(words.lower())
    assert "\\" not in first.inner_text()
    first.locator("a").click()
    visit.page.wait_for_load_state("load")
    marked, in_view = visit.page.evaluate(FOUND)[0]
    assert marked.startswith(words.lower())
    assert in_view
    assert visit.problems == []


def test_axe_finds_nothing_in_what_a_search_finds(open_page: OpenPage) -> None:
    visit = open_page(pages()[0], theme="dark")
    assert search(visit.page, "ties").count() > 3
    assert findings_by_theme(visit, "dark") == {"dark": [], "light": []}


def test_who_looks_for_words_in_a_page_finds_them_in_a_folded_solution(open_page: OpenPage) -> None:
    page = open_page("book/kl_estimators.html").page
    assert page.locator("details.solution[open]").count() == 0
    # A link to words opens what holds them as the browser's own search does.
    page.evaluate(
        """() => {
            const text = document.querySelector("details.solution section p").firstChild.data;
            const words = text.split(" ").slice(0, 3).map(encodeURIComponent).join("%20");
            const link = `<a href="?#:~:text=${words}">to it</a>`;
            document.querySelector("article h1").innerHTML = link;
        }"""
    )
    page.locator("article h1 a").click()
    page.locator("details.solution[open]").wait_for()


def test_a_formula_is_copied_once_as_its_source(open_page: OpenPage) -> None:
    page = open_page("book/reward_loss.html").page
    page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    formula = page.locator("div.math:has(.eqno)").first
    formula.evaluate(
        "it => { getSelection().selectAllChildren(it); document.execCommand('copy'); }"
    )
    source = formula.locator("annotation").first.text_content()
    assert page.evaluate("navigator.clipboard.readText()") == f"$${source}$$(2.1)"
    assert "\n" not in source


def test_paper_is_light(open_page: OpenPage) -> None:
    page = open_page("book/bandits.html", theme="dark").page
    page.locator("img.only-light[loading=eager]").first.wait_for(state="attached")
    page.evaluate(
        """() => Promise.all([...document.querySelectorAll("img.only-light")]
            .map(image => image.complete || new Promise(done => { image.onload = done; })))"""
    )
    page.evaluate(
        """() => addEventListener("beforeprint", () => {
            const pictures = [...document.images].filter(image => image.checkVisibility());
            globalThis.printed = [document.documentElement.dataset.theme,
                pictures.every(image => image.matches(".only-light") && image.naturalWidth)];
        })"""
    )
    page.pdf()
    assert page.evaluate("printed") == ["light", True]
    assert page.evaluate("document.documentElement.dataset.theme") == "dark"
    page.emulate_media(media="print")
    assert page.locator("details.solution section").first.bounding_box()["height"] > 0


def test_python_may_run_in_a_worker(open_page: OpenPage) -> None:
    visit = open_page(pages()[0], scheme="file")
    shortest = "new Uint8Array([0, 97, 115, 109, 1, 0, 0, 0])"  # a module of WebAssembly
    code = f"WebAssembly.compile({shortest}).then(() => postMessage('ran'))"
    worker = f"new Worker(URL.createObjectURL(new Blob([{json.dumps(code)}])))"
    script = f"new Promise(done => {{ {worker}.onmessage = event => done(event.data); }})"
    assert visit.page.evaluate(script) == "ran"
    assert visit.problems == []


def test_the_ledger_names_its_columns_on_a_phone(open_page: OpenPage) -> None:
    page = open_page("book/claims.html", viewport=PHONE).page
    heads = page.locator(".tag_ledger thead th").all_text_contents()
    cells = page.locator(".tag_ledger tbody tr").first.locator("td").all()
    name = "cell => getComputedStyle(cell, '::before').content.slice(1, -3).toLowerCase()"
    assert [cell.evaluate(name) for cell in cells[1:]] == heads[1:]


def test_the_notation_names_its_columns_on_a_phone(open_page: OpenPage) -> None:
    page = open_page("book/notation.html", viewport=PHONE).page
    heads = page.locator("table.symbols").first.locator("th").all_text_contents()
    cells = page.locator("table.symbols tbody tr").nth(1).locator("td").all()
    name = "cell => getComputedStyle(cell, '::before').content.slice(1, -3).toLowerCase()"
    assert [cell.evaluate(name).removeprefix("in ") for cell in cells[2:]] == [
        head.removeprefix("in ") for head in heads[2:]
    ]
    assert page.locator(".pst-scrollable-table-container:has(.symbols).goes-on").count() == 0


def test_a_numbered_formula_has_the_whole_width_of_a_phone(open_page: OpenPage) -> None:
    page = open_page("book/kl_estimators.html", viewport=PHONE).page
    for formula in page.locator("div.math:has(.eqno):visible").all():
        outer, inner = formula.bounding_box(), formula.locator(".equation").bounding_box()
        assert inner["width"] == outer["width"]
        assert formula.locator(".eqno").bounding_box()["y"] >= inner["y"] + inner["height"]


@pytest.mark.parametrize("box", [".cell_output pre", "table"])
def test_what_is_wider_than_a_phone_fades_until_its_end_is_seen(
    open_page: OpenPage, box: str
) -> None:
    page = open_page("book/kl_estimators/best_coefficient.html", viewport=PHONE).page
    wide = page.locator(".goes-on").filter(visible=True).and_(page.locator(f"{box}, :has(> {box})"))
    mask = "box => getComputedStyle(box).maskImage"
    assert wide.first.evaluate(mask) != "none"
    expect(wide.first).to_have_class(re.compile("goes-on-after"))
    wide.first.evaluate("box => { box.scrollLeft = box.scrollWidth; }")
    expect(wide.first).not_to_have_class(re.compile("goes-on-after"))
    expect(wide.first).to_have_class(re.compile("goes-on-before"))


def test_a_note_has_the_width_of_a_phone(open_page: OpenPage) -> None:
    page = open_page("book/policy_gradient/tokens.html", viewport=PHONE).page
    for note in page.locator("aside.margin").all():
        widths = "note => note.clientWidth / note.parentElement.clientWidth"
        assert note.evaluate(widths) > 0.9


def test_what_follows_a_formula_stands_in_the_line_of_its_last_part(open_page: OpenPage) -> None:
    page = open_page("book/kl_estimators.html", viewport=PHONE).page
    page.evaluate("document.querySelectorAll('details').forEach(box => { box.open = true; })")
    apart = """() => [...document.querySelectorAll("article .text-nowrap")].filter((whole) => {
        const range = new Range();
        range.selectNodeContents(whole.lastChild);
        const mark = range.getBoundingClientRect();
        const part = [...whole.querySelectorAll(".katex-html > .base")].at(-1);
        const last = part.getBoundingClientRect();
        return mark.top > last.bottom || Math.abs(mark.left - last.right) > 3;
    }).map((whole) => whole.textContent)"""
    assert page.evaluate(apart) == []
    assert page.locator("article .text-nowrap wbr").count() > 0


def test_the_words_of_a_search_stand_beside_its_magnifier(open_page: OpenPage) -> None:
    page = open_page("search.html", viewport=PHONE).page
    form = page.locator(".bd-search-container form")
    icon = form.locator("i").bounding_box()
    field = form.locator("input")
    before = field.evaluate("field => parseFloat(getComputedStyle(field).paddingLeft)")
    assert field.bounding_box()["x"] + before >= icon["x"] + icon["width"]


def test_the_contents_of_a_page_close_on_a_phone_once_a_section_is_chosen(
    open_page: OpenPage,
) -> None:
    page = open_page("book/reward_loss.html", viewport=PHONE, touch=True).page
    page.locator(".secondary-toggle").tap()
    contents = page.locator("#pst-secondary-sidebar-modal")
    contents.locator("a[href='#where-the-loss-comes-from']").tap()
    expect(contents).not_to_be_visible()
    expect(page.locator("#where-the-loss-comes-from h2").first).to_be_in_viewport()


def test_a_picture_that_stays_in_sight_stays_below_the_bar(open_page: OpenPage) -> None:
    page = open_page("book/reward_loss/practice.html", viewport=PHONE).page
    page.locator(".explorable").first.scroll_into_view_if_needed()
    picture = page.locator(".toy-pinned")
    picture.wait_for()
    picture.evaluate("box => scrollBy(0, box.getBoundingClientRect().top + 100)")
    bar = page.locator(".bd-header-article").bounding_box()
    assert picture.bounding_box()["y"] == bar["y"] + bar["height"]


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
    page.locator("div.cell > div.cell_input").first.hover()
    assert page.locator("div.cell > div.cell_input button.copybtn").first.is_visible()


def test_a_solution_opens(open_page: OpenPage) -> None:
    page = open_page("book/kl_estimators.html").page
    solution = page.locator(".solution").first
    assert not solution.locator("section").is_visible()
    solution.locator("button, summary").first.click()
    assert solution.locator("section").is_visible()


def test_a_figure_changes_with_the_theme_and_a_light_page_loads_no_dark_one(
    open_page: OpenPage,
) -> None:
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
        if theme == "light":  # a dark page gets its light pictures too, for paper
            assert not [url for url in visit.requests if url.endswith(f".{other}.svg")]
