"""Peculiar to the explorable of one pair: guess, time that plays, a shift without effect."""

from __future__ import annotations

import math

import numpy as np
import pytest
from explorables import PATIENCE, ElementHandle, check, next_frame, wait_until_live
from playwright.sync_api import Page
from shows_margin import MARGIN
from visits import OpenPage


@pytest.fixture
def page(open_page: OpenPage) -> Page:
    return open_page(MARGIN.page).page


@pytest.fixture
def root(page: Page) -> ElementHandle:
    return wait_until_live(page, MARGIN)


def press(page: Page, root: ElementHandle, name: str) -> dict[str, object]:
    """Press a button of the explorable, and return what is then shown."""
    root.query_selector(f'button:has-text("{name}")').click()
    next_frame(page)
    return check(root, MARGIN)


def test_a_guess_is_compared_with_the_logit(page: Page, root: ElementHandle) -> None:
    assert "answer" not in check(root, MARGIN), "nothing is revealed before the guess"
    press(page, root, "70 : 30")
    assert "With 70 of 100 labels" in root.inner_text()
    assert root.query_selector(".toy-cover")
    state = press(page, root, "Reveal")
    assert state["answer"] == pytest.approx(np.log(7 / 3), rel=1e-12)
    assert state["distance"] == pytest.approx(abs(state["guess"] - np.log(7 / 3)))
    assert "logit p = 0.847" in root.text_content()
    assert not root.query_selector(".toy-cover")
    press(page, root, "Guess again")
    assert root.query_selector(".toy-cover")


def test_clean_labels_never_settle_and_one_flip_in_a_hundred_does(
    page: Page, root: ElementHandle
) -> None:
    press(page, root, "Reveal")
    state = press(page, root, "Clean labels")
    assert math.isinf(state["answer"])
    assert "grows for ever" in root.inner_text()
    assert state["settling"] == state["drifting"] > 6.9
    press(page, root, "One flipped label")
    root.query_selector('.toy-slider:has([data-key="time"]) input').press("End")
    next_frame(page)
    state = check(root, MARGIN)
    assert state["settling"] <= state["answer"] == pytest.approx(np.log(99), rel=1e-12)
    assert state["drifting"] > 1.4 * state["answer"]


def test_time_plays_pauses_and_steps(page: Page, root: ElementHandle) -> None:
    first = check(root, MARGIN)
    stepped = press(page, root, "Step")
    assert stepped["time"] > first["time"]
    press(page, root, "Play")
    later = f"root => JSON.parse(root.dataset.state).time > {stepped['time']}"
    page.wait_for_function(later, arg=root, timeout=PATIENCE)
    root.query_selector('button:has-text("Pause")').press("Enter")
    paused = check(root, MARGIN)
    page.wait_for_timeout(700)
    assert check(root, MARGIN) == paused
    assert paused["settling"] > first["settling"]


def test_time_ends_and_starts_again(page: Page, root: ElementHandle) -> None:
    control = root.query_selector('.toy-slider:has([data-key="time"]) input')
    control.press("End")
    next_frame(page)
    assert check(root, MARGIN)["time"] == 10_000
    assert not root.query_selector(".toy-cover"), "all of it has been seen"
    assert press(page, root, "Step")["time"] == 0.1


def test_a_shift_moves_both_rewards_and_nothing_else(page: Page, root: ElementHandle) -> None:
    said = "root => [...root.querySelectorAll('.toy-bar-value')].map(bar => bar.textContent)"
    before, bars = check(root, MARGIN), root.evaluate(said)
    root.query_selector('.toy-slider:has([data-key="shift"]) input').press("End")
    next_frame(page)
    after = check(root, MARGIN)
    assert root.evaluate(said) == ["3.50", "2.50"] != bars
    moved = {key for key in before if not np.isclose(before[key], after[key], rtol=1e-12)}
    assert moved == {"shift"}
