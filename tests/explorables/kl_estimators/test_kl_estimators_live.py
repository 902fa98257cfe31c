"""The explorable of estimators: the reader's λ, the sampler, and how far the law is listed."""

from __future__ import annotations

import math
import re
from typing import Any

import pytest
from explorables.kl_estimators.facts import ESTIMATORS
from explorables.live import (
    PATIENCE,
    Live,
    OpenLive,
    check,
    next_frame,
    shown,
    static_page,
    wait_until_live,
)
from playwright.sync_api import Page
from visits import OpenPage

import toy


@pytest.fixture
def live(open_live: OpenLive) -> Live:
    return open_live(ESTIMATORS)


def at(live: Live, query: str) -> dict[str, Any]:
    """Follow a link within the page, and return what is then shown."""
    live.page.evaluate("hash => { location.hash = hash; }", f"#{ESTIMATORS.anchor}?{query}")
    return live.check()


def test_lambda_zero_is_k1_and_lambda_one_is_k3(live: Live) -> None:
    for coefficient, name in ((0, "k1"), (1, "k3")):
        state = at(live, f"coefficient={coefficient}&stale=0.3")
        for number in ("mean", "std", "rmse"):
            assert state[f"ink.{number}"] == pytest.approx(state[f"{name}.{number}"])


def test_no_number_of_samples_makes_up_for_another_sampler(live: Live) -> None:
    state = at(live, "stale=1&num_samples=10000")
    forward = toy.kl_divergence(state["reference"], state["policy"])
    assert state["k1.mean"] == pytest.approx(-forward)
    assert state["k1.rmse"] == pytest.approx(forward + state["kl"], rel=0.01)


def test_the_figure_says_how_far_the_law_is_listed(live: Live) -> None:
    title = 'text.toy-axis-title:text("estimate from")'
    at(live, "num_samples=100")
    assert live.find(title).text_content() == "estimate from N = 100 samples, nats"
    at(live, "num_samples=10000")
    assert "N = 100 at most" in live.find(title).text_content()
    at(live, "num_samples=10000&policy=0.6,0.4&reference=0.3,0.7&responses=yes,no")
    assert live.find(title).text_content() == "estimate from N = 10000 samples, nats"


def test_a_guess_is_compared_with_the_exact_number_of_samples(live: Live) -> None:
    assert "answer" not in live.check(), "nothing is revealed before the guess"
    assert live.find(".toy-cover")
    live.find(".toy-predict input").press("ArrowRight")
    state = live.press("Reveal")
    assert state["answer"] == 105
    assert not live.find(".toy-cover")
    below = at(live, "num_samples=104")
    assert below["k1.rmse"] > below["k2.rmse"]
    above = at(live, "num_samples=105")
    assert above["k1.rmse"] < above["k2.rmse"]
    live.press("Guess again")
    assert live.find(".toy-cover")


def test_what_never_happens_can_be_guessed(live: Live) -> None:
    assert "answer" not in at(live, "stale=1")
    live.slide("guess", "End")
    state = live.press("Reveal")
    assert state["answer"] == state["guess"] == math.inf
    assert "samples cure no bias" in live.find(".toy-predict-verdict").inner_text()
    live.press("Close")
    state = live.press("Reveal")
    assert state["answer"] == pytest.approx(1.39e6, rel=0.01)
    assert "is so small" in live.find(".toy-predict-verdict").inner_text()
    live.press("Reset")
    live.press("Reveal")
    state = at(live, "policy=0.6,0.4&reference=0.6,0.4&responses=yes,no")
    assert state["answer"] == 1


def test_who_samples_is_shown_where_it_is_not_the_policy(live: Live) -> None:
    bar = live.find('.toy-bar[data-role="path"]')
    assert not bar.is_visible()
    live.press("Another sampler")
    assert bar.is_visible()


def test_the_homeworks_numbers_are_a_press_away(live: Live) -> None:
    state = live.press("Homework 1E")
    assert state["kl"] == pytest.approx(1.614463, abs=1e-6)
    state = live.press("k3 loses")
    assert state["k3.std"] > 5 * state["k1.std"]


def test_a_link_can_be_written_by_hand(open_page: OpenPage) -> None:
    page = open_page(
        ESTIMATORS.page, hash="#kl-estimators?policy=.6,.3,.05,.05&num_samples=25"
    ).page
    root = wait_until_live(page, ESTIMATORS)
    next_frame(page)
    state = check(root, ESTIMATORS)
    assert state["policy"] == [0.6, 0.3, 0.05, 0.05]
    assert state["num_samples"] == 25
    page.evaluate("location.hash = '#kl-estimators?num_samples=4'")
    page.locator("[data-key=num_samples][data-value='4']").wait_for(timeout=PATIENCE)
    state = check(root, ESTIMATORS)
    assert state["policy"] != [0.6, 0.3, 0.05, 0.05], "the rest is as at first"

    page.goto("about:blank")
    page.go_back()
    root = wait_until_live(page, ESTIMATORS)
    next_frame(page)
    assert check(root, ESTIMATORS) == state, "who comes back finds what was left"


#: What stands after the anchor, and why it cannot be shown.
MALFORMED = {
    "policy=.6,.3": "policy must be probabilities of at least 1e-9 .*; got 0.6, 0.3",
    "policy=.6,.4": "policy must have 4 entries, one for each response; got 2",
    "policy=.6,.3,.3,.3": "policy must be probabilities of at least 1e-9.*; got 0.6, 0.3, 0.3, 0.3",
    "policy=1,0,0,0": "policy must be probabilities of at least 1e-9 .*; got 1, 0, 0, 0",
    "policy=a,b,c,d": 'cannot read "a,b,c,d" as policy',
    "num_samples=0": "num_samples must be a whole number from 1 to 10000; got 0",
    "num_samples=1e9": "num_samples must be a whole number from 1 to 10000; got 1000000000",
    "num_samples=": 'cannot read "" as num_samples',
    "num_samples=2.5": "num_samples must be a whole number from 1 to 10000; got 2.5",
    "_esm=alert(1)": 'there is no "_esm" to set',
    "policy=%E0%A4%A": 'cannot read "%E0%A4%A" as policy',
    "": 'there is no "" to set',
}


@pytest.fixture(scope="module")
def linked(open_static: Any) -> tuple[Page, list[str]]:
    """A page that was opened by a malformed link, and what the console has said since."""
    html = static_page(toy.explorables.KLEstimators(), views=[0])
    page, said = open_static(html, hash="#kl-estimators?coefficient=9"), []
    page.on("console", lambda m: said.append(f"{m.type}: {m.text}"))
    page.on("pageerror", lambda error: said.append(f"error: {error}"))
    return page, said


def test_a_malformed_link_opens_the_page_as_it_is(linked: tuple[Page, list[str]]) -> None:
    page, said = linked
    page.reload()
    page.wait_for_selector("html[data-explorables=ready]", timeout=PATIENCE)
    next_frame(page)
    widget = toy.explorables.KLEstimators()
    state = shown(page.query_selector(".toy"))
    shown_as = {k: tuple(v) if isinstance(v, list) else v for k, v in state.items()}
    assert {name: shown_as[name] for name in widget.initial} == widget.initial
    (sentence,) = said
    assert sentence.startswith("info: ")
    assert "coefficient must be one number from −1 to 2; got 9" in sentence


@pytest.mark.parametrize("query", MALFORMED)
def test_a_malformed_link_changes_nothing_and_says_why(
    linked: tuple[Page, list[str]], query: str
) -> None:
    page, said = linked
    first = shown(page.query_selector(".toy"))
    said.clear()
    page.evaluate("hash => { location.hash = hash; }", f"#kl-estimators?{query}")
    next_frame(page)
    assert shown(page.query_selector(".toy")) == first
    (sentence,) = said
    assert sentence.startswith("info: ")
    assert re.search(MALFORMED[query].replace("(", r"\("), sentence), sentence
