"""The tree of credit as a reader meets it: rewards, the guess, the settings."""

from __future__ import annotations

import pytest
from explorables.live import OpenLive
from explorables.token_credit.facts import TOKEN_CREDIT


def test_the_rewards_that_can_be_dragged_are_those_of_the_chosen_sequence(
    open_live: OpenLive,
) -> None:
    live = open_live(TOKEN_CREDIT)
    live.find("[data-trait=path] input[value='6']").press("Space")
    before = live.check()["reward"]
    for bar in live.root.query_selector_all(".toy-value"):
        bar.press("PageUp")
    after = live.check()["reward"]
    assert [i for i in range(14) if after[i] != before[i]] == [1, 4, 11]


def test_a_guess_of_the_factor_is_compared_with_the_exact_one(open_live: OpenLive) -> None:
    live = open_live(TOKEN_CREDIT)
    assert not {"answer", "variance.to_go", "variance.less_value"} & live.check().keys()
    state = live.press("Reveal")
    assert state["answer"] == pytest.approx(state["variance.whole"] / state["variance.to_go"])
    live.find(".toy-knob").press("PageDown")
    assert live.check()["answer"] != state["answer"], "the answer follows the handles"


def test_each_setting_shows_what_it_is_named_after(open_live: OpenLive) -> None:
    live = open_live(TOKEN_CREDIT)
    live.press("The past is noise")
    assert live.press("Reveal")["answer"] > 8
    state = live.press("Paid and taken back")
    assert "answer" not in state
    assert state["variance.whole"] == 0
    state = live.press("Reveal")
    assert state["variance.to_go"] == pytest.approx(0.375)


def test_the_end_of_the_guessed_bar_is_dragged(open_live: OpenLive) -> None:
    live = open_live(TOKEN_CREDIT)
    x, y = live.middle(".toy-stack-dot")
    assert live.drag((x, y), (x - 60, y))["guess"] > 2, "a shorter bar is a larger factor"
