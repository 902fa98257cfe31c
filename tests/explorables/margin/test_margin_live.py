"""Peculiar to the explorable of one pair: guess, time that plays, a shift without effect."""

from __future__ import annotations

import numpy as np
import pytest
from explorables.live import Live, OpenLive
from explorables.margin.facts import MARGIN


@pytest.fixture
def live(open_live: OpenLive) -> Live:
    return open_live(MARGIN, reduced_motion="reduce")


def test_a_guess_is_compared_with_the_logit(live: Live) -> None:
    assert "answer" not in live.check(), "nothing is revealed before the guess"
    assert live.find(".toy-guess").text_content() == "my guess 3.00", "it stands in the picture"
    assert live.button("90 : 10").get_attribute("aria-pressed") == "true"
    live.press("70 : 30")
    assert "With 70 of 100 labels" in live.root.inner_text()
    assert live.find(".toy-cover")
    state = live.press("Reveal")
    assert state["answer"] == pytest.approx(np.log(7 / 3), rel=1e-12)
    assert state["distance"] == pytest.approx(abs(state["guess"] - np.log(7 / 3)))
    assert live.find(".toy-truth").is_visible()
    assert live.find(".toy-scene-marks").text_content() == "exact 0.847"
    assert "0.7 of the labels" in live.find(".toy-predict-verdict").inner_text(), "and says why"
    assert not live.find(".toy-cover")
    live.press("Guess again")
    assert live.find(".toy-cover")


def test_clean_labels_never_settle_and_one_flip_in_a_hundred_does(live: Live) -> None:
    assert "answer" not in live.press("Clean labels")
    live.slide("guess", "End")
    assert live.find(".toy-guess").text_content() == "my guess never"
    state = live.press("Reveal")
    assert state["answer"] == state["guess"] == np.inf
    assert "as you guessed" in live.root.inner_text()
    assert "grows for ever" in live.root.inner_text()
    assert state["settling"] == state["drifting"] > 6.9
    live.press("Guess again")
    assert live.slide("guess", "ArrowLeft")["guess"] == 6
    assert "distance" not in live.press("Reveal"), "nothing is near never"
    assert "answer" not in live.press("One flipped label in a hundred")
    state = live.slide("time", "End")
    assert live.button("All seen").is_disabled()
    assert state["settling"] <= state["answer"] == pytest.approx(np.log(99), rel=1e-12)
    assert state["drifting"] > 1.4 * state["answer"]


def test_the_guess_can_be_dragged_along_the_loss_and_beyond_its_end(live: Live) -> None:
    box = live.find(".toy-guess-grip").bounding_box()
    x, y = box["x"] + box["width"] / 2, box["y"] + box["height"] / 2
    assert live.drag((x, y), (x - 20, y))["guess"] < 3
    assert live.drag((x - 20, y), (x + 300, y))["guess"] == np.inf


def test_time_plays_pauses_and_steps(live: Live) -> None:
    first = live.check()
    stepped = live.press("Step")
    assert stepped["time"] > first["time"]
    live.press("Play")
    live.wait_for_time(f"> {stepped['time']}")
    live.button("Pause").press("Enter")
    paused = live.check()
    live.page.wait_for_timeout(700)
    assert live.check() == paused
    assert paused["settling"] > first["settling"]


def test_time_ends_and_starts_again(live: Live) -> None:
    assert live.slide("time", "End")["time"] == 10_000
    assert not live.find(".toy-cover"), "all of it has been seen"
    assert live.press("Step")["time"] == 0.1


def test_a_shift_moves_both_rewards_and_nothing_else(live: Live) -> None:
    before = live.check()
    assert "rewards c ± Δ/2: 1.00 and 0.00" in live.root.inner_text()
    after = live.slide("shift", "End")
    assert "rewards c ± Δ/2: 3.50 and 2.50" in live.root.inner_text()
    moved = {key for key in before if not np.isclose(before[key], after[key], rtol=1e-12)}
    assert moved == {"shift"}
