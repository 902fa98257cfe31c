"""The triangle of the policy gradient: dragging about, the guess, the named settings."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from explorables.live import Live, OpenLive, Place, next_frame, shown, static_page
from explorables.policy_simplex.facts import POLICY_SIMPLEX, turned
from visits import PHONE, ROOT

import toy


@pytest.fixture
def live(open_live: OpenLive) -> Live:
    return open_live(POLICY_SIMPLEX)


@pytest.mark.parametrize("trait", ["policy", "reference"])
def test_a_point_follows_the_mouse_and_stays_inside(live: Live, trait: str) -> None:
    first = live.check()
    there = [0.5, 0.3, 0.2]
    state = live.drag(live.spot(first[trait]), live.spot(there))
    assert np.allclose(state[trait], there, atol=0.005)
    other = {"policy": "reference", "reference": "policy"}[trait]
    assert state[other] == first[other], "only one moves"
    state = live.drag(live.spot(state[trait]), live.spot([-0.3, 0.9, 0.4]))
    assert np.allclose(state[trait], [0.001, 0.749, 0.25], atol=0.005), "the nearest inside"


def test_a_press_far_from_both_brings_the_policy(live: Live) -> None:
    place = live.spot([0.7, 0.2, 0.1])
    assert np.allclose(live.drag(place, place)["policy"], [0.7, 0.2, 0.1], atol=0.005)
    assert live.find(".toy-point:focus").get_attribute("data-role") == "policy"


def test_a_finger_drags_a_point_and_elsewhere_scrolls(open_live: OpenLive) -> None:
    live = open_live(POLICY_SIMPLEX, PHONE, has_touch=True)
    page, root = live.page, live.root
    devtools = page.context.new_cdp_session(page)

    def touch(kind: str, *places: Place) -> None:
        points = [{"x": x, "y": y} for x, y in places]
        devtools.send("Input.dispatchTouchEvent", {"type": kind, "touchPoints": points})

    def swipe(start: Place, end: Place) -> None:
        touch("touchStart", start)
        for share in np.linspace(0.1, 1, 10):
            touch("touchMove", tuple(np.add(start, share * np.subtract(end, start)).tolist()))
        touch("touchEnd")
        next_frame(page)

    start, end = live.spot(shown(root)["policy"]), live.spot([0.3, 0.5, 0.2])
    top = page.evaluate("scrollY")
    swipe(start, end)
    state = live.check()
    assert np.allclose(state["policy"], [0.3, 0.5, 0.2], atol=0.01)
    assert page.evaluate("scrollY") == top, "the page stays where it is"
    x, y = live.spot([0.8, 0.1, 0.1])
    swipe((x, y), (x, y - 150))
    assert shown(root) == state
    page.wait_for_function("top => scrollY > top", arg=top)


def test_the_keys_move_the_point_in_the_plane(live: Live) -> None:
    point = live.find('[aria-label^="policy,"]')

    def press(key: str) -> list[float]:
        point.press(key)
        return live.check()["policy"]

    start = live.check()["policy"]
    assert np.allclose(press("ArrowRight"), np.add(start, [-0.01, 0.01, 0]), atol=1e-4)
    assert np.allclose(press("ArrowLeft"), start, atol=2e-4)
    assert np.allclose(press("PageUp"), np.array(start) * 0.9 + [0, 0, 0.1], atol=2e-4)
    assert press("Home")[0] == pytest.approx(0.998)
    assert press("End")[1] == pytest.approx(0.998)
    assert "0.998" in point.get_attribute("aria-valuetext")


def test_a_guess_is_compared_with_the_exact_turn(live: Live) -> None:
    assert "answer" not in live.check()
    assert live.find(".toy-simplex-arrows path").get_attribute("d") in (None, "")
    live.find(".toy-predict input").press("ArrowRight")
    live.button("Reveal").press("Enter")
    state = live.check()
    assert live.find(".toy-simplex-arrows path").get_attribute("d")
    world = state["policy"], state["reward"], state["reference"], state["beta"]
    moved = toy.softmax(np.log(state["policy"]) + 1e-6 * toy.objective_gradient(*world))
    optimum = toy.gibbs_policy(*world[1:])
    step = turned(optimum - np.array(state["policy"]), moved - np.array(state["policy"]))
    assert state["answer"] == pytest.approx(step, rel=1e-4)
    assert "answer" not in live.press("Reset")


def test_the_guess_is_an_arrow_that_one_turns(live: Live) -> None:
    first = live.check()
    box = live.find(".toy-own").bounding_box()
    x, y = box["x"] + box["width"] / 2, box["y"] + box["height"] / 2
    after = live.drag((x, y), (x + 40, y))
    assert after["guess"] > 10
    assert after["policy"] == first["policy"]


def test_each_named_setting_shows_what_it_is_named_for(live: Live) -> None:
    steep = live.press("First away from the worst")["slope"]
    assert live.press("Reveal")["answer"] > 20, "the middle one gains first"
    assert live.press("Plateau")["slope"] < steep / 8
    live.press("Nearly there")
    assert 0 < live.press("Reveal")["answer"] < 10


def test_at_the_goal_there_is_no_direction(live: Live) -> None:
    state = live.check()
    optimum = toy.gibbs_policy(state["reward"], state["reference"], state["beta"])
    query = ",".join(str(p) for p in optimum)
    live.page.evaluate(f"location.hash = '#policy-simplex?policy={query}'")
    assert "answer" not in live.check()
    assert live.button("No answer here").is_disabled()


def test_a_price_that_is_not_charged_is_disabled(live: Live) -> None:
    price = live.find('.toy-slider:has([data-key="beta"]) input')
    assert price.is_enabled()
    live.find("[data-trait=kl_term] input").press("Space")
    live.check()
    assert price.is_disabled()


def test_a_figure_alone_fills_the_screen_and_can_still_be_dragged(open_static: Any) -> None:
    style = (ROOT / "book/assets/book.css").read_text("utf-8")
    html = static_page(toy.explorables.PolicySimplex(), views=[0])
    html = html.replace("<main>", f"<style>body{{margin:0}} {style}</style><main>")
    page = open_static(html, "?embed#policy-simplex", viewport={"width": 1920, "height": 1080})
    page.wait_for_function("document.querySelector('.toy').getBoundingClientRect().height > 1000")
    assert page.evaluate("document.documentElement.scrollHeight") <= 1080
    assert not page.query_selector(".toy-links").is_visible()
    box = page.query_selector(".toy-point").bounding_box()
    x, y = box["x"] + box["width"] / 2, box["y"] + box["height"] / 2
    page.mouse.move(x, y)
    page.mouse.down()
    page.mouse.move(x - 60, y + 80, steps=4)
    page.mouse.up()
    next_frame(page)
    moved = page.query_selector(".toy-point").bounding_box()
    assert moved["x"] - box["x"] == pytest.approx(-60, abs=1)
    assert moved["y"] - box["y"] == pytest.approx(80, abs=1)
    page.set_viewport_size({"width": 390, "height": 844})
    next_frame(page)
    assert page.evaluate("document.documentElement.scrollWidth") <= 390
