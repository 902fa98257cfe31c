"""DPO in the triangle: time as a control, the guess, dragging the reference, the named settings."""

from __future__ import annotations

import numpy as np
import pytest
from explorables.dpo.facts import DPO
from explorables.live import Live, OpenLive

import toy


@pytest.fixture
def live(open_live: OpenLive) -> Live:
    return open_live(DPO, reduced_motion="reduce")


def test_the_reference_follows_the_mouse_and_training_begins_there(live: Live) -> None:
    first = live.check()
    state = live.drag(live.spot(first["reference"]), live.spot([0.2, 0.5, 0.3]))
    assert np.allclose(state["reference"], [0.2, 0.5, 0.3], atol=0.005)
    assert state["loss"] == pytest.approx(first["loss"]), "the loss knows of margins only"
    assert state["best.dpo"] > first["best.dpo"]


def test_step_play_and_pause_move_time(live: Live) -> None:
    before = live.check()["time"]
    assert live.press("Step")["time"] > before
    live.press("Play")
    live.wait_for_time(f"> {before + 20}")
    paused = live.press("Pause")["time"]
    live.page.wait_for_timeout(300)
    assert live.check()["time"] == paused
    live.slide("time", "End")
    assert live.press("Step")["time"] == 1, "from the end, training begins again"


def test_playing_ends_with_the_training(live: Live) -> None:
    live.slide("time", "End")
    live.slide("time", "ArrowLeft")
    live.press("Play")
    live.wait_for_time("=== 2000")
    live.root.wait_for_selector('button:text-is("Play")')
    assert live.check()["time"] == 2000
    assert live.button("All seen").is_disabled()


def test_the_future_is_hidden_until_it_is_guessed_or_played(live: Live) -> None:
    assert "answer" not in live.check()
    assert live.find(".toy-cover")
    live.find(".toy-predict input").press("ArrowRight")
    state = live.press("Reveal")
    assert state["distance"] == pytest.approx(abs(state["guess"] - state["answer"]))
    assert not live.find(".toy-cover")
    assert "answer" not in live.choose("one"), "another question wants another guess"
    live.slide("time", "End")
    assert not live.find(".toy-cover"), "what was played is no secret"


def test_the_response_that_nobody_compared_keeps_its_logit_and_not_its_probability(
    live: Live,
) -> None:
    live.choose("one")
    state = live.press("Reveal")
    assert state["middle.moved"] == 0
    assert state["middle.dpo"] != pytest.approx(0.3, abs=0.01)
    assert "middle.rlhf" not in state
    assert "best-middle.wins" not in state
    assert "Nobody compared" in live.find(".toy-predict-verdict").inner_text()


def test_each_named_setting_shows_what_it_is_named_for(live: Live) -> None:
    assert live.button("All pairs").get_attribute("aria-pressed") == "true"
    start = live.press("Displacement")
    assert start["best.dpo"] < 1 / 3
    answer = live.press("Reveal")["answer"]
    assert answer < 1e-5
    assert "lifts what is longer still" in live.find(".toy-predict-verdict").inner_text()
    assert "answer" not in live.press("Same end as RLHF")
    same = live.slide("time", "End")
    assert same["apart"] < 1e-9
    assert "π* is RLHF's optimum" in live.find(".toy-predict-verdict").inner_text()
    assert live.find(".toy-simplex-marks").text_content() == "RLHFDPOπ*exactmy guess"
    live.press("Clean labels, small β")
    clean = live.slide("time", "End")
    assert clean["worst.dpo"] < 1e-11
    assert "apart" not in clean
    assert live.find(".toy-simplex-marks").text_content() == "DPOexactmy guess", (
        "no mark without a fit"
    )
    live.choose("all")
    assert "no finite rewards" in live.find(".toy-predict-verdict").inner_text()
    assert "apart" not in live.check()


def test_one_shared_feature_parts_the_two(live: Live) -> None:
    live.press("Same end as RLHF")
    live.slide("time", "End")
    live.find("summary").click()
    live.find("[data-trait=shared_features] input").click()
    state = live.check()
    assert state["apart"] > 0.05
    assert state["best.moved"] * 3 == pytest.approx(state["middle.moved"])
    assert "misses" in live.find(".toy-predict-verdict").inner_text()
    assert toy.total_variation(
        [state[f"{n}.dpo"] for n in ("best", "middle", "worst")],
        [state[f"{n}.rlhf"] for n in ("best", "middle", "worst")],
    ) == (pytest.approx(state["apart"]))


def test_the_guess_is_dragged_along_the_edge(live: Live) -> None:
    first = live.check()["guess"]
    x, y = live.middle(".toy-own")
    assert live.drag((x, y), (x + 30, y))["guess"] != first
