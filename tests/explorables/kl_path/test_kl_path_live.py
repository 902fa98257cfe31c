"""The explorable of the path: the guess."""

from __future__ import annotations

import pytest
from explorables.kl_path.facts import KL_PATH
from explorables.live import Live, OpenLive

import toy


@pytest.fixture
def live(open_live: OpenLive) -> Live:
    return open_live(KL_PATH)


def test_a_guess_is_compared_with_the_exact_crossover(live: Live) -> None:
    assert "answer" not in live.check(), "nothing is revealed before the guess"
    assert live.find(".toy-cover")
    live.find(".toy-predict input").press("ArrowRight")
    live.button("Reveal").press("Enter")
    state = live.check()
    exact = toy.variance_crossover(state["policy"], state["reference"])
    assert state["answer"] == pytest.approx(exact, rel=1e-9)
    assert state["distance"] == pytest.approx(abs(state["guess"] - exact))
    assert not live.find(".toy-cover")
    live.find('[role="slider"]').press("PageDown")
    assert live.check()["answer"] != state["answer"], "the answer follows the bars"
    live.button("Guess again").press("Enter")
    assert "answer" not in live.check()
