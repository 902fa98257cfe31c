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
from playwright.sync_api import ElementHandle

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
    assert live.root.evaluate("root => root.firstElementChild.className") == "toy-question"
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
        assert said(live, "why").endswith(f". {scene.why()}")
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


def test_who_has_seen_all_is_asked_no_more(live: Live) -> None:
    assert live.button("Reveal").is_enabled()
    ends, questions = [], {said(live, "question")}
    for key in ("Home", "End"):
        live.find("input[type=range]").press(key)
        ends.append("answer" in live.check())
        questions.add(said(live, "question"))
        assert bool(live.button("All seen")) == ends[-1]
        assert not ends[-1] or not live.button("All seen").is_enabled()
    assert any(ends) or len(questions) == 3, "the control leads to the answer, or asks anew"


def test_each_stands_alone_where_the_address_asks_for_it(
    open_static: Any, chosen: Explorable
) -> None:
    classes = [getattr(toy.explorables, e.name) for e in SCENES]
    html = static_page(*(cls() for cls in classes), views=[*range(len(classes))])
    page = open_static(html, f"?embed#{chosen.anchor}", viewport={"width": 390, "height": 844})
    assert page.locator("body > *:visible").count() == 1
    assert page.get_attribute(".toy-mount", "data-anchor") == chosen.anchor
    assert page.evaluate("document.documentElement.scrollWidth") <= 390
