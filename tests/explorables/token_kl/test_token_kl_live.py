"""The tree of the KL as a reader meets it: handles, the reference, the guess, the settings."""

from __future__ import annotations

import pytest
from explorables.live import OpenLive
from explorables.token_kl.facts import TOKEN_KL


def test_a_handle_follows_the_mouse_towards_the_likelier_token(open_live: OpenLive) -> None:
    live = open_live(TOKEN_KL)
    for node, handle in enumerate(live.root.query_selector_all(".toy-knob")):
        handle.scroll_into_view_if_needed()
        before, box = live.check(), handle.bounding_box()
        x, y = box["x"] + box["width"] / 2, box["y"] + box["height"] / 2
        live.page.mouse.move(x, y)
        live.page.mouse.down()
        live.page.mouse.move(x, y - 7, steps=3)
        assert live.check()["policy"][node] > before["policy"][node] + 0.05
        live.page.mouse.move(x, y + 200, steps=3)
        assert live.check()["policy"][node] == 0.01
        live.page.mouse.move(x, y, steps=3)
        live.page.mouse.up()
        assert live.check()["policy"] == before["policy"], "there and back changes nothing"


def test_a_switch_lets_the_handles_move_the_reference(open_live: OpenLive) -> None:
    live = open_live(TOKEN_KL)
    before = live.check()
    live.find("[data-trait=reference_moves] input").press("Space")
    for handle in live.root.query_selector_all(".toy-knob"):
        handle.press("PageUp")
        handle.press("ArrowRight")
    after = live.check()
    assert after["policy"] == before["policy"]
    moved = zip(after["reference"], before["reference"], strict=True)
    assert all(new == pytest.approx(old + 0.11) for new, old in moved)
    assert live.find(".toy-knob").get_attribute("aria-label") == "reference, at the start"


def test_a_guess_of_the_first_tokens_share_is_compared_with_the_exact_one(
    open_live: OpenLive,
) -> None:
    live = open_live(TOKEN_KL)
    assert not {"answer", "share.1"} & live.check().keys(), "nothing is revealed before the guess"
    assert live.find(".toy-tree rect") is None
    state = live.press("Reveal")
    assert state["answer"] == pytest.approx(state["share.1"] / state["kl"])
    assert len(live.root.query_selector_all(".toy-tree rect")) == 7
    assert "answer" not in live.press("Guess again")


def test_where_prefixes_are_rare_exact_inner_sums_do_not_help(open_live: OpenLive) -> None:
    live = open_live(TOKEN_KL)
    live.press("A rare prefix")
    state = live.press("Reveal")
    assert state["prob.5"] + state["prob.6"] + state["prob.7"] + state["prob.8"] < 0.04
    assert state["share.3"] + state["share.6"] == pytest.approx(state["kl"])
    assert state["exact.std"] > 5 * state["kl"]
    assert "answer" not in live.press("Spread over the tree")


def test_the_share_that_is_guessed_is_dragged_in_the_bar(open_live: OpenLive) -> None:
    live = open_live(TOKEN_KL)
    x, y = live.middle(".toy-stack-dot")
    assert live.drag((x, y), (x - 60, y))["guess"] < 0.5
