"""The explorables as a reader meets them in the built book: every control and every number."""

from __future__ import annotations

import json
import re
import statistics
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from explorables.kl_estimators.facts import DIRECTIONS, ESTIMATORS, KL_PATH
from explorables.live import (
    CONTROLS,
    PATIENCE,
    Explorable,
    Live,
    OpenLive,
    check,
    next_frame,
    shown,
    wait_until_live,
)
from playwright.sync_api import Browser, ElementHandle, Page
from registry import EXPLORABLES
from visits import DESKTOP, PHONE, ROOT, OpenPage

import toy
from toy.figures.palette import PALETTE

each = pytest.mark.parametrize("explorable", EXPLORABLES, ids=lambda e: e.name)


def controls(root: ElementHandle) -> list[ElementHandle]:
    return root.query_selector_all(CONTROLS)


def value_of(control: ElementHandle) -> float:
    return control.evaluate("c => Number(c.value ?? c.getAttribute('aria-valuenow'))")


def position_of(control: ElementHandle) -> str:
    """Where a control stands: what a screen reader says of it, and its number."""
    return control.evaluate("c => `${c.getAttribute('aria-valuetext')} ${c.value}`")


def flat(state: dict[str, Any]) -> list[float]:
    numbers = {key: value for key, value in state.items() if key != "responses"}
    return [float(number) for key in sorted(numbers) for number in np.ravel(numbers[key])]


@pytest.fixture(scope="module", params=EXPLORABLES, ids=lambda e: e.name)
def chosen(request: pytest.FixtureRequest) -> Explorable:
    """Each in turn, so that its tests share a page."""
    return request.param


@pytest.fixture
def live(open_live: OpenLive, chosen: Explorable) -> Live:
    return open_live(chosen)


def only(*explorables: Explorable) -> pytest.MarkDecorator:
    """Run a test that uses `live` for these explorables alone."""
    return pytest.mark.parametrize("chosen", explorables, indirect=True, ids=lambda e: e.name)


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
        live.check()
        handle.press("ArrowUp")
        live.check()
        handle.press("ArrowUp")
        live.check()
        apart = position_of(handle)
        handle.press("Home")
        live.check()
        handle.evaluate(twice)
        live.check()
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
    for radio in live.root.query_selector_all("input[type=radio]"):
        radio.click()
        live.check()
        assert radio.is_checked()


def test_every_range_and_every_marker_follows_the_mouse(live: Live) -> None:
    targets = live.root.query_selector_all("input[type=range], .toy-draggable")
    assert len(targets) == live.explorable.dragged
    for i, target in enumerate(targets):
        target.scroll_into_view_if_needed()
        before, box = live.check(), target.bounding_box()
        y = box["y"] + box["height"] / 2
        live.page.mouse.move(box["x"] + 0.8 * box["width"], y)
        live.page.mouse.down()
        live.page.mouse.move(box["x"] + (0.1 + 0.1 * i) * box["width"], y, steps=3)
        live.page.mouse.up()
        assert live.check() != before


def test_named_settings_and_reset(live: Live) -> None:
    first = live.check()
    for button in live.root.query_selector_all(".toy-toolbar button:not(.toy-reset)"):
        button.click()
        assert live.check() != first
    controls(live.root)[0].press("PageDown")
    assert live.check() != first
    live.find(".toy-reset").click()
    assert live.check() == first
    live.page.wait_for_function("!location.hash.includes('?')", timeout=PATIENCE)


@only(ESTIMATORS)
def test_the_homeworks_numbers_are_a_press_away(live: Live) -> None:
    state = live.press("Homework 1E")
    assert state["kl"] == pytest.approx(1.614463, abs=1e-6)
    state = live.press("k3 loses")
    assert state["k3.std"] > 5 * state["k1.std"]


@only(KL_PATH)
def test_a_guess_is_compared_with_the_exact_crossover(live: Live) -> None:
    assert "answer" not in live.check(), "nothing is revealed before the guess"
    assert live.find(".toy-cover")
    live.find(".toy-predict input").press("ArrowRight")
    live.button("Reveal").press("Enter")
    state = live.check()
    exact = toy.variance_crossover(state["policy"], state["reference"])
    assert state["answer"] == pytest.approx(exact, rel=1e-9)
    assert state["distance"] == pytest.approx(abs(state["guess"] - exact))
    assert not live.find(".toy-cover")
    live.find('[role="slider"]').press("PageDown")
    assert live.check()["answer"] != state["answer"], "the answer follows the bars"
    live.button("Guess again").press("Enter")
    assert "answer" not in live.check()


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
          const cell = root.querySelector('[data-key][data-value]:not(output)');
          const control = root.querySelector('[role=slider], input[type=range]');
          const samples = [];
          for (let i = 0; i < 41; i++) {
            await frame();
            const before = cell.dataset.value, start = performance.now();
            const key = i % 2 ? 'ArrowLeft' : 'ArrowRight';
            if (control.type === 'range') {
              const step = (i % 2 ? -1 : 1) * (Number(control.step) || 1);
              control.value = Number(control.value) + step;
              control.dispatchEvent(new Event('input', { bubbles: true }));
            } else control.dispatchEvent(new KeyboardEvent('keydown', { key, bubbles: true }));
            let frames = 0;
            while (cell.dataset.value === before && frames < 60) { await frame(); frames++; }
            samples.push([frames, performance.now() - start]);
          }
          return samples;
        }"""
    )
    frames, times = zip(*samples, strict=True)
    record_property("median ms from key to drawn", statistics.median(times))
    assert statistics.median(frames) == 1


#: Whether the address holds everything that is drawn: each trait is written, or as it was at first.
#: An address that lacks a changed trait was written between two changes, and is not yet the last.
WRITTEN = """([root, first]) => {
  const query = new URLSearchParams(location.hash.split('?')[1] ?? '');
  const state = Object.entries(JSON.parse(root.dataset.state));
  return [...query].length > 0 && state.every(([name, value]) => query.has(name)
    ? [value].flat().map(item => encodeURIComponent(item)).join(',') === query.get(name)
      || [value].flat().join(',') === query.get(name)
    : JSON.stringify(value) === JSON.stringify(first[name]));
}"""


@each
def test_a_state_can_be_sent_as_a_link(open_page: OpenPage, explorable: Explorable) -> None:
    page = open_page(explorable.page).page
    root = wait_until_live(page, explorable)
    first = json.loads(root.get_attribute("data-state"))
    for control in controls(root)[::3]:
        control.press("PageUp")
    next_frame(page)
    state = {key: value for key, value in shown(root).items() if key != "guess"}
    page.wait_for_function(WRITTEN, arg=[root, first], timeout=PATIENCE)
    assert page.evaluate("location.hash").startswith(f"#{explorable.anchor}?")

    page.goto("about:blank")
    page.go_back()
    root = wait_until_live(page, explorable)
    next_frame(page)
    assert {key: shown(root)[key] for key in state} == state
    assert root.evaluate("root => Math.abs(root.getBoundingClientRect().top)") < DESKTOP[1]

    page.evaluate("location.hash = '#main-content'")
    next_frame(page)
    assert {key: shown(root)[key] for key in state} == state, "an anchor is no state"


@each
def test_everything_works_from_the_file_system(open_page: OpenPage, explorable: Explorable) -> None:
    visit = open_page(explorable.page, scheme="file")
    root = wait_until_live(visit.page, explorable)
    first = check(root, explorable)
    for control in controls(root):
        control.press("PageDown")
        next_frame(visit.page)
        assert check(root, explorable) != first
    visit.page.wait_for_function("location.hash.includes('?')", timeout=PATIENCE)
    assert visit.problems == []


def test_a_link_can_be_written_by_hand(open_page: OpenPage) -> None:
    page = open_page(
        ESTIMATORS.page, hash="#kl-estimators?policy=.6,.3,.05,.05&num_samples=25"
    ).page
    root = wait_until_live(page, ESTIMATORS)
    next_frame(page)
    state = check(root, ESTIMATORS)
    assert state["policy"] == [0.6, 0.3, 0.05, 0.05]
    assert state["num_samples"] == 25
    page.evaluate("location.hash = '#kl-estimators?num_samples=4'")
    drawn = "document.querySelector('[data-key=num_samples]').dataset.value === '4'"
    page.wait_for_function(drawn, timeout=PATIENCE)
    assert check(root, ESTIMATORS)["policy"] != state["policy"], "the rest is as at first"


@each
def test_a_phone_shows_all_of_it_with_room_for_a_finger(
    open_page: OpenPage, explorable: Explorable
) -> None:
    page = open_page(explorable.page, viewport=PHONE).page
    root = wait_until_live(page, explorable)
    assert page.evaluate("document.documentElement.scrollWidth") <= PHONE[0]
    for width in (PHONE[0], 320):
        page.set_viewport_size({"width": width, "height": PHONE[1]})
        next_frame(page)
        assert root.evaluate("root => root.scrollWidth <= root.clientWidth")
        assert root.evaluate("root => root.getBoundingClientRect().right") <= width
        for target in [*controls(root), *root.query_selector_all("button")]:
            box = target.bounding_box()
            assert min(box["width"], box["height"]) >= 24, target.evaluate("t => t.outerHTML")


@each
def test_a_still_picture_stands_where_scripts_do_not_run(
    open_page: OpenPage, explorable: Explorable
) -> None:
    page = open_page(explorable.page, java_script=False).page
    stills = page.locator(".explorable img.explorable-still.only-light")
    assert stills.count() == len([e for e in EXPLORABLES if e.page == explorable.page])
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


def test_a_finger_drags_a_bar_by_its_end_alone(open_live: OpenLive) -> None:
    live = open_live(DIRECTIONS, PHONE, has_touch=True)
    bar = live.find('[role="slider"]')
    bar.scroll_into_view_if_needed()
    track = bar.query_selector(".toy-bar-track").bounding_box()
    devtools = live.page.context.new_cdp_session(live.page)

    def touch(kind: str, *places: float) -> None:
        y = track["y"] + track["height"] / 2
        points = [{"x": track["x"] + place * track["width"], "y": y} for place in places]
        devtools.send("Input.dispatchTouchEvent", {"type": kind, "touchPoints": points})

    def swipe(start: float, end: float) -> float:
        touch("touchStart", start)
        for place in np.linspace(start, end, 6):
            touch("touchMove", float(place))
        touch("touchEnd")
        next_frame(live.page)
        return value_of(bar)

    before = value_of(bar)
    assert swipe(before - 0.5, before - 0.3) == before, "elsewhere a finger scrolls the page"
    assert abs(swipe(before, 0.4) - 0.4) < 0.01
    live.check()


def static_page(*widgets: toy.explorables.Explorable, views: list[int], theme: str = "") -> str:
    """Return a page such as myst-nb writes: the widgets' states, and a view for each index."""
    kept = str | int | float | list | dict
    state = {
        widget.model_id: {
            "state": {k: v for k, v in widget.get_state().items() if isinstance(v, kept)}
        }
        for widget in widgets
    }
    references = [json.dumps({"model_id": widgets[i].model_id}) for i in views]
    boxes = "".join(
        '<div class="explorable"><p class="explorable-still">still</p>'
        f'<script type="application/vnd.jupyter.widget-view+json">{reference}</script></div>'
        for reference in references
    )
    host = (ROOT / "book/assets/widget_host.js").read_text("utf-8")
    embedded = json.dumps({"state": state}).replace("</", "<\\/")
    return (
        f'<!doctype html><html lang="en" {theme}><title>Explorables</title><main><h1>All</h1>'
        f'{boxes}</main><script type="application/vnd.jupyter.widget-state+json">'
        f"{embedded}</script><script>{host}</script>"
    )


@pytest.fixture
def open_static(browser: Browser, tmp_path: Path) -> Iterator[Any]:
    """A function that writes a static page, opens it with a hash, and waits for its widgets."""
    opened: list[Page] = []

    def open_one(html: str, hash: str = "", **options: Any) -> Page:
        target = tmp_path / f"{len(opened)}.html"
        target.write_text(html, "utf-8")
        opened.append(browser.new_page(**options))
        opened[-1].goto(target.as_uri() + hash)
        opened[-1].wait_for_selector("html[data-explorables=ready]", timeout=PATIENCE)
        return opened[-1]

    yield open_one
    for page in opened:
        page.close()


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


def test_views_of_one_model_move_together_and_models_of_one_name_are_told_apart(
    open_static: Any,
) -> None:
    one, two = toy.explorables.KLDirections(), toy.explorables.KLDirections()
    html = static_page(one, two, views=[0, 1, 0])
    page = open_static(html)
    anchors = page.eval_on_selector_all(".toy-mount", "all => all.map(m => m.dataset.anchor)")
    assert anchors == ["kl-directions", "kl-directions-2", "kl-directions"]
    roots = page.query_selector_all(".toy")
    roots[0].query_selector('[role="slider"]').press("PageDown")
    next_frame(page)
    first, other, third = (shown(root) for root in roots)
    assert first == third != other
    assert page.eval_on_selector_all("style", "all => all.length") == 2, "one style, and the host's"

    page = open_static(html, hash="#kl-directions-2?policy=.2,.3,.5")
    next_frame(page)
    first, other, _ = (shown(root) for root in page.query_selector_all(".toy"))
    assert other["policy"] == [0.2, 0.3, 0.5] != first["policy"]


def test_labels_with_commas_and_signs_survive_a_link(open_static: Any) -> None:
    labels = ["yes, of course", "50% & more?", "né #1"]
    policies = {"policy": [0.2, 0.3, 0.5], "reference": [0.5, 0.3, 0.2]}
    html = static_page(toy.explorables.KLDirections(responses=labels, **policies), views=[0])
    page = open_static(html)
    page.query_selector('[role="slider"]').press("PageUp")
    page.wait_for_function("location.hash.includes('policy=')", timeout=PATIENCE)
    assert "responses" not in page.evaluate("location.hash"), "only what was changed is written"
    query = "responses=" + ",".join(page.evaluate("l => l.map(encodeURIComponent)", labels))
    page = open_static(html.replace("yes, of course", "no"), hash=f"#kl-directions?{query}")
    next_frame(page)
    assert page.locator(".toy-bars-label").all_inner_texts() == labels


@pytest.mark.parametrize(
    "query",
    [
        "policy=.6,.3",
        "policy=.6,.3,.3,.3",
        "policy=1,0,0,0",
        "policy=a,b,c,d",
        "num_samples=0",
        "num_samples=1e9",
        "num_samples=",
        "num_samples=2.5",
        "_esm=alert(1)",
        "policy=%E0%A4%A",
        "",
    ],
)
def test_a_malformed_link_changes_nothing_and_breaks_nothing(open_static: Any, query: str) -> None:
    html = static_page(toy.explorables.KLEstimators(), views=[0])
    first = shown(open_static(html).query_selector(".toy"))
    page = open_static(html, hash=f"#kl-estimators?{query}")
    complaints: list[str] = []
    page.on("console", lambda m: complaints.append(f"{m.type}: {m.text}"))
    page.on("pageerror", lambda error: complaints.append(f"error: {error}"))
    page.reload()
    page.wait_for_selector("html[data-explorables=ready]", timeout=PATIENCE)
    next_frame(page)
    assert shown(page.query_selector(".toy")) == first
    assert [c.split(":")[0] for c in complaints] == ["info"]


def test_an_explorable_that_cannot_start_leaves_its_picture_and_says_so(open_static: Any) -> None:
    broken, sound = toy.explorables.KLPath(), toy.explorables.KLDirections()
    broken._esm = "export default { render() { throw new Error('broken on purpose'); } }"
    page = open_static(static_page(broken, sound, views=[0, 1]))
    boxes = page.query_selector_all(".explorable")
    assert boxes[0].query_selector(".explorable-still").is_visible()
    assert "could not start" in boxes[0].query_selector(".explorable-note").inner_text()
    assert "is-live" not in boxes[0].get_attribute("class")
    assert "is-live" in boxes[1].get_attribute("class")
