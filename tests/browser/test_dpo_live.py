"""DPO in the triangle: time as a control, the guess, dragging the reference, the named settings."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from explorables import PATIENCE, check, next_frame, wait_until_live
from playwright.sync_api import ElementHandle, Page
from shows_dpo import DPO
from visits import OpenPage

import toy
from toy.figures.policy_gradient import CORNERS

Live = tuple[Page, ElementHandle]
SIDE_MARGIN, TOP_MARGIN = 22, 42


@pytest.fixture
def live(open_page: OpenPage) -> Live:
    page = open_page(DPO.page).page
    root = wait_until_live(page, DPO)
    next_frame(page)
    return page, root


def press(live: Live, name: str) -> dict[str, Any]:
    page, root = live
    root.query_selector(f'button:text-is("{name}")').click()
    next_frame(page)
    return check(root, DPO)


def spot(root: ElementHandle, reference: list[float]) -> tuple[float, float]:
    """Return where a policy stands on the screen, the best response on top."""
    box = root.query_selector(".toy-simplex .toy-chart-box").bounding_box()
    side = box["width"] - 2 * SIDE_MARGIN
    x, y = np.array(reference[::-1]) @ CORNERS
    return box["x"] + SIDE_MARGIN + side * x, box["y"] + TOP_MARGIN + side * (CORNERS[2, 1] - y)


def test_the_reference_follows_the_mouse_and_training_begins_there(live: Live) -> None:
    page, root = live
    root.query_selector(".toy-simplex").scroll_into_view_if_needed()
    first = check(root, DPO)
    page.mouse.move(*spot(root, first["reference"]))
    page.mouse.down()
    page.mouse.move(*spot(root, [0.2, 0.5, 0.3]), steps=4)
    page.mouse.up()
    next_frame(page)
    state = check(root, DPO)
    assert np.allclose(state["reference"], [0.2, 0.5, 0.3], atol=0.005)
    assert state["loss"] == pytest.approx(first["loss"]), "the loss knows of margins only"
    assert state["best.dpo"] > first["best.dpo"]


def test_step_play_and_pause_move_time(live: Live) -> None:
    page, root = live
    before = check(root, DPO)["time"]
    assert press(live, "Step")["time"] > before
    press(live, "Play")
    later = f"root => JSON.parse(root.dataset.state).time > {before + 20}"
    page.wait_for_function(later, arg=root, timeout=PATIENCE)
    paused = press(live, "Pause")["time"]
    page.wait_for_timeout(300)
    assert check(root, DPO)["time"] == paused
    press(live, "Same end as RLHF")
    assert press(live, "Step")["time"] == 1, "from the end, training begins again"


def test_playing_ends_with_the_training(live: Live) -> None:
    page, root = live
    page.get_by_label("training step").press("End")
    page.get_by_label("training step").press("ArrowLeft")
    press(live, "Play")
    page.wait_for_function(
        "root => JSON.parse(root.dataset.state).time === 2000", arg=root, timeout=PATIENCE
    )
    root.wait_for_selector('button:text-is("Play")')
    assert check(root, DPO)["time"] == 2000


def test_the_future_is_hidden_until_it_is_guessed_or_played(live: Live) -> None:
    page, root = live
    assert "answer" not in check(root, DPO)
    assert len(root.query_selector_all(".toy-cover")) == 2
    root.query_selector(".toy-predict input").press("ArrowRight")
    state = press(live, "Reveal")
    assert state["distance"] == pytest.approx(abs(state["guess"] - state["answer"]))
    assert not root.query_selector(".toy-cover")
    root.query_selector("input[value=one]").click()
    next_frame(page)
    assert "answer" not in check(root, DPO), "another question wants another guess"
    page.get_by_label("training step").press("End")
    next_frame(page)
    assert not root.query_selector(".toy-cover"), "what was played is no secret"


def test_the_response_that_nobody_compared_keeps_its_logit_and_not_its_probability(
    live: Live,
) -> None:
    page, root = live
    root.query_selector("input[value=one]").click()
    next_frame(page)
    state = press(live, "Reveal")
    assert state["middle.moved"] == 0
    assert state["middle.dpo"] != pytest.approx(0.3, abs=0.01)
    assert "middle.rlhf" not in state
    assert "best-middle.wins" not in state
    assert "Nobody compared" in root.query_selector(".toy-note").inner_text()


def test_each_named_setting_shows_what_it_is_named_for(live: Live) -> None:
    page, root = live
    start = press(live, "Displacement")
    assert start["best.dpo"] < 1 / 3
    answer = press(live, "Reveal")["answer"]
    assert answer < 1e-5
    same = press(live, "Same end as RLHF")
    assert same["apart"] < 1e-9
    assert "π* is RLHF's optimum" in root.query_selector(".toy-note").inner_text()
    assert root.query_selector(".toy-simplex-marks").text_content() == "π*"
    clean = press(live, "Clean labels, small β")
    assert clean["worst.dpo"] < 1e-11
    assert "apart" not in clean
    assert root.query_selector(".toy-simplex-marks").text_content() == "", "no mark without a fit"
    root.query_selector("input[value=all]").click()
    next_frame(page)
    assert "no finite rewards" in root.query_selector(".toy-note").inner_text()
    assert "apart" not in check(root, DPO)


def test_one_shared_feature_parts_the_two(live: Live) -> None:
    page, root = live
    press(live, "Same end as RLHF")
    root.query_selector("[data-trait=shared_features] input").click()
    next_frame(page)
    state = check(root, DPO)
    assert state["apart"] > 0.05
    assert state["best.moved"] * 3 == pytest.approx(state["middle.moved"])
    assert "misses" in root.query_selector(".toy-note").inner_text()
    assert toy.total_variation(
        [state[f"{n}.dpo"] for n in ("best", "middle", "worst")],
        [state[f"{n}.rlhf"] for n in ("best", "middle", "worst")],
    ) == (pytest.approx(state["apart"]))
