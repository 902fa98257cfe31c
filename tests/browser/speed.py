"""How soon a page's first live figure answers, and how closely it follows the hand.

Numbers to be printed, by `make sizes` and by a test (test_pages.py): no test asks for a time.
"""

from __future__ import annotations

from dataclasses import dataclass

from playwright.sync_api import Page

#: How much slower than this machine's the processor is made to seem, while a figure follows.
SLOWER = 4

#: From the start of the navigation until the first figure has drawn itself, as the host marks it.
OPENS = "performance.getEntriesByName('explorable')[0].startTime"

#: Median time from a key on the first figure's control until what it changes has been painted.
FOLLOWS = """async () => {
    const root = document.querySelector(".toy-mount .toy");
    const control = [...root.querySelectorAll("input[type=range], [role=slider]")]
        .find((one) => !one.closest(".toy-guess, .toy-predict") && !one.disabled);
    const painted = () => new Promise((done) => requestAnimationFrame(() => setTimeout(done)));
    const times = [];
    for (let i = 0; i < 21; i++) {
        await painted();
        const start = performance.now(), before = root.dataset.state;
        control.value = Number(control.value) + (i % 2 ? -1 : 1) * (Number(control.step) || 1);
        control.dispatchEvent(new Event("input", { bubbles: true }));
        while (root.dataset.state === before) await painted();
        times.push(performance.now() - start);
    }
    return times.sort((a, b) => a - b)[10];
}"""


@dataclass(frozen=True)
class Speed:
    """How quick a page's first live figure is.

    Parameters
    ----------
    opens : ms from the beginning of the navigation until it is drawn
    follows : ms from a control's move until the change is painted, at a quarter of the CPU's speed
    """

    opens: float
    follows: float


def speed_of(page: Page) -> Speed:
    """Return the speed of an open page that has a live figure."""
    page.wait_for_selector("html[data-explorables=ready]")
    page.wait_for_load_state("networkidle")
    opens = page.evaluate(OPENS)
    devtools = page.context.new_cdp_session(page)
    devtools.send("Emulation.setCPUThrottlingRate", {"rate": SLOWER})
    follows = page.evaluate(FOLLOWS)
    devtools.send("Emulation.setCPUThrottlingRate", {"rate": 1})
    return Speed(opens=round(opens), follows=round(follows, 1))
