"""Peculiar to the explorable of the objective: guess, frontier, pretraining, settings."""

from __future__ import annotations

import math

import pytest
from explorables import ElementHandle, check, next_frame, wait_until_live
from playwright.sync_api import Page
from shows_gibbs import GIBBS
from visits import OpenPage

import toy


@pytest.fixture
def page(open_page: OpenPage) -> Page:
    return open_page(GIBBS.page).page


@pytest.fixture
def root(page: Page) -> ElementHandle:
    return wait_until_live(page, GIBBS)


def press(page: Page, root: ElementHandle, name: str) -> dict[str, object]:
    """Press a button of the explorable, and return what is then shown."""
    root.query_selector(f'button:has-text("{name}")').click()
    next_frame(page)
    return check(root, GIBBS)


def test_a_guess_is_compared_with_the_exact_price(page: Page, root: ElementHandle) -> None:
    assert "answer" not in check(root, GIBBS), "nothing is revealed before the guess"
    assert "½ at" not in root.inner_text()
    state = press(page, root, "A shy reference")
    assert "“Canberra” is best" in root.inner_text()
    state = press(page, root, "Reveal")
    assert state["answer"] == pytest.approx(
        toy.beta_of_even_odds(state["reward"], state["reference"]), rel=1e-12
    )
    assert state["distance"] == pytest.approx(abs(state["guess"] - state["answer"]))
    assert "½ at β = 0.370" in root.text_content()
    assert "answer" not in press(page, root, "Guess again")


def test_a_reference_that_prefers_the_best_needs_no_price(page: Page, root: ElementHandle) -> None:
    press(page, root, "Reveal")
    root.query_selector('[aria-label="reference, response Venus"]').press("End")
    next_frame(page)
    assert math.isinf(check(root, GIBBS)["answer"])
    assert "the reference does already" in root.inner_text()


def test_the_point_on_the_frontier_can_be_dragged(page: Page, root: ElementHandle) -> None:
    surface = root.query_selector(".toy-draggable")
    surface.scroll_into_view_if_needed()
    box = surface.bounding_box()
    shares, prices = (0.1, 0.4, 0.7), []
    for share in shares:
        page.mouse.move(box["x"] + share * box["width"], box["y"] + box["height"] / 2)
        page.mouse.down()
        page.mouse.up()
        next_frame(page)
        state = check(root, GIBBS)
        prices.append(state["beta"])
        most = 1.08 * math.log(1 / state["reference"][1])
        assert state["policy.kl"] == pytest.approx(share * most, abs=0.03 * most)
    assert prices == sorted(prices, reverse=True)


def test_data_bring_back_what_the_reward_forgot(page: Page, root: ElementHandle) -> None:
    assert not root.query_selector('[data-key="gamma"]')
    root.query_selector('[data-trait="with_pretraining"] input').click()
    next_frame(page)
    before = check(root, GIBBS)
    assert before["ptx.total"] > max(before["policy.total"], before["reference.total"])
    assert before["ptx.total"] < before["value"] + before["gamma"] * before["ptx.pretraining"]
    for control in ('[data-key="gamma"]', '[aria-label="pretraining, response the Sun"]'):
        target = root.query_selector(f".toy-slider:has({control}) input, {control}[role=slider]")
        for key in ("ArrowRight", "PageUp", "End", "Home"):
            target.press(key)
            next_frame(page)
            after = check(root, GIBBS)
            assert after["ptx.total"] != before["ptx.total"], key
            before = after


def test_each_setting_shows_what_it_is_named_after(page: Page, root: ElementHandle) -> None:
    state = press(page, root, "A tempting answer")
    policy = toy.gibbs_policy(state["reward"], state["reference"], state["beta"])
    assert policy[2] > state["reference"][2] > policy[1], "Mercury rises first"
    state = press(page, root, "A shy reference")
    assert state["reward"][3] == max(state["reward"])
    assert toy.gibbs_policy(state["reward"], state["reference"], state["beta"])[3] < 0.1
    assert press(page, root, "A large β")["policy.kl"] < 0.05
