"""The explorables as a reader meets them in the built book: every control and every number."""

from __future__ import annotations

import json
import re
import statistics
from collections.abc import Iterator
from io import BytesIO
from typing import Any

import numpy as np
import pytest
from explorables.live import (
    CONTROLS,
    PATIENCE,
    Explorable,
    Live,
    OpenLive,
    check,
    extreme,
    found,
    next_frame,
    static_page,
    wait_until_live,
)
from pages import Source
from PIL import Image
from playwright.sync_api import Browser, ElementHandle
from visits import DESKTOP, PHONE, ROOT, OpenPage, Visit

import toy
from toy.explorables.scene import Scene
from toy.explorables.traits import Distribution, Row
from toy.figures.palette import PALETTE

EXPLORABLES = found()


def controls(root: ElementHandle) -> list[ElementHandle]:
    return root.query_selector_all(CONTROLS)


def value_of(control: ElementHandle) -> float:
    return control.evaluate("c => Number(c.value ?? c.getAttribute('aria-valuenow'))")


def position_of(control: ElementHandle) -> str:
    """Where a control stands: what a screen reader says of it, and its number."""
    return control.evaluate("c => `${c.getAttribute('aria-valuetext')} ${c.value}`")


def is_text(value: Any) -> bool:
    """Whether a trait holds words."""
    return isinstance(value[0] if isinstance(value, list) else value, str)


def flat(state: dict[str, Any]) -> list[float]:
    numbers = {key: value for key, value in state.items() if not is_text(value)}
    return [float(number) for key in sorted(numbers) for number in np.ravel(numbers[key])]


@pytest.fixture(scope="module", params=EXPLORABLES, ids=lambda e: e.name)
def chosen(request: pytest.FixtureRequest) -> Explorable:
    """Each in turn, so that its tests share a page."""
    return request.param


@pytest.fixture
def live(open_live: OpenLive, chosen: Explorable) -> Live:
    return open_live(chosen)


def test_every_control_moves_by_keyboard_and_every_number_is_toys(live: Live) -> None:
    live.check()
    moved = 0
    for control in controls(live.root):
        for key in ("ArrowRight", "ArrowUp", "PageDown", "PageUp", "ArrowLeft", "End", "Home"):
            before = position_of(control)
            control.press(key)
            live.check()
            assert position_of(control) != before, (control.get_attribute("aria-label"), key)
            moved += 1
    assert moved >= 7 * 2
    assert live.complaints == []


def test_two_keys_within_one_frame_both_count(live: Live) -> None:
    twice = """handle => { for (let i = 0; i < 2; i++)
        handle.dispatchEvent(new KeyboardEvent("keydown", { key: "ArrowUp", bubbles: true })); }"""
    for handle in live.root.query_selector_all('[role="slider"]'):
        handle.press("Home")
        next_frame(live.page)
        handle.press("ArrowUp")
        next_frame(live.page)
        handle.press("ArrowUp")
        next_frame(live.page)
        apart = position_of(handle)
        handle.press("Home")
        next_frame(live.page)
        handle.evaluate(twice)
        next_frame(live.page)
        assert position_of(handle) == apart


def test_every_bar_follows_the_mouse(live: Live) -> None:
    for bar in live.root.query_selector_all('.toy-bar[role="slider"]:not(.toy-value)'):
        bar.scroll_into_view_if_needed()
        track = bar.query_selector(".toy-bar-track").bounding_box()
        middle = track["y"] + track["height"] / 2
        live.page.mouse.move(track["x"] + 0.5 * track["width"], middle)
        live.page.mouse.down()
        before = live.check()
        assert abs(value_of(bar) - 0.5) < 0.01, "a press moves the bar there"
        live.page.mouse.move(track["x"] + 2 * track["width"], middle, steps=3)
        live.check()
        assert value_of(bar) == pytest.approx(1, abs=0.0031), "no response falls below the floor"
        live.page.mouse.move(track["x"] + 0.5 * track["width"], middle, steps=2)
        live.page.mouse.up()
        assert np.allclose(flat(live.check()), flat(before)), "there and back changes nothing"


def test_every_bar_of_values_follows_the_mouse(live: Live) -> None:
    for bar in live.root.query_selector_all('.toy-value[role="slider"]'):
        bar.scroll_into_view_if_needed()
        track = bar.query_selector(".toy-bar-track").bounding_box()
        low, high = (float(bar.get_attribute(f"aria-value{end}")) for end in ("min", "max"))
        middle = track["y"] + track["height"] / 2
        live.page.mouse.move(track["x"] + 0.75 * track["width"], middle)
        live.page.mouse.down()
        live.check()
        assert value_of(bar) == pytest.approx(low + 0.75 * (high - low), abs=0.02 * (high - low))
        live.page.mouse.move(track["x"] - track["width"], middle, steps=3)
        live.page.mouse.up()
        live.check()
        assert value_of(bar) == low


def test_every_choice_is_taken_by_keyboard_and_by_mouse(live: Live) -> None:
    live.root.evaluate("root => root.querySelectorAll('details').forEach(d => { d.open = true; })")
    for box in live.root.query_selector_all("input[type=checkbox]"):
        first = live.check()
        box.press("Space")
        assert live.check() != first
        box.click()
        assert live.check() == first
    for radio in live.root.query_selector_all("input[type=radio]:checked"):
        first = live.check()
        radio.press("ArrowRight")
        assert live.check() != first
    for radio in live.root.query_selector_all("input[type=radio]:enabled"):
        if not radio.is_enabled():  # what was chosen before has left it without effect
            continue
        radio.click()
        live.check()
        assert radio.is_checked()


def test_every_range_and_every_marker_follows_the_mouse(live: Live) -> None:
    live.root.evaluate("root => root.querySelectorAll('details').forEach(d => { d.open = true; })")
    targets = live.root.query_selector_all("input[type=range], .toy-draggable")
    assert len(targets) == live.explorable.dragged
    for i, target in enumerate(targets):
        target.scroll_into_view_if_needed()
        before, box = live.check(), target.bounding_box()
        y = box["y"] + box["height"] / 2
        live.page.mouse.move(box["x"] + 0.8 * box["width"], y)
        live.page.mouse.down()
        live.page.mouse.move(box["x"] + (0.13 + 0.1 * i) * box["width"], y, steps=3)
        live.page.mouse.up()
        assert live.check() != before, target.evaluate("t => t.outerHTML")


def test_named_settings_and_reset(live: Live) -> None:
    first = live.check()
    settings = live.root.query_selector_all(".toy-toolbar .toy-setting")
    for button in [b for b in settings if b.get_attribute("aria-pressed") != "true"]:
        button.click()
        assert live.check() != first
    controls(live.root)[0].press("PageDown")
    assert live.check() != first
    live.find(".toy-reset").click()
    assert live.check() == first
    live.page.wait_for_function("!location.hash.includes('?')", timeout=PATIENCE)


def test_a_screen_reader_hears_the_numbers_when_they_rest(live: Live) -> None:
    announcer = live.find("[aria-live=polite].toy-announcer")
    silent = announcer.text_content()
    controls(live.root)[1].press("End")
    said = "([node, old]) => node.textContent !== old && /\\d/.test(node.textContent)"
    live.page.wait_for_function(said, arg=[announcer, silent])


def test_a_change_shows_in_the_next_frame(
    live: Live, record_property: pytest.RecordProperty
) -> None:
    # Frames from a key to the new number, and the time until that frame was drawn.
    samples = live.root.evaluate(
        """async root => {
          const frame = () => new Promise(requestAnimationFrame);
          const control = [...root.querySelectorAll('[role=slider], input[type=range]')]
            .find(one => !one.closest('.toy-predict, .toy-guess') && !one.disabled);
          // A scene's first number is the guess, which its controls do not move.
          const isScene = root.matches('.toy-scene');
          const cells = [...root.querySelectorAll('[data-key][data-value]:not(output)')];
          const values = () => cells.map(cell => cell.dataset.value).join();
          const drawn = () => (isScene ? root.dataset.state : values());
          const samples = [];
          for (let i = 0; i < 41; i++) {
            await frame();
            const before = drawn(), start = performance.now();
            const key = i % 2 ? 'ArrowLeft' : 'ArrowRight';
            if (control.type === 'range') {
              const step = (i % 2 ? -1 : 1) * (Number(control.step) || 1);
              control.value = Number(control.value) + step;
              control.dispatchEvent(new Event('input', { bubbles: true }));
            } else control.dispatchEvent(new KeyboardEvent('keydown', { key, bubbles: true }));
            let frames = 0;
            while (drawn() === before && frames < 60) { await frame(); frames++; }
            samples.push([frames, performance.now() - start]);
          }
          return samples;
        }"""
    )
    frames, times = zip(*samples, strict=True)
    record_property("median ms from key to drawn", statistics.median(times))
    assert statistics.median(frames) == 1


def at_first(root: ElementHandle) -> dict[str, Any]:
    return json.loads(root.get_attribute("data-state"))


def approximately(state: dict[str, Any]) -> dict[str, Any]:
    """A state whose numbers are those of another to four digits."""
    near = lambda value: value if is_text(value) else pytest.approx(value, rel=5e-4, abs=1e-12)
    return {key: near(value) for key, value in state.items()}


#: Whether the address holds everything that is drawn: each trait is written, or as it was at first.
#: An address that lacks a changed trait was written between two changes, and is not yet the last.
WRITTEN = """([root, first]) => {
  const query = new URLSearchParams(location.hash.split('?')[1] ?? '');
  const state = Object.entries(JSON.parse(root.dataset.state));
  const near = (item, text) => typeof item === 'number'
    ? Math.abs(item - Number(text)) <= 5e-4 * Math.abs(item)
    : String(item) === decodeURIComponent(text);
  const agree = (value, text) => [value].flat().every((item, i) => near(item, text.split(',')[i]));
  return [...query].length > 0 && state.every(([name, value]) => query.has(name)
    ? agree(value, query.get(name))
    : JSON.stringify(value) === JSON.stringify(first[name]));
}"""


@pytest.fixture(scope="module")
def sent(open_live: OpenLive, browser: Browser, file_url: str, chosen: Explorable) -> Iterator[Any]:
    """A state as a reader has left it, its link, and a page opened from a file by that link."""
    live = open_live(chosen)
    first = at_first(live.root)
    for control in controls(live.root)[::-3]:
        control.press("PageUp")
    state = {key: value for key, value in live.check().items() if key in first}
    live.page.wait_for_function(WRITTEN, arg=[live.root, first], timeout=PATIENCE)
    link = live.page.evaluate("location.hash")
    size = {"width": DESKTOP[0], "height": DESKTOP[1]}
    visit = Visit(browser.new_page(viewport=size, bypass_csp=True))
    visit.record(file_url)
    visit.page.goto(file_url + chosen.page + link)
    yield state, link, visit
    visit.page.close()


def test_a_state_can_be_sent_as_a_link(sent: Any, chosen: Explorable) -> None:
    state, link, visit = sent
    assert link.startswith(f"#{chosen.anchor}?")
    root = wait_until_live(visit.page, chosen)
    next_frame(visit.page)
    assert at_first(root) == approximately(state), "a link has four digits"
    assert root.evaluate("root => Math.abs(root.getBoundingClientRect().top)") < DESKTOP[1]

    visit.page.evaluate("location.hash = '#main-content'")
    next_frame(visit.page)
    assert at_first(root) == approximately(state), "an anchor is no state"


def test_everything_works_from_the_file_system(sent: Any, chosen: Explorable) -> None:
    *_, visit = sent
    root = wait_until_live(visit.page, chosen)
    root.query_selector(".toy-reset").click()
    next_frame(visit.page)
    for control in controls(root):
        before = check(root, chosen)
        control.press("PageDown")
        next_frame(visit.page)
        if check(root, chosen) == before:  # it stood at its lowest
            control.press("PageUp")
            next_frame(visit.page)
        assert check(root, chosen) != before
    visit.page.wait_for_function("location.hash.includes('?')", timeout=PATIENCE)
    assert visit.problems == []


#: Where the handle of a slider is: of a bar its end, of a value's the end that is not at zero.
HANDLE = """slider => {
    slider.scrollIntoView({ block: "center" });
    const box = (slider.querySelector(".toy-bar-track") ?? slider).getBoundingClientRect();
    const [low, high, now] = slider.matches("input")
        ? [Number(slider.min), Number(slider.max), slider.valueAsNumber]
        : ["min", "max", "now"].map(name => Number(slider.getAttribute(`aria-value${name}`)));
    const share = (now - low) / (high - low);
    return [box.left + box.width * share, box.top + box.height / 2, box.left, box.width];
}"""

SIDEWAYS = '[role="slider"]:not([aria-orientation=vertical], .toy-point), input[type="range"]'


def test_a_finger_that_scrolls_moves_no_slider(open_live: OpenLive) -> None:
    # This one has each kind: ranges, bars, and bars of values.
    (explorable,) = (e for e in EXPLORABLES if e.name == "Gibbs")
    live = open_live(explorable, viewport=(390, 844), has_touch=True, is_mobile=True)
    touch = live.page.context.new_cdp_session(live.page)

    def swipe(x: float, y: float, across: float, up: float) -> None:
        for share in np.linspace(0, 1, 6):
            points = [{"x": x + share * across, "y": y - share * up}]
            kind = "touchMove" if share else "touchStart"
            touch.send("Input.dispatchTouchEvent", {"type": kind, "touchPoints": points})
            live.page.wait_for_timeout(16)
        live.page.wait_for_timeout(100)  # at rest, so that no momentum is left
        touch.send("Input.dispatchTouchEvent", {"type": "touchEnd", "touchPoints": []})
        next_frame(live.page)

    for slider in live.root.query_selector_all(SIDEWAYS):
        before = position_of(slider)
        x, y, left, width = slider.evaluate(HANDLE)
        for start in (x, left + width / 4):
            slider.evaluate(HANDLE)
            top = live.page.evaluate("scrollY")
            swipe(start, y, 12, 150)
            assert live.page.evaluate("scrollY") > top, slider.get_attribute("aria-label")
            assert position_of(slider) == before
        x, y, left, width = slider.evaluate(HANDLE)
        swipe(x, y, width / 4 if x < left + width / 2 else -width / 4, 10)
        assert position_of(slider) != before


def test_a_slider_shows_where_colours_are_forced(live: Live) -> None:
    live.page.emulate_media(forced_colors="active")
    try:
        live.page.keyboard.press("Tab")
        for slider in live.root.query_selector_all(CONTROLS):
            slider.focus()
            style = "slider => getComputedStyle(slider).outlineStyle"
            assert slider.evaluate(style) == "solid"
        for track in live.root.query_selector_all("input[type=range]"):
            pixels = np.asarray(Image.open(BytesIO(track.screenshot())).convert("RGB"), int)
            middle, paper = pixels[len(pixels) // 2], pixels[1, 1]
            assert np.mean(np.abs(middle - paper).sum(-1) > 100) > 0.9, "from end to end"
        for fill in live.root.query_selector_all(
            ".toy-bar:not([data-role=reference]) .toy-bar-fill"
        ):
            style = "bar => getComputedStyle(bar).backgroundColor"
            paper = live.root.evaluate(style)
            assert fill.evaluate(style) not in (paper, "rgba(0, 0, 0, 0)")
    finally:
        live.page.emulate_media(forced_colors="none")


def test_a_phone_shows_all_of_it_with_room_for_a_finger(live: Live) -> None:
    try:
        for width in (PHONE[0], 320):
            live.page.set_viewport_size({"width": width, "height": PHONE[1]})
            next_frame(live.page)
            if width == PHONE[0]:
                assert live.page.evaluate("document.documentElement.scrollWidth") <= width
            assert live.root.evaluate("root => root.scrollWidth <= root.clientWidth")
            assert live.root.evaluate("root => root.getBoundingClientRect().right") <= width
            for target in [*controls(live.root), *live.root.query_selector_all("button")]:
                box = target.bounding_box()
                assert min(box["width"], box["height"]) >= 24, target.evaluate("t => t.outerHTML")
    finally:
        live.page.set_viewport_size({"width": DESKTOP[0], "height": DESKTOP[1]})


@pytest.mark.parametrize("page", sorted({explorable.page for explorable in EXPLORABLES}))
def test_a_still_picture_stands_where_scripts_do_not_run(open_page: OpenPage, page: str) -> None:
    opened = open_page(page, java_script=False).page
    stills = opened.locator(".explorable img.explorable-still.only-light")
    assert stills.count() == len(Source(page.removesuffix(".html")).figures)
    for i in range(stills.count()):
        assert stills.nth(i).is_visible()
        assert re.search(r"\d", stills.nth(i).get_attribute("alt"))


def test_the_still_picture_is_printed(live: Live) -> None:
    box = f'.explorable:has([data-anchor="{live.explorable.anchor}"])'
    still = live.page.locator(f"{box} img.only-light")
    assert live.root.is_visible()
    assert not still.is_visible()
    live.page.emulate_media(media="print")
    assert still.is_visible()
    assert not live.root.is_visible()
    live.page.emulate_media(media="screen")


def all_explorables(attributes: str = "") -> str:
    classes = [getattr(toy.explorables, explorable.name) for explorable in EXPLORABLES]
    return static_page(*(cls() for cls in classes), views=[*range(len(classes))], theme=attributes)


@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize("known_by", ["the book", "JupyterLab", "the system"])
def test_colours_are_the_palettes(open_static: Any, theme: str, known_by: str) -> None:
    html = all_explorables(f'data-theme="{theme}"' if known_by == "the book" else "")
    if known_by == "JupyterLab":
        is_light = str(theme == "light").lower()
        html = html.replace("<main>", f'<body data-jp-theme-light="{is_light}"><main>')
    other = {"light": "dark", "dark": "light"}[theme]
    page = open_static(html, color_scheme=theme if known_by == "the system" else other)
    for root in page.query_selector_all(".toy"):
        for role, colour in PALETTE.items():
            script = f"root => getComputedStyle(root).getPropertyValue('--toy-{role}')"
            assert root.evaluate(script).strip() == getattr(colour, theme)
        red, green, blue = bytes.fromhex(getattr(PALETTE["policy"], theme)[1:])
        if not (fill := root.query_selector('[data-role="policy"] .toy-bar-fill')):
            continue
        painted = fill.evaluate("bar => getComputedStyle(bar).backgroundColor")
        assert painted == f"rgb({red}, {green}, {blue})"


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_axe_finds_nothing(open_static: Any, theme: str) -> None:
    page = open_static(all_explorables(f'data-theme="{theme}"'))
    for reveal in page.query_selector_all("button:has-text('Reveal')"):
        reveal.click()
    page.evaluate((ROOT / "node_modules/axe-core/axe.min.js").read_text("utf-8"))
    found = page.evaluate("axe.run('main')")["violations"]
    assert [(v["id"], [n["html"][:120] for n in v["nodes"]]) for v in found] == []


LABORATORIES = [
    e.name for e in EXPLORABLES if not issubclass(getattr(toy.explorables, e.name), Scene)
]


@pytest.mark.parametrize("name", LABORATORIES)
@pytest.mark.parametrize("width", [760, 358])
def test_a_laboratory_fits_a_screen_and_nothing_jumps(
    open_static: Any, name: str, width: int
) -> None:
    widget = getattr(toy.explorables, name)()
    page = open_static(
        static_page(widget, views=[0]).replace("<main>", "<style>body{margin:0}</style><main>"),
        viewport={"width": width, "height": 900},
    )
    root, heights = page.query_selector(".toy"), set()
    for setting in [None, *root.query_selector_all(".toy-setting")]:
        if setting:
            setting.click()
        next_frame(page)
        heights.add(asked := root.bounding_box()["height"])
        if reveal := root.query_selector("button:text-is('Reveal')"):
            reveal.click()
            next_frame(page)
            assert root.bounding_box()["height"] == asked, "nothing jumps"
    if width > PHONE[0]:
        assert max(heights) <= 850


def of_size(cls: type[toy.explorables.Explorable], size: int) -> dict[str, Any]:
    """Return rows for so many responses, for those traits that have one entry for each."""
    labels = cls.declared().get("responses")
    if labels is None or not labels.low <= size <= labels.high:
        return {}
    rows: dict[str, Any] = {"responses": ["A", "B", "C", "D"][:size]}
    for name, trait in cls.declared().items():
        if isinstance(trait, Row) and trait.length is None:
            is_policy = isinstance(trait, Distribution)
            rows[name] = [1 / size if is_policy else 0.1 * i for i in range(size)]
    return rows


@pytest.mark.parametrize("size", [2, 4])
def test_a_setting_leaves_no_row_of_another_length(open_static: Any, size: int) -> None:
    for name in LABORATORIES:
        cls = getattr(toy.explorables, name)
        if not (rows := of_size(cls, size)):
            continue
        page = open_static(static_page(cls(**rows), views=[0]))
        for setting in page.query_selector_all(".toy-setting"):
            setting.click()
            next_frame(page)
            root = page.query_selector(".toy")
            cls(**at_first(root))
            assert "NaN" not in root.inner_text()


#: Attributes that hold no number, and dots of a chart that lie outside it.
UNDRAWN = """root => {
  const attributes = [...root.querySelectorAll("*")]
    .flatMap((element) => [...element.attributes].map(({ name, value }) => `${name}=${value}`));
  const dots = [...root.querySelectorAll(".toy-chart")].flatMap((chart) => {
    const { top, bottom } = chart.getBoundingClientRect();
    return [...chart.querySelectorAll(".toy-handle path")]
      .map((dot) => dot.getBoundingClientRect())
      .filter((dot) => dot.top < top || dot.bottom > bottom)
      .map((dot) => `dot at ${dot.top}`);
  });
  const wrong = (text) => /NaN|Infinity|undefined/.test(text) && !text.startsWith("data-");
  return [...attributes.filter(wrong), ...dots];
}"""


@pytest.mark.parametrize("end", ["low", "high"])
def test_whatever_a_trait_may_hold_can_be_drawn(open_static: Any, end: str) -> None:
    classes = [getattr(toy.explorables, explorable.name) for explorable in EXPLORABLES]
    widgets = [extreme(cls, end) for cls in classes]
    page = open_static(static_page(*widgets, views=[*range(len(widgets))]))
    for reveal in page.query_selector_all("button:has-text('Reveal')"):
        reveal.click()
    roots = page.query_selector_all(".toy")
    assert len(roots) == len(widgets)
    assert [root.evaluate(UNDRAWN) for root in roots] == [[]] * len(roots)
    assert open_static.said == []


def test_an_explorable_that_cannot_start_leaves_its_picture_and_says_so(open_static: Any) -> None:
    broken, sound = (getattr(toy.explorables, name)() for name in toy.explorables.__all__[1:3])
    broken._esm = "export default { render() { throw new Error('broken on purpose'); } }"
    page = open_static(static_page(broken, sound, views=[0, 1]))
    boxes = page.query_selector_all(".explorable")
    assert boxes[0].query_selector(".explorable-still").is_visible()
    assert "could not start" in boxes[0].query_selector(".explorable-note").inner_text()
    assert "is-live" not in boxes[0].get_attribute("class")
    assert "is-live" in boxes[1].get_attribute("class")
