"""Estimates as a reader meets them: the guess of a turn, the settings, what has no effect."""

from __future__ import annotations

import pytest
from explorables.gradient_scatter.facts import GRADIENT_SCATTER
from explorables.live import Live, OpenLive


@pytest.fixture
def live(open_live: OpenLive) -> Live:
    return open_live(GRADIENT_SCATTER)


def test_the_guessed_turn_is_compared_with_the_exact_one(live: Live) -> None:
    assert "answer" not in live.check()
    state = live.press("Reveal")
    assert state["answer"] == pytest.approx(-79.543, abs=1e-3)
    assert state["norm.cosine"] < 0.2
    assert "answer" not in live.press("One draw"), "another question"
    assert live.press("Reveal")["answer"] == 0
    live.press("The other way")
    assert live.press("Reveal")["answer"] == pytest.approx(42.9, abs=0.05)
    live.press("Groups of eight")
    assert live.press("Reveal")["answer"] == pytest.approx(-25.6, abs=0.05)


def test_the_guess_is_an_arrow_that_one_turns(live: Live) -> None:
    box = live.find(".toy-guess-grip").bounding_box()
    x, y = box["x"] + box["width"] / 2, box["y"] + box["height"] / 2
    assert live.drag((x, y), (x - 100, y))["guess"] < 0


@pytest.mark.parametrize("estimator", ["leave-one-out", "group mean"])
def test_other_groups_do_not_turn(live: Live, estimator: str) -> None:
    live.choose(estimator)
    assert live.press("Reveal")["answer"] == 0


def test_the_value_hurts(live: Live) -> None:
    hurt = live.press("The value hurts")["one.variance"]
    assert live.choose("none")["one.variance"] < hurt / 2


def test_what_has_no_effect_is_disabled(live: Live) -> None:
    size = live.find('.toy-slider:has([data-key="group_size"]) input')
    assert live.find("[data-trait=baseline] input").is_disabled()
    live.choose("one sample")
    assert size.is_disabled()
    assert live.find("[data-trait=baseline] input").is_enabled()


def test_equal_rewards_have_no_direction(live: Live) -> None:
    live.page.evaluate("location.hash = '#gradient-scatter?reward=1,1,1'")
    assert "answer" not in live.check()
    assert live.button("No answer here").is_disabled()
