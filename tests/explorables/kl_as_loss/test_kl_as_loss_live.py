"""Estimators as losses: time that plays, the guess, the named settings."""

from __future__ import annotations

import pytest
from explorables.kl_as_loss.facts import KL_AS_LOSS
from explorables.live import Live, OpenLive


@pytest.fixture
def live(open_live: OpenLive) -> Live:
    return open_live(KL_AS_LOSS, reduced_motion="reduce")


def test_time_is_played_paused_and_stepped(live: Live) -> None:
    first = live.check()["time"]
    assert live.press("Step")["time"] == first + 5
    live.press("Play")
    live.wait_for_time(f"> {first + 30}")
    paused = live.press("Pause")["time"]
    live.page.wait_for_timeout(700)
    assert live.check()["time"] == paused
    live.press("Play")
    live.wait_for_time("> 399")
    live.check()
    assert live.button("Play"), "it stops at the end"
    assert live.button("All seen").is_disabled()


def test_where_k3_rests_is_shown_after_the_guess(live: Live) -> None:
    state = live.check()
    assert "answer" not in state
    assert live.find('[data-key="k3.p0"]').text_content() == "–"
    live.find(".toy-predict input").press("ArrowRight")
    state = live.press("Reveal")
    assert state["answer"] == pytest.approx(state["k3.rest.p1"])
    assert state["k3.rest.gap"] > 0.2
    assert "answer" not in live.press("Reset")


def test_each_named_setting_shows_what_it_is_named_for(live: Live) -> None:
    assert "answer" not in live.press("Near the reference"), "another question hides its answer"
    assert live.press("Reveal")["k3.rest.gap"] < 0.005
    live.press("Cheap nats")
    assert live.slide("time", "End")["k2.gap"] < 0.05
    live.press("k3 keeps a bad answer")
    kept = live.press("Reveal")
    assert kept["k3.rest.p0"] > 10 * kept["k2.rest.p0"]


def test_the_guess_is_dragged_along_the_edge(live: Live) -> None:
    first = live.check()["guess"]
    x, y = live.middle(".toy-own")
    assert live.drag((x, y), (x + 30, y))["guess"] != first
