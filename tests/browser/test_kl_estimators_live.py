"""The explorable of estimators: the reader's λ, the sampler, and how far the law is listed."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest
from explorables import check, next_frame, wait_until_live
from playwright.sync_api import Browser, ElementHandle
from shows_kl import ESTIMATORS
from visits import DESKTOP

import toy

Opened = tuple[ElementHandle, Callable[[str], dict]]


@pytest.fixture(scope="module")
def opened(browser: Browser, http_url: str) -> Iterator[Opened]:
    width, height = DESKTOP
    page = browser.new_page(viewport={"width": width, "height": height})
    page.goto(http_url + ESTIMATORS.page)
    root = wait_until_live(page, ESTIMATORS)

    def at(query: str) -> dict:
        page.evaluate("hash => { location.hash = hash; }", f"#{ESTIMATORS.anchor}?{query}")
        next_frame(page)
        return check(root, ESTIMATORS)

    yield root, at
    page.close()


def test_lambda_zero_is_k1_and_lambda_one_is_k3(opened: Opened) -> None:
    _, at = opened
    for coefficient, name in ((0, "k1"), (1, "k3")):
        state = at(f"coefficient={coefficient}&stale=0.3")
        for number in ("mean", "std", "rmse"):
            assert state[f"ink.{number}"] == pytest.approx(state[f"{name}.{number}"])


def test_no_number_of_samples_makes_up_for_another_sampler(opened: Opened) -> None:
    _, at = opened
    state = at("stale=1&num_samples=10000")
    forward = toy.kl_divergence(state["reference"], state["policy"])
    assert state["k1.mean"] == pytest.approx(-forward)
    assert state["k1.rmse"] == pytest.approx(forward + state["kl"], rel=0.01)


def test_the_figure_says_how_far_the_law_is_listed(opened: Opened) -> None:
    root, at = opened
    title = 'text.toy-axis-title:text("estimate from")'
    at("num_samples=100")
    assert root.query_selector(title).text_content() == "estimate from N = 100 samples, nats"
    at("num_samples=10000")
    assert "N = 100, the most whose law can be listed" in root.query_selector(title).text_content()
    at("num_samples=10000&policy=0.6,0.4&reference=0.3,0.7&responses=yes,no")
    assert root.query_selector(title).text_content() == "estimate from N = 10000 samples, nats"
