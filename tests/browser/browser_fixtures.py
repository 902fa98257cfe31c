"""What the browser tests share: Chromium, and the built book over http and from the file system."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from typing import TYPE_CHECKING, Any, BinaryIO

import pytest
from chromium import FLAGS, find_chromium
from playwright.sync_api import Browser, sync_playwright
from visits import DESKTOP, HTML, OpenPage, Visit, Visiting

if TYPE_CHECKING:
    from explorables.live import Explorable, Live, OpenLive

#: Bytes of a page that arrive at once, and seconds until the next.
SLOW_PIECE, SLOW_PAUSE = 32_768, 0.05


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    """A headless Chromium."""
    path = find_chromium()
    if path is None:
        pytest.fail("no Chromium: run make test, which installs one")
    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(executable_path=path, args=FLAGS)
        yield chromium
        chromium.close()


class _Quiet(SimpleHTTPRequestHandler):
    def log_message(self, *_: object) -> None:
        """Keep the test's output free of one line a request."""


class _Slow(_Quiet):
    def copyfile(self, source: BinaryIO, outputfile: BinaryIO) -> None:
        """Send a page as a slow line would, so that it is painted while it still comes."""
        while piece := source.read(SLOW_PIECE):
            outputfile.write(piece)
            if self.path.endswith(".html"):
                time.sleep(SLOW_PAUSE)


@contextmanager
def _served(handler: type[_Quiet]) -> Iterator[str]:
    with ThreadingHTTPServer(("127.0.0.1", 0), partial(handler, directory=str(HTML))) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_port}/"
        server.shutdown()


@pytest.fixture(scope="session")
def http_url() -> Iterator[str]:
    """The address of the built book, served from this machine; ends with a slash."""
    with _served(_Quiet) as url:
        yield url


@pytest.fixture(scope="session")
def slow_url() -> Iterator[str]:
    """The same, but pages come in pieces."""
    with _served(_Slow) as url:
        yield url


@pytest.fixture(scope="session")
def file_url() -> str:
    """The address of the built book in the file system; ends with a slash."""
    return HTML.as_uri() + "/"


@pytest.fixture(scope="session")
def visiting(browser: Browser, http_url: str, slow_url: str, file_url: str) -> Visiting:
    """A function that opens a page of the book for a while, and records its problems.

    ``with visiting("book/index.html", theme="dark", viewport=PHONE, scheme="file")`` gives a
    `Visit` in a browser context of its own.
    """
    homes = {"http": http_url, "slow": slow_url, "file": file_url}

    @contextmanager
    def visit_one(
        path: str,
        theme: str = "light",
        viewport: tuple[int, int] = DESKTOP,
        scheme: str = "http",
        hash: str = "",
        java_script: bool = True,
        offline: bool = False,
        touch: bool = False,
    ) -> Iterator[Visit]:
        width, height = viewport
        context = browser.new_context(
            viewport={"width": width, "height": height},
            color_scheme=theme,
            reduced_motion="reduce",
            java_script_enabled=java_script,
            offline=offline,
            has_touch=touch,
        )
        visit = Visit(context.new_page())
        visit.page.set_default_timeout(20_000)
        visit.record(homes[scheme])
        visit.page.goto(homes[scheme] + path + hash, wait_until="load")
        yield visit
        context.close()

    return visit_one


@pytest.fixture
def open_page(visiting: Visiting) -> Iterator[OpenPage]:
    """A function that opens a page as `visiting` does, until the end of the test."""
    with ExitStack() as visits:
        yield lambda *args, **options: visits.enter_context(visiting(*args, **options))


@pytest.fixture(scope="module")
def open_live(browser: Browser, http_url: str) -> Iterator[OpenLive]:
    """A function that opens an explorable in its page, and returns it as the page has it at first.

    Who asks for the last one again gets the same page after Reset: a chapter takes seconds to open.
    """
    # Imported here, because every run of pytest loads this module, and few open an explorable.
    from explorables.live import Live, next_frame

    asked: Any = None
    live: Live | None = None

    def open_one(
        explorable: Explorable, viewport: tuple[int, int] = DESKTOP, **options: Any
    ) -> Live:
        nonlocal asked, live
        if live and asked == (explorable, viewport, options):
            live.find(".toy-reset").click()
        else:
            close()
            width, height = viewport
            size = {"width": width, "height": height}
            # To wait for a condition evaluates a string, which the page's policy does not let pass.
            context = browser.new_context(viewport=size, bypass_csp=True, **options)
            asked, live = (explorable, viewport, options), Live.open(context, http_url, explorable)
        next_frame(live.page)
        return live

    def close() -> None:
        if live:
            live.page.context.close()

    yield open_one
    close()
