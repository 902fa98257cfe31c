"""A visit to a page of the built book, with everything that a browser complains about."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager
from dataclasses import dataclass, field

from pages import ROOT, names
from playwright.sync_api import Page, Request

HTML = ROOT / "_build" / "html"
DESKTOP = (1280, 900)
PHONE = (375, 812)


def pages() -> list[str]:
    """Return the paths of the book's pages below the site's root, from the table of contents."""
    return [f"{name}.html" for name in names()]


def read_to_the_end(page: Page) -> None:
    """Scroll through the page, so that everything that loads when it is seen has loaded."""
    page.evaluate(
        """async () => {
            for (let y = 0; y < document.body.scrollHeight; y += innerHeight) {
                scrollTo(0, y);
                await new Promise((done) => setTimeout(done, 20));
            }
            scrollTo(0, 0);
        }"""
    )
    page.wait_for_load_state("networkidle")


@dataclass
class Visit:
    """An open page with all that went wrong, and all that was asked for, since it was opened."""

    page: Page
    requests: list[str] = field(default_factory=list)
    problems: list[str] = field(default_factory=list)

    def record(self, home: str) -> None:
        """Start to listen; `home` is the only address that the page may ask for anything."""

        def on_request(request: Request) -> None:
            self.requests.append(request.url)
            if not request.url.startswith((home, "data:", "blob:")):
                self.problems.append(f"foreign request: {request.url}")

        def on_failure(request: Request) -> None:
            # Who leaves a page takes back what it still asks for: that is no failure.
            if request.failure != "net::ERR_ABORTED":
                note(f"failed request: {request.url}: {request.failure}")

        page, note = self.page, self.problems.append
        page.on("request", on_request)
        page.on("requestfailed", on_failure)
        page.on("response", lambda r: r.status >= 400 and note(f"status {r.status}: {r.url}"))
        page.on("pageerror", lambda error: note(f"JavaScript error: {error}"))
        page.on(
            "console",
            lambda m: m.type in ("error", "warning") and note(f"console {m.type}: {m.text}"),
        )


OpenPage = Callable[..., Visit]
Visiting = Callable[..., AbstractContextManager[Visit]]
