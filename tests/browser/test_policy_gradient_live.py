"""The triangle of the policy gradient: dragging about, the guess, the named settings."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import numpy as np
import pytest
from explorables import check, next_frame, shown, wait_until_live
from playwright.sync_api import Browser, ElementHandle, Page
from shows_policy_gradient import POLICY_SIMPLEX
from visits import PHONE, OpenPage

import toy
from toy.figures.policy_gradient import CORNERS

Live = tuple[Page, ElementHandle]
SIDE_MARGIN, TOP_MARGIN = 22, 42


@pytest.fixture
def live(open_page: OpenPage) -> Live:
    page = open_page(POLICY_SIMPLEX.page).page
    root = wait_until_live(page, POLICY_SIMPLEX)
    next_frame(page)
    return page, root


@pytest.fixture
def phone(browser: Browser, http_url: str) -> Iterator[Live]:
    width, height = PHONE
    context = browser.new_context(viewport={"width": width, "height": height}, has_touch=True)
    page = context.new_page()
    page.goto(http_url + POLICY_SIMPLEX.page)
    yield page, wait_until_live(page, POLICY_SIMPLEX)
    context.close()


def spot(root: ElementHandle, policy: list[float]) -> tuple[float, float]:
    """Return where a policy stands on the screen."""
    box = root.query_selector(".toy-simplex .toy-chart-box").bounding_box()
    side = box["width"] - 2 * SIDE_MARGIN
    x, y = np.array(policy) @ CORNERS
    height = CORNERS[2, 1] - y
    return box["x"] + SIDE_MARGIN + side * x, box["y"] + TOP_MARGIN + side * height


def drag_mouse(page: Page, start: tuple[float, float], end: tuple[float, float]) -> None:
    page.mouse.move(*start)
    page.mouse.down()
    page.mouse.move(*end, steps=4)
    page.mouse.up()
    next_frame(page)


@pytest.mark.parametrize("trait", ["policy", "reference"])
def test_a_point_follows_the_mouse_and_stays_inside(live: Live, trait: str) -> None:
    page, root = live
    root.query_selector(".toy-simplex").scroll_into_view_if_needed()
    first = check(root, POLICY_SIMPLEX)
    there = [0.5, 0.3, 0.2]
    drag_mouse(page, spot(root, first[trait]), spot(root, there))
    state = check(root, POLICY_SIMPLEX)
    assert np.allclose(state[trait], there, atol=0.005)
    other = {"policy": "reference", "reference": "policy"}[trait]
    assert state[other] == first[other], "only one moves"
    drag_mouse(page, spot(root, state[trait]), spot(root, [-0.3, 0.9, 0.4]))
    state = check(root, POLICY_SIMPLEX)
    assert np.allclose(state[trait], [0.001, 0.749, 0.25], atol=0.005), "the nearest inside"


def test_a_press_far_from_both_brings_the_policy(live: Live) -> None:
    page, root = live
    root.query_selector(".toy-simplex").scroll_into_view_if_needed()
    place = spot(root, [0.7, 0.2, 0.1])
    drag_mouse(page, place, place)
    assert np.allclose(check(root, POLICY_SIMPLEX)["policy"], [0.7, 0.2, 0.1], atol=0.005)
    assert root.query_selector(".toy-point:focus").get_attribute("data-role") == "policy"


def test_a_finger_drags_a_point_and_elsewhere_scrolls(phone: Live) -> None:
    page, root = phone
    root.query_selector(".toy-simplex").scroll_into_view_if_needed()
    devtools = page.context.new_cdp_session(page)

    def touch(kind: str, *places: tuple[float, float]) -> None:
        points = [{"x": x, "y": y} for x, y in places]
        devtools.send("Input.dispatchTouchEvent", {"type": kind, "touchPoints": points})

    def swipe(start: tuple[float, float], end: tuple[float, float]) -> None:
        touch("touchStart", start)
        for share in np.linspace(0.1, 1, 10):
            touch("touchMove", tuple(np.add(start, share * np.subtract(end, start)).tolist()))
        touch("touchEnd")
        next_frame(page)

    before, top = shown(root), page.evaluate("scrollY")
    swipe(spot(root, before["policy"]), spot(root, [0.3, 0.5, 0.2]))
    state = check(root, POLICY_SIMPLEX)
    assert np.allclose(state["policy"], [0.3, 0.5, 0.2], atol=0.01)
    assert page.evaluate("scrollY") == top, "the page stays where it is"
    x, y = spot(root, [0.8, 0.1, 0.1])
    swipe((x, y), (x, y - 150))
    assert shown(root) == state
    page.wait_for_function("top => scrollY > top", arg=top)


def test_the_keys_move_the_point_in_the_plane(live: Live) -> None:
    page, root = live
    point = root.query_selector('[aria-label^="policy,"]')

    def press(key: str) -> list[float]:
        point.press(key)
        next_frame(page)
        return check(root, POLICY_SIMPLEX)["policy"]

    start = check(root, POLICY_SIMPLEX)["policy"]
    assert np.allclose(press("ArrowRight"), np.add(start, [-0.01, 0.01, 0]), atol=1e-4)
    assert np.allclose(press("ArrowLeft"), start, atol=2e-4)
    assert np.allclose(press("PageUp"), np.array(start) * 0.9 + [0, 0, 0.1], atol=2e-4)
    assert press("Home")[0] == pytest.approx(0.998)
    assert press("End")[1] == pytest.approx(0.998)
    assert "0.998" in point.get_attribute("aria-valuetext")


def test_a_guess_is_compared_with_the_best_baseline(live: Live) -> None:
    page, root = live
    assert "answer" not in check(root, POLICY_SIMPLEX)
    assert root.query_selector(".toy-cover")
    root.query_selector(".toy-predict input").press("ArrowRight")
    root.query_selector('button:text-is("Reveal")').press("Enter")
    next_frame(page)
    state = check(root, POLICY_SIMPLEX)
    d = toy.log_ratio(state["policy"], state["reference"])
    shaped = np.array(state["reward"]) - state["beta"] * d
    assert state["answer"] == pytest.approx(toy.optimal_baseline(state["policy"], shaped))
    assert not root.query_selector(".toy-cover")
    root.query_selector(".toy-reset").click()
    next_frame(page)
    assert "answer" not in check(root, POLICY_SIMPLEX)


def setting(name: str) -> Callable[[Live], dict[str, float]]:
    def press(live: Live) -> dict[str, float]:
        page, root = live
        root.query_selector(f'.toy-toolbar button:text-is("{name}")').click()
        next_frame(page)
        return check(root, POLICY_SIMPLEX)

    return press


def test_each_named_setting_shows_what_it_is_named_for(live: Live) -> None:
    root = live[1]
    steep = check(root, POLICY_SIMPLEX)["slope"]
    assert setting("Plateau")(live)["slope"] < steep / 8
    hurt = setting("The value hurts")(live)["one.variance"]
    root.query_selector('input[value="none"]').click()
    next_frame(live[0])
    assert check(root, POLICY_SIMPLEX)["one.variance"] < hurt / 2
    assert setting("GRPO turns")(live)["norm.cosine"] < 0.2
