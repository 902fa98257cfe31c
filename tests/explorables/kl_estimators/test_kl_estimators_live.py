"""The explorable of estimators: the reader's λ, the sampler, and how far the law is listed."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from explorables.kl_estimators.facts import ESTIMATORS
from explorables.live import Live, OpenLive

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


def test_a_guess_is_compared_with_the_exact_number_of_samples(live: Live) -> None:
    assert "answer" not in live.check(), "nothing is revealed before the guess"
    assert live.find(".toy-cover")
    live.find(".toy-predict input").press("ArrowRight")
    state = live.press("Reveal")
    assert state["answer"] == pytest.approx(104.97, abs=0.005)
    assert not live.find(".toy-cover")
    below = at(live, f"num_samples={int(state['answer'])}")
    assert below["k1.rmse"] > below["k2.rmse"]
    above = at(live, f"num_samples={int(state['answer']) + 1}")
    assert above["k1.rmse"] < above["k2.rmse"]
    live.press("Guess again")
    assert live.find(".toy-cover")


def test_what_never_happens_is_called_so(live: Live) -> None:
    live.press("Reveal")
    state = at(live, "stale=1")
    assert state["answer"] == np.inf
    assert "Never" in live.find(".toy-verdict").text_content()
    state = at(live, "policy=0.6,0.4&reference=0.6,0.4&responses=yes,no")
    assert state["answer"] == 1
