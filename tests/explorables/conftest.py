"""A page with nothing but explorables on it, written for one test."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from explorables.live import PATIENCE
from playwright.sync_api import Browser, Page


@pytest.fixture(scope="module")
def open_static(browser: Browser, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Any]:
    """A function that writes a static page, opens it with a hash, and waits for its widgets."""
    opened: list[Page] = []
    folder = tmp_path_factory.mktemp("static")

    def open_one(html: str, hash: str = "", **options: Any) -> Page:
        target = folder / f"{len(opened)}.html"
        target.write_text(html, "utf-8")
        opened.append(browser.new_page(**options))
        open_one.said = said = []
        opened[-1].on("console", lambda message: said.append(message.text))
        opened[-1].goto(target.as_uri() + hash)
        opened[-1].wait_for_selector("html[data-explorables=ready]", timeout=PATIENCE)
        return opened[-1]

    yield open_one
    for page in opened:
        page.close()
