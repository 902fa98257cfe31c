"""What the tests of explorables share: how one is found, and what it shows.

A folder here has the name of its explorable's; what is said of it in `facts.py` is tested in the
book and in JupyterLab, and its other tests are what only this explorable has.
"""

from __future__ import annotations

import itertools
import json
from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property
from importlib import import_module
from pathlib import Path
from typing import Any

import numpy as np
from pages import Source, names
from playwright.sync_api import BrowserContext, ElementHandle, Page
from visits import ROOT

import toy
from toy.explorables.traits import Count, Distribution, Labels, Number, Row, Switch
from toy.figures.policy_gradient import CORNERS

#: Enough for two slow cores; every wait is for a condition.
PATIENCE = 60_000

Numbers = dict[str, float]
Place = tuple[float, float]

#: Around the triangle of policies, in pixels.
SIDE_MARGIN, TOP_MARGIN = 22, 42


@dataclass(frozen=True)
class Explorable:
    """Where an explorable stands in the book, and what toy says that it should show.

    Parameters
    ----------
    name, anchor : the class, and its name in an address
    expected : from the state, traits and numbers shown, to every number that is to be shown
    dragged : how many sliders and handles follow a pointer, the bars not counted
    lab : what a cell sets in JupyterLab; the reader then moves each by one step
    distributions : the traits whose numbers are probabilities that sum to one
    """

    name: str
    anchor: str
    expected: Callable[[dict[str, Any]], Numbers]
    dragged: int
    lab: dict[str, Any]
    distributions: frozenset[str] = frozenset({"policy", "reference", "pretraining"})

    @cached_property
    def page(self) -> str:
        """Where it stands: the first page, after the front page, that shows it."""
        cls = getattr(toy.explorables, self.name)
        return next(f"{name}.html" for name in names()[1:] if cls in Source(name).figures)

    @property
    def root(self) -> str:
        return f'[data-anchor="{self.anchor}"] .toy'


def found() -> list[Explorable]:
    """Return the explorables of all folders beside this file, as each `facts.py` has them."""
    folders = sorted(path.parent.name for path in Path(__file__).parent.glob("*/facts.py"))
    facts = [vars(import_module(f"explorables.{folder}.facts")) for folder in folders]
    return [fact for named in facts for fact in named.values() if isinstance(fact, Explorable)]


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
    assert "NaN" not in root.inner_text()
    if "distance" in state:
        assert np.isclose(state["distance"], abs(state["guess"] - state["answer"]))
    expected = explorable.expected(state)
    assert expected.keys() <= state.keys()
    for key, value in expected.items():
        assert np.isclose(state[key], value, rtol=1e-9, atol=1e-12), (key, state[key], value, state)
    return state


@dataclass(frozen=True)
class Live:
    """An explorable in an open page of the book, and what a reader does with it.

    Everything is looked for in the explorable alone: a page holds several.
    """

    explorable: Explorable
    page: Page
    root: ElementHandle
    complaints: list[str]

    @classmethod
    def open(cls, context: BrowserContext, home: str, explorable: Explorable) -> Live:
        page, complaints = context.new_page(), []
        page.on("pageerror", lambda error: complaints.append(str(error)))
        page.on("console", lambda m: m.type == "warning" and complaints.append(m.text))
        page.goto(home + explorable.page)
        return cls(explorable, page, wait_until_live(page, explorable), complaints)

    def check(self) -> dict[str, Any]:
        """Compare what is drawn in the next frame with toy, and return it."""
        next_frame(self.page)
        return check(self.root, self.explorable)

    def find(self, selector: str) -> ElementHandle | None:
        return self.root.query_selector(selector)

    def button(self, name: str) -> ElementHandle:
        return self.find(f'button:text-is("{name}")')

    def press(self, name: str) -> dict[str, Any]:
        """Press a button, and return what is then shown."""
        self.button(name).click()
        return self.check()

    def choose(self, value: str) -> dict[str, Any]:
        """Choose one of a few, and return what is then shown."""
        self.find(f'input[value="{value}"]').click()
        return self.check()

    def slide(self, key: str, to: str) -> dict[str, Any]:
        """Press a key on the slider of a number, and return what is then shown."""
        self.find(f'.toy-slider:has([data-key="{key}"]) input').press(to)
        return self.check()

    def drag(self, start: Place, end: Place) -> dict[str, Any]:
        """Drag with the mouse, and return what is then shown."""
        self.page.mouse.move(*start)
        self.page.mouse.down()
        self.page.mouse.move(*end, steps=4)
        self.page.mouse.up()
        return self.check()

    def middle(self, selector: str) -> Place:
        """Return where the middle of a marker stands on the screen, which it is brought onto."""
        marker = self.find(selector)
        marker.scroll_into_view_if_needed()
        box = marker.bounding_box()
        return box["x"] + box["width"] / 2, box["y"] + box["height"] / 2

    def spot(self, policy: list[float]) -> Place:
        """Return where a policy stands on the screen, in the triangle; the last response on top."""
        triangle = self.find(".toy-simplex .toy-chart-box")
        triangle.scroll_into_view_if_needed()
        box = triangle.bounding_box()
        side = box["width"] - 2 * SIDE_MARGIN
        x, y = np.array(policy) @ CORNERS
        top = box["y"] + TOP_MARGIN
        return box["x"] + SIDE_MARGIN + side * x, top + side * (CORNERS[2, 1] - y)

    def wait_for_time(self, condition: str) -> None:
        """Wait until the time that is drawn is such as `condition`, say "> 3"."""
        script = f"root => JSON.parse(root.dataset.state).time {condition}"
        self.page.wait_for_function(script, arg=self.root, timeout=PATIENCE)


OpenLive = Callable[..., Live]


def extreme(cls: type[toy.explorables.Explorable], end: str) -> toy.explorables.Explorable:
    """Return the explorable with every number at one `end`, "low" or "high", of what it may be.

    Rows alternate between the ends, and of two distributions one is nearly certain of what the
    other hardly ever gives.
    """
    state: dict[str, Any] = {}
    for i, (name, trait) in enumerate(cls.declared().items()):
        if isinstance(trait, Number | Count):
            state[name] = getattr(trait, end)
        elif isinstance(trait, Row):
            size = len(trait.default_value)
            ends = [trait.low, getattr(trait, "high", trait.low)][:: 1 - 2 * (i % 2)]
            row = list(itertools.islice(itertools.cycle(ends), size))
            if isinstance(trait, Distribution):
                row[-(i % 2)] = 1 - trait.low * (size - 1)
            state[name] = row
        elif isinstance(trait, Labels):
            state[name] = [f"$x^{j}$ & <b>" for j in range(len(trait.default_value))]
        elif isinstance(trait, Switch):
            state[name] = end == "high"
    return cls(**state)


def static_page(*widgets: toy.explorables.Explorable, views: list[int], theme: str = "") -> str:
    """Return a page such as myst-nb writes: the widgets' states, and a view for each index."""
    kept = str | int | float | tuple | dict
    state = {
        widget.model_id: {
            "state": {k: v for k, v in widget.get_state().items() if isinstance(v, kept)}
        }
        for widget in widgets
    }
    references = [json.dumps({"model_id": widgets[i].model_id}) for i in views]
    boxes = "".join(
        '<div class="explorable"><p class="explorable-still">still</p>'
        f'<script type="application/vnd.jupyter.widget-view+json">{reference}</script></div>'
        for reference in references
    )
    host = (ROOT / "book/assets/widget_host.js").read_text("utf-8")
    embedded = json.dumps({"state": state}).replace("</", "<\\/")
    return (
        f'<!doctype html><html lang="en" {theme}><title>Explorables</title><main><h1>All</h1>'
        f'{boxes}</main><script type="application/vnd.jupyter.widget-state+json">'
        f"{embedded}</script><script>{host}</script>"
    )
