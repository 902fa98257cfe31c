"""Peculiar to the explorable of the objective: guess, frontier, pretraining, settings."""

from __future__ import annotations

import math

import pytest
from explorables.gibbs.facts import GIBBS
from explorables.live import Live, OpenLive

import toy


@pytest.fixture
def live(open_live: OpenLive) -> Live:
    return open_live(GIBBS)


def test_a_guess_is_compared_with_the_exact_price(live: Live) -> None:
    assert "answer" not in live.check(), "nothing is revealed before the guess"
    assert not live.find(".toy-truth")
    state = live.press("A shy reference")
    assert "“Canberra”, the best answer, overtake “Sydney”" in live.root.inner_text()
    state = live.press("Reveal")
    policy = toy.gibbs_policy(state["reward"], state["reference"], state["answer"])
    assert policy[3] == pytest.approx(policy[0], rel=1e-12)
    assert state["distance"] == pytest.approx(abs(state["guess"] - state["answer"]))
    assert live.find(".toy-scene-marks").text_content() == "exact 0.382"
    assert "answer" not in live.press("Guess again")


def test_a_reference_that_prefers_the_best_needs_no_price(live: Live) -> None:
    live.find('[aria-label="reference, response Venus"]').press("End")
    assert "answer" not in live.check()
    live.slide("guess", "End")
    assert live.find(".toy-guess").text_content() == "my guess any"
    state = live.press("Reveal")
    assert state["answer"] == state["guess"] == math.inf
    assert "the reference prefers it already" in live.root.inner_text()


def test_a_price_beyond_the_slider_is_said(live: Live) -> None:
    live.find('[aria-label="reward, response Venus"]').press("ArrowLeft")
    for _ in range(3):
        live.find('[aria-label="reward, response Venus"]').press("ArrowLeft")
    assert "answer" not in live.check()
    assert live.button("No answer here").is_disabled()


def test_the_guess_moves_along_the_frontier(live: Live) -> None:
    before = live.check()["guess"]
    box = live.find(".toy-guess-grip").bounding_box()
    x, y = box["x"] + box["width"] / 2, box["y"] + box["height"] / 2
    assert live.drag((x, y), (x + 60, y))["guess"] < before


def test_the_point_on_the_frontier_can_be_dragged(live: Live) -> None:
    surface = live.find(".toy-draggable")
    surface.scroll_into_view_if_needed()
    box = surface.bounding_box()
    shares, prices = (0.1, 0.4, 0.7), []
    for share in shares:
        place = (box["x"] + share * box["width"], box["y"] + box["height"] / 2)
        state = live.drag(place, place)
        prices.append(state["beta"])
        most = 1.08 * math.log(1 / state["reference"][1])
        assert state["policy.kl"] == pytest.approx(share * most, abs=0.03 * most)
    assert prices == sorted(prices, reverse=True)


def test_data_bring_back_what_the_reward_forgot(live: Live) -> None:
    assert not live.find('[data-key="gamma"]')
    live.find('[data-trait="with_pretraining"] input').click()
    before = live.check()
    assert before["ptx.total"] > max(before["policy.total"], before["reference.total"])
    assert before["ptx.total"] < before["value"] + before["gamma"] * before["ptx.pretraining"]
    for control in ('[data-key="gamma"]', '[aria-label="pretraining, response the Sun"]'):
        target = live.find(f".toy-slider:has({control}) input, {control}[role=slider]")
        for key in ("ArrowRight", "PageUp", "End", "Home"):
            target.press(key)
            after = live.check()
            assert after["ptx.total"] != before["ptx.total"], key
            before = after


def test_each_setting_shows_what_it_is_named_after(live: Live) -> None:
    state = live.press("A tempting answer")
    policy = toy.gibbs_policy(state["reward"], state["reference"], state["beta"])
    assert policy[2] > state["reference"][2] > policy[1], "Mercury rises first"
    state = live.press("A shy reference")
    assert state["reward"][3] == max(state["reward"])
    assert toy.gibbs_policy(state["reward"], state["reference"], state["beta"])[3] < 0.1
    state = live.press("A clear lead")
    assert live.press("Reveal")["answer"] > 10 * 0.182
