"""The explorable of estimators: the reader's λ, the sampler, and how far the law is listed."""

from __future__ import annotations

from typing import Any

import pytest
from explorables import Live, OpenLive
from shows_kl import ESTIMATORS

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
    assert "N = 100, the most whose law can be listed" in live.find(title).text_content()
    at(live, "num_samples=10000&policy=0.6,0.4&reference=0.3,0.7&responses=yes,no")
    assert live.find(title).text_content() == "estimate from N = 10000 samples, nats"
