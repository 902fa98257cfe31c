"""The explorable of both directions: a finger, and several of one kind on a page."""

from __future__ import annotations

from typing import Any

import numpy as np
from explorables.kl_directions.facts import DIRECTIONS
from explorables.live import PATIENCE, OpenLive, next_frame, shown, static_page
from visits import PHONE

import toy


def test_a_finger_drags_a_bar_by_its_end_alone(open_live: OpenLive) -> None:
    live = open_live(DIRECTIONS, PHONE, has_touch=True)
    bar = live.find('[role="slider"]')
    bar.scroll_into_view_if_needed()
    track = bar.query_selector(".toy-bar-track").bounding_box()
    devtools = live.page.context.new_cdp_session(live.page)

    def touch(kind: str, *places: float) -> None:
        y = track["y"] + track["height"] / 2
        points = [{"x": track["x"] + place * track["width"], "y": y} for place in places]
        devtools.send("Input.dispatchTouchEvent", {"type": kind, "touchPoints": points})

    def swipe(start: float, end: float) -> float:
        touch("touchStart", start)
        for place in np.linspace(start, end, 6):
            touch("touchMove", float(place))
        touch("touchEnd")
        next_frame(live.page)
        return float(bar.get_attribute("aria-valuenow"))

    before = float(bar.get_attribute("aria-valuenow"))
    assert swipe(before - 0.5, before - 0.3) == before, "elsewhere a finger scrolls the page"
    assert abs(swipe(before, 0.4) - 0.4) < 0.01
    live.check()


def test_views_of_one_model_move_together_and_models_of_one_name_are_told_apart(
    open_static: Any,
) -> None:
    one, two = toy.explorables.KLDirections(), toy.explorables.KLDirections()
    html = static_page(one, two, views=[0, 1, 0])
    page = open_static(html)
    anchors = page.eval_on_selector_all(".toy-mount", "all => all.map(m => m.dataset.anchor)")
    assert anchors == ["kl-directions", "kl-directions-2", "kl-directions"]
    roots = page.query_selector_all(".toy")
    roots[0].query_selector('[role="slider"]').press("PageDown")
    next_frame(page)
    first, other, third = (shown(root) for root in roots)
    assert first == third != other
    assert page.eval_on_selector_all("style", "all => all.length") == 2, "one style, and the host's"

    page = open_static(html, hash="#kl-directions-2?policy=.2,.3,.5")
    next_frame(page)
    first, other, _ = (shown(root) for root in page.query_selector_all(".toy"))
    assert other["policy"] == [0.2, 0.3, 0.5] != first["policy"]


def test_labels_with_commas_and_signs_survive_a_link(open_static: Any) -> None:
    labels = ["yes, of course", "50% & more?", "né #1"]
    policies = {"policy": [0.2, 0.3, 0.5], "reference": [0.5, 0.3, 0.2]}
    html = static_page(toy.explorables.KLDirections(responses=labels, **policies), views=[0])
    page = open_static(html)
    page.query_selector('[role="slider"]').press("PageUp")
    page.wait_for_function("location.hash.includes('policy=')", timeout=PATIENCE)
    assert "responses" not in page.evaluate("location.hash"), "only what was changed is written"
    query = "responses=" + ",".join(page.evaluate("l => l.map(encodeURIComponent)", labels))
    page = open_static(html.replace("yes, of course", "no"), hash=f"#kl-directions?{query}")
    next_frame(page)
    assert page.locator(".toy-bars-label").all_inner_texts() == labels


def test_the_number_of_pairs_is_guessed_and_told_at_the_first(open_live: OpenLive) -> None:
    live = open_live(DIRECTIONS)
    live.choose("one")
    assert "to see whether you are right" in live.root.inner_text()
    live.page.evaluate(
        "location.hash = '#kl-directions?policy=.7,.3&reference=.3,.7&responses=yes,no'"
    )
    live.check()
    assert "Not one alone." in live.root.inner_text()
    live.choose("infinitely many")
    assert "Right." in live.root.inner_text()
    live.press("Reset")
    assert not live.find("[data-trait=guess] input:checked")
