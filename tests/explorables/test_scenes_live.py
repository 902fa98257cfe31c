"""What every scene promises: it fits, asks, takes the guess in the picture, says why, hides."""

from __future__ import annotations

from typing import Any

import pytest
from explorables.live import (
    Explorable,
    Live,
    OpenLive,
    found,
    next_frame,
    static_page,
)
from playwright.sync_api import CDPSession, ElementHandle, Page

import toy
from toy.explorables.scene import Scene

SCENES = [e for e in found() if issubclass(getattr(toy.explorables, e.name), Scene)]

#: What a scene may fill, on a desktop and on a phone, in pixels.
BUDGETS = {"desktop": (720, 480), "phone": (390, 560)}


@pytest.fixture(scope="module", params=SCENES, ids=lambda e: e.name)
def chosen(request: pytest.FixtureRequest) -> Explorable:
    return request.param


@pytest.fixture
def live(open_live: OpenLive, chosen: Explorable) -> Live:
    return open_live(chosen, reduced_motion="reduce")


def presets(live: Live) -> list[ElementHandle]:
    return live.root.query_selector_all(".toy-toolbar .toy-setting")


def as_python(live: Live) -> Scene:
    """Return the scene that Python makes of the state shown."""
    cls = getattr(toy.explorables, live.explorable.name)
    return cls(**{name: live.check()[name] for name in cls.declared()})


def said(live: Live, part: str) -> str:
    return live.find(f".toy-{part}").text_content()


@pytest.mark.parametrize("device", BUDGETS)
def test_it_fits_asked_and_revealed_and_nothing_jumps(
    open_static: Any, chosen: Explorable, device: str
) -> None:
    width, height = BUDGETS[device]
    scene = getattr(toy.explorables, chosen.name)()
    page = open_static(
        static_page(scene, views=[0]).replace(
            "<main>", "<style>body{margin:0}h1{display:none}</style><main>"
        ),
        viewport={"width": width, "height": height},
    )
    root = page.query_selector(".toy")
    for button in root.query_selector_all(".toy-toolbar .toy-setting"):
        button.click()
        next_frame(page)
        asked = root.bounding_box()
        root.query_selector("button:text-is('Reveal')").click()
        next_frame(page)
        assert root.bounding_box() == asked, "nothing jumps"
        assert asked["width"] <= width
        assert asked["height"] <= height


def test_it_has_one_question_at_most_two_controls_and_one_picture(live: Live) -> None:
    assert live.find(":scope > :first-child > .toy-question")
    assert said(live, "question").endswith("?")
    assert 1 <= len(live.root.query_selector_all("input, select")) <= 2
    assert len(live.root.query_selector_all(".toy-chart")) == 1
    assert len(live.root.query_selector_all(".toy-guess[role=slider]")) == 1


def test_its_words_are_pythons_in_every_preset(live: Live) -> None:
    for preset in presets(live):
        preset.click()
        next_frame(live.page)
        assert said(live, "question") == as_python(live).question()
        assert "answer" not in live.check(), "another preset hides the answer"
        assert not live.find(".toy-truth")
        state = live.press("Reveal")
        scene = as_python(live)
        assert said(live, "answer").endswith(f". {scene.why()}")
        assert state["answer"] == pytest.approx(scene.truth(), rel=1e-9)
        assert not ((cover := live.find(".toy-cover")) and cover.is_visible())
        assert live.find(".toy-truth").is_visible()


def test_the_active_preset_is_marked(live: Live) -> None:
    for preset in presets(live):
        preset.click()
        next_frame(live.page)
        marked = [b for b in presets(live) if b.get_attribute("aria-pressed") == "true"]
        assert [b.text_content() for b in marked] == [preset.text_content()]


def test_the_guess_is_dragged_in_the_picture_and_by_keys(live: Live) -> None:
    first = live.check()["guess"]
    box = live.find(".toy-guess-grip").bounding_box()
    x, y = box["x"] + box["width"] / 2, box["y"] + box["height"] / 2
    away = live.drag((x, y), (x - 60, y + 60))["guess"]
    assert away < first
    live.find(".toy-guess").press("ArrowUp")
    assert live.check()["guess"] > away
    assert "answer" not in live.check()


def test_who_has_seen_all_may_guess_again(live: Live) -> None:
    ends, questions = [], {said(live, "question")}
    for key in ("Home", "End"):
        live.find("input[type=range]").press(key)
        ends.append("answer" in live.check())
        questions.add(said(live, "question"))
        assert bool(live.button("Guess again")) == ends[-1]
        if ends[-1]:
            assert "answer" not in live.press("Guess again"), "it goes back to before"
            assert live.button("Reveal").is_enabled()
    assert any(ends) or len(questions) > 1, "the control leads to the answer, or asks anew"


def test_what_is_played_changes_no_preset(live: Live) -> None:
    marked = [button.get_attribute("aria-pressed") for button in presets(live)]
    if live.find(".toy-player"):
        live.press("Step")
        assert [button.get_attribute("aria-pressed") for button in presets(live)] == marked


def touched(page: Page, touch: CDPSession, *places: tuple[float, float]) -> None:
    """Put a finger down, move it and lift it."""
    kinds = ["touchStart", *["touchMove"] * (len(places) - 1)]
    for kind, (x, y) in zip(kinds, places, strict=True):
        touch.send("Input.dispatchTouchEvent", {"type": kind, "touchPoints": [{"x": x, "y": y}]})
        page.wait_for_timeout(16)
    page.wait_for_timeout(100)  # at rest, so that no momentum is left
    touch.send("Input.dispatchTouchEvent", {"type": "touchEnd", "touchPoints": []})
    next_frame(page)


TALL = "<style>body{margin:0;padding:80px 0 1500px}h1{display:none}</style>"
PHONE = '<meta name="viewport" content="width=device-width">'
GUESS = "root => Number(root.querySelector('[data-key=guess]').dataset.value)"


@pytest.mark.parametrize("name", ["Tilt", "CleanClock"])
def test_a_finger_taps_and_drags_the_guess_and_still_scrolls(open_static: Any, name: str) -> None:
    html = static_page(getattr(toy.explorables, name)(), views=[0])
    page = open_static(
        html.replace("<main>", f"{PHONE}{TALL}<main>"),
        viewport={"width": 390, "height": 700},
        has_touch=True,
        is_mobile=True,
    )
    touch, root = page.context.new_cdp_session(page), page.query_selector(".toy")
    surface = root.query_selector(".toy-draggable").bounding_box()
    across, down = (surface["x"] + 20, surface["y"] + 20)
    first = root.evaluate(GUESS)
    touched(page, touch, *[(across, down + 120 - 20 * i) for i in range(8)])
    assert page.evaluate("scrollY") > 0
    assert root.evaluate(GUESS) == first, "a finger that scrolls moves nothing"
    page.evaluate("scrollTo(0, 0)")
    touched(page, touch, (across, down))
    tapped = root.evaluate(GUESS)
    assert tapped != first
    if name == "Tilt":  # along x a finger drags from anywhere
        touched(page, touch, *[(across + 15 * i, down + 60) for i in range(8)])
    else:  # along y from near the marker
        grip = root.query_selector(".toy-guess-grip").bounding_box()
        x, y = grip["x"] + 8, grip["y"] + 8
        touched(page, touch, *[(x + 10, y + 15 * i) for i in range(5)])
    assert root.evaluate(GUESS) not in (first, tapped)
    assert page.evaluate("scrollY") == 0


def test_each_stands_alone_where_the_address_asks_for_it(
    open_static: Any, chosen: Explorable
) -> None:
    classes = [getattr(toy.explorables, e.name) for e in SCENES]
    html = static_page(*(cls() for cls in classes), views=[*range(len(classes))])
    page = open_static(html, f"?embed#{chosen.anchor}", viewport={"width": 390, "height": 844})
    assert page.locator("body > *:visible").count() == 1
    assert page.get_attribute(".toy-mount", "data-anchor") == chosen.anchor
    assert page.evaluate("document.documentElement.scrollWidth") <= 390
