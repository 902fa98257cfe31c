"""The explorable of tokens as a reader meets it: handles, sequences, settings, and both guesses."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest
from explorables import Explorable, check, next_frame, wait_until_live
from playwright.sync_api import Browser, ElementHandle, Page
from shows_tokens import TOKENS_CREDIT, TOKENS_KL
from visits import DESKTOP

Opened = tuple[Page, ElementHandle, Callable[[], dict]]


@pytest.fixture(scope="module")
def pages(browser: Browser, http_url: str) -> Iterator[Callable[[Explorable], Opened]]:
    width, height = DESKTOP
    context = browser.new_context(viewport={"width": width, "height": height})
    opened: dict[str, Opened] = {}

    def open_one(explorable: Explorable) -> Opened:
        if explorable.page not in opened:
            page = context.new_page()
            page.goto(http_url + explorable.page)
            root = wait_until_live(page, explorable)

            def checked() -> dict:
                next_frame(page)
                return check(root, explorable)

            opened[explorable.page] = page, root, checked
        page, root, _ = opened[explorable.page]
        root.query_selector(".toy-reset").click()
        next_frame(page)
        return opened[explorable.page]

    yield open_one
    context.close()


def button(root: ElementHandle, name: str) -> ElementHandle:
    return root.query_selector(f"button:text-is('{name}')")


def test_a_handle_follows_the_mouse_towards_the_likelier_token(pages) -> None:
    page, root, checked = pages(TOKENS_KL)
    for node, handle in enumerate(root.query_selector_all(".toy-knob")):
        handle.scroll_into_view_if_needed()
        before, box = checked(), handle.bounding_box()
        x, y = box["x"] + box["width"] / 2, box["y"] + box["height"] / 2
        page.mouse.move(x, y)
        page.mouse.down()
        page.mouse.move(x, y - 7, steps=3)
        assert checked()["policy"][node] > before["policy"][node] + 0.05
        page.mouse.move(x, y + 200, steps=3)
        assert checked()["policy"][node] == 0.01
        page.mouse.move(x, y, steps=3)
        page.mouse.up()
        assert checked()["policy"] == before["policy"], "there and back changes nothing"


def test_a_switch_lets_the_handles_move_the_reference(pages) -> None:
    _, root, checked = pages(TOKENS_KL)
    before = checked()
    root.query_selector("[data-trait=reference_moves] input").press("Space")
    for handle in root.query_selector_all(".toy-knob"):
        handle.press("PageUp")
        handle.press("ArrowRight")
    after = checked()
    assert after["policy"] == before["policy"]
    moved = zip(after["reference"], before["reference"], strict=True)
    assert all(new == pytest.approx(old + 0.11) for new, old in moved)
    assert root.query_selector(".toy-knob").get_attribute("aria-label") == "reference, at the start"


def test_the_rewards_that_can_be_dragged_are_those_of_the_chosen_sequence(pages) -> None:
    _, root, checked = pages(TOKENS_CREDIT)
    root.query_selector("[data-trait=path] input[value='6']").press("Space")
    before = checked()["reward"]
    for bar in root.query_selector_all(".toy-value"):
        bar.press("PageUp")
    after = checked()["reward"]
    assert [i for i in range(14) if after[i] != before[i]] == [1, 4, 11]


def test_a_guess_of_the_first_tokens_share_is_compared_with_the_exact_one(pages) -> None:
    _, root, checked = pages(TOKENS_KL)
    assert not {"answer", "share.1"} & checked().keys(), "nothing is revealed before the guess"
    assert root.query_selector(".toy-tree rect") is None
    button(root, "Reveal").click()
    state = checked()
    assert state["answer"] == pytest.approx(state["share.1"] / state["kl"])
    assert len(root.query_selector_all(".toy-tree rect")) == 7
    button(root, "Guess again").click()
    assert "answer" not in checked()


def test_a_guess_of_the_factor_is_compared_with_the_exact_one(pages) -> None:
    _, root, checked = pages(TOKENS_CREDIT)
    assert not {"answer", "variance.to_go", "variance.less_value"} & checked().keys()
    button(root, "Reveal").click()
    state = checked()
    assert state["answer"] == pytest.approx(state["variance.whole"] / state["variance.to_go"])
    root.query_selector(".toy-knob").press("PageDown")
    assert checked()["answer"] != state["answer"], "the answer follows the handles"


def test_each_setting_shows_what_it_is_named_after(pages) -> None:
    _, root, checked = pages(TOKENS_CREDIT)
    button(root, "Reveal").click()
    button(root, "The past is noise").click()
    assert checked()["answer"] > 8
    button(root, "Paid and taken back").click()
    state = checked()
    assert state["variance.whole"] == 0
    assert state["variance.to_go"] == pytest.approx(0.375)
    button(root, "A rare prefix").click()
    button(root, "Reveal").click()
    state = checked()
    assert state["prob.5"] + state["prob.6"] + state["prob.7"] + state["prob.8"] < 0.04
    assert state["share.3"] + state["share.6"] == pytest.approx(state["kl"])
    assert state["exact.std"] > 5 * state["kl"], (
        "exact inner sums do not help where prefixes matter"
    )
