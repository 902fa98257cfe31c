"""Estimators as losses: time that plays, the guess, the named settings."""

from __future__ import annotations

import pytest
from explorables import check, next_frame, shown, wait_until_live
from playwright.sync_api import ElementHandle, Page
from shows_kl_as_loss import KL_AS_LOSS
from visits import OpenPage

Live = tuple[Page, ElementHandle]


@pytest.fixture
def live(open_page: OpenPage) -> Live:
    page = open_page(KL_AS_LOSS.page).page
    root = wait_until_live(page, KL_AS_LOSS)
    next_frame(page)
    return page, root


def press(live: Live, name: str) -> dict[str, float]:
    page, root = live
    root.query_selector(f'button:text-is("{name}")').click()
    next_frame(page)
    return check(root, KL_AS_LOSS)


def test_time_is_played_paused_and_stepped(live: Live) -> None:
    page, root = live
    first = check(root, KL_AS_LOSS)["time"]
    assert press(live, "Step")["time"] == first + 5
    press(live, "Play")
    later = "([root, t]) => JSON.parse(root.dataset.state).time > t"
    page.wait_for_function(later, arg=[root, first + 30])
    paused = press(live, "Pause")["time"]
    page.wait_for_timeout(700)
    assert shown(root)["time"] == paused
    press(live, "Play")
    page.wait_for_function(later, arg=[root, 399])
    next_frame(page)
    assert root.query_selector('button:text-is("Play")'), "it stops at the end"


def test_where_k3_rests_is_shown_after_the_guess(live: Live) -> None:
    page, root = live
    state = check(root, KL_AS_LOSS)
    assert "answer" not in state
    assert root.query_selector('[data-key="k3.p0"]').inner_text() == "–"
    root.query_selector(".toy-predict input").press("ArrowRight")
    state = press(live, "Reveal")
    assert state["answer"] == pytest.approx(state["k3.rest.p0"])
    assert state["k3.rest.gap"] > 0.2
    root.query_selector(".toy-reset").click()
    next_frame(page)
    assert "answer" not in check(root, KL_AS_LOSS)


def test_each_named_setting_shows_what_it_is_named_for(live: Live) -> None:
    press(live, "Reveal")
    assert press(live, "Near the reference")["k3.rest.gap"] < 0.005
    assert press(live, "Cheap nats")["k2.gap"] < 0.05
    kept = press(live, "k3 keeps a bad answer")
    assert kept["k3.rest.p2"] > 10 * kept["k2.rest.p2"]
