"""What the tests of explorables share: how one is found, and what it shows."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
from playwright.sync_api import ElementHandle, Page

#: Enough for two slow cores; every wait is for a condition.
PATIENCE = 60_000

Numbers = dict[str, float]


@dataclass(frozen=True)
class Explorable:
    """Where an explorable stands in the book, and what toy says that it should show.

    Parameters
    ----------
    name, anchor, page : the class, its name in an address, and where it stands
    expected : from the state, traits and numbers shown, to every number that is to be shown
    dragged : how many sliders and handles follow a pointer, the bars not counted
    lab : what a cell sets in JupyterLab; the reader then moves each by one step
    distributions : the traits whose numbers are probabilities that sum to one
    """

    name: str
    anchor: str
    page: str
    expected: Callable[[dict[str, Any]], Numbers]
    dragged: int
    lab: dict[str, Any]
    distributions: frozenset[str] = frozenset({"policy", "reference", "pretraining"})

    @property
    def root(self) -> str:
        return f'[data-anchor="{self.anchor}"] .toy'


#: Everything that the reader can move.
CONTROLS = '[role="slider"], input[type="range"]'


def wait_until_live(page: Page, explorable: Explorable) -> ElementHandle:
    """Return the explorable's root, once every explorable of the page has been mounted."""
    page.wait_for_selector("html[data-explorables=ready]", timeout=PATIENCE)
    return page.wait_for_selector(explorable.root, timeout=PATIENCE)


def next_frame(page: Page) -> None:
    """Wait until what was asked for has been drawn."""
    page.evaluate("new Promise(done => requestAnimationFrame(() => requestAnimationFrame(done)))")


def shown(root: ElementHandle) -> dict[str, Any]:
    """Return the traits that are drawn, and every number that is shown, to its last digit."""
    return root.evaluate(
        """root => ({
          ...JSON.parse(root.dataset.state),
          ...Object.fromEntries([...root.querySelectorAll('[data-key][data-value]')]
            .map(cell => [cell.dataset.key, Number(cell.dataset.value)])),
        })"""
    )


def check(root: ElementHandle, explorable: Explorable) -> dict[str, Any]:
    """Compare everything that is shown with toy, at the state shown; return it."""
    state = shown(root)
    for name in explorable.distributions & state.keys():
        assert abs(sum(state[name]) - 1) < 1e-12
        assert min(state[name]) > 0
    expected = explorable.expected(state)
    assert expected.keys() <= state.keys()
    for key, value in expected.items():
        assert np.isclose(state[key], value, rtol=1e-9, atol=1e-12), (key, state[key], value, state)
    return state
