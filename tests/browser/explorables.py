"""What the tests of explorables share: which there are, what they show, and what toy computes."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
from playwright.sync_api import ElementHandle, Page

import toy

#: Enough for two slow cores; every wait is for a condition.
PATIENCE = 60_000

Numbers = dict[str, float]


def estimators(policy: list[float], reference: list[float]) -> dict[str, Any]:
    best = toy.control_variate(toy.optimal_coefficient(policy, reference))
    return {"k1": toy.k1, "k2": toy.k2, "k3": toy.k3, "best": best}


def directions(state: dict[str, Any]) -> Numbers:
    policy, reference = state["policy"], state["reference"]
    return {
        "reverse": toy.kl_divergence(policy, reference),
        "forward": toy.kl_divergence(reference, policy),
    }


def n_sample_means(state: dict[str, Any]) -> Numbers:
    policy, reference, n = state["policy"], state["reference"], int(state["num_samples"])
    numbers = {
        "num_samples": n,
        "kl": toy.kl_divergence(policy, reference),
        "coefficient": toy.optimal_coefficient(policy, reference),
    }
    for name, estimator in estimators(policy, reference).items():
        moments = toy.estimator_moments(estimator, policy, reference)
        numbers[f"{name}.mean"] = moments.mean
        numbers[f"{name}.bias"] = moments.bias
        numbers[f"{name}.std"] = np.sqrt(moments.variance / n)
        numbers[f"{name}.rmse"] = np.sqrt(moments.mse(n))
    return numbers


def path(state: dict[str, Any]) -> Numbers:
    policy, reference, weight = state["policy"], state["reference"], state["weight"]
    mixture = toy.geometric_mixture(policy, reference, weight)
    numbers = {
        "weight": weight,
        "kl": toy.kl_divergence(mixture, reference),
        "coefficient": toy.optimal_coefficient(mixture, reference),
    }
    for name, estimator in estimators(mixture, reference).items():
        moments = toy.estimator_moments(estimator, mixture, reference)
        numbers[f"{name}.bias"] = moments.bias
        numbers[f"{name}.std"] = np.sqrt(moments.variance)
    if "answer" in state:
        numbers["answer"] = toy.variance_crossover(policy, reference)
        numbers["distance"] = abs(state["guess"] - numbers["answer"])
    return numbers


@dataclass(frozen=True)
class Explorable:
    """Where an explorable stands in the book, and what toy says that it should show."""

    name: str
    anchor: str
    page: str
    expected: Callable[[dict[str, Any]], Numbers]

    @property
    def root(self) -> str:
        return f'[data-anchor="{self.anchor}"] .toy'


EXPLORABLES = [
    Explorable("KLDirections", "kl-directions", "book/index.html", directions),
    Explorable("KLEstimators", "kl-estimators", "book/kl_estimators.html", n_sample_means),
    Explorable("KLPath", "kl-path", "book/kl_estimators.html", path),
]

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
    """Return every number that is shown, to its last digit, and the distributions of the bars."""
    return root.evaluate(
        """root => {
          const numbers = Object.fromEntries([...root.querySelectorAll('[data-key][data-value]')]
            .map(cell => [cell.dataset.key, Number(cell.dataset.value)]));
          for (const name of ['policy', 'reference']) {
            numbers[name] = [...root.querySelectorAll(`[role=slider][aria-label^="${name},"]`)]
              .map(bar => Number(bar.getAttribute('aria-valuenow')));
          }
          return numbers;
        }"""
    )


def check(root: ElementHandle, explorable: Explorable) -> dict[str, Any]:
    """Compare everything that is shown with toy, at the state shown; return it."""
    state = shown(root)
    for name in ("policy", "reference"):
        assert abs(sum(state[name]) - 1) < 1e-12
        assert min(state[name]) > 0
    expected = explorable.expected(state)
    assert expected.keys() <= state.keys()
    for key, value in expected.items():
        assert np.isclose(state[key], value, rtol=1e-9, atol=1e-12), (key, state[key], value, state)
    return state
