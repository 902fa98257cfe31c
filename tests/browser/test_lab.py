"""The explorables in a real JupyterLab: Python moves them, and sees what the reader moves."""

from __future__ import annotations

import json
import os
import secrets
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from explorables.live import PATIENCE, Explorable, check, found
from playwright.sync_api import Browser, ElementHandle, Page

import toy

EXPLORABLES = found()

#: A cell that is run before the kernel is there is silently not run.
KERNEL_IS_READY = """() => {
  const kernel = window.jupyterapp?.shell?.currentWidget?.sessionContext?.session?.kernel;
  return kernel?.connectionStatus === 'connected' && kernel.status === 'idle';
}"""


def write_notebook(path: Path, explorable: Explorable) -> None:
    settings = explorable.lab
    cells = [
        f"import json, toy\nw = toy.explorables.{explorable.name}()\nw",
        "\n".join(f"w.{name} = {value!r}" for name, value in settings.items()),
        f"print('state', json.dumps({{name: getattr(w, name) for name in {[*settings]}}}))",
    ]
    notebook = {
        "cells": [
            {
                "cell_type": "code",
                "id": f"cell-{i}",
                "metadata": {},
                "execution_count": None,
                "outputs": [],
                "source": source,
            }
            for i, source in enumerate(cells)
        ],
        "metadata": {"kernelspec": {"name": "python3", "display_name": "Python 3"}},
        "nbformat": 4,
        "nbformat_minor": 5,
    }
    path.write_text(json.dumps(notebook), "utf-8")


def wait_for_server(url: str, process: subprocess.Popen[bytes], log: Path) -> None:
    deadline = time.monotonic() + PATIENCE / 1000
    while time.monotonic() < deadline and process.poll() is None:
        try:
            with urllib.request.urlopen(url, timeout=5):
                return
        except (urllib.error.URLError, ConnectionError, TimeoutError):
            time.sleep(0.2)
    pytest.fail(f"JupyterLab did not start:\n{log.read_text('utf-8')[-3000:]}")


@pytest.fixture(scope="module")
def lab(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The address of a JupyterLab of our own, with a notebook for each explorable."""
    home = tmp_path_factory.mktemp("lab")
    work = home / "notebooks"
    work.mkdir()
    for explorable in EXPLORABLES:
        write_notebook(work / f"{explorable.name}.ipynb", explorable)
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    token, log = secrets.token_hex(16), home / "lab.log"
    own = {
        name: str(home / name.lower())
        for name in ("JUPYTER_CONFIG_DIR", "JUPYTER_DATA_DIR", "JUPYTER_RUNTIME_DIR", "IPYTHONDIR")
    }
    command = [
        *(sys.executable, "-m", "jupyterlab", "--no-browser", "--allow-root"),
        *("--ip=127.0.0.1", f"--port={port}", "--ServerApp.port_retries=0"),
        *(f"--IdentityProvider.token={token}", f"--ServerApp.root_dir={work}"),
        *("--LabApp.expose_app_in_browser=True", "--LabApp.news_url="),
        "--LabApp.check_for_updates_class=jupyterlab.NeverCheckForUpdate",
    ]
    with log.open("wb") as output:
        process = subprocess.Popen(
            command,
            env=os.environ | own,
            stdout=output,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )
        try:
            wait_for_server(f"http://127.0.0.1:{port}/api", process, log)
            yield f"http://127.0.0.1:{port}/lab?reset&token={token}"
        finally:
            process.terminate()
            try:
                process.wait(30)
            except subprocess.TimeoutExpired:
                os.killpg(process.pid, signal.SIGKILL)
                process.wait()


@pytest.fixture(scope="module")
def lab_page(browser: Browser, lab: str) -> Iterator[Page]:
    """JupyterLab in a window, opened once: to load it takes longer than all that is done in it."""
    page = browser.new_page(viewport={"width": 1300, "height": 1500})
    page.goto(lab)
    page.wait_for_function("window.jupyterapp?.restored", timeout=2 * PATIENCE)
    yield page
    page.close()


@pytest.fixture
def notebook(lab_page: Page, explorable: Explorable) -> Iterator[Page]:
    """The explorable's notebook in that window, and nothing beside it; all share a kernel."""
    lab_page.evaluate(
        """async (path) => {
            const { commands, serviceManager } = jupyterapp;
            const kernel = [...serviceManager.kernels.running()].at(0);
            await commands.execute("docmanager:open", { path, kernel });
        }""",
        f"{explorable.name}.ipynb",
    )
    lab_page.wait_for_function(KERNEL_IS_READY, timeout=2 * PATIENCE)
    yield lab_page
    lab_page.evaluate("() => jupyterapp.shell.currentWidget.dispose()")


def run_cell(page: Page, index: int) -> None:
    page.locator(".jp-Notebook .jp-CodeCell").nth(index).locator(".cm-content").click()
    page.keyboard.press("Shift+Enter")


def read_when_all_have_changed(page: Page, settings: dict[str, Any]) -> dict[str, Any]:
    """Run the third cell until no setting is the second cell's any more, and return them.

    Jupyter holds a change back while the kernel still works on the one before.
    """
    deadline = time.monotonic() + PATIENCE / 1000
    state = settings
    while any(state[name] == settings[name] for name in settings):
        assert time.monotonic() < deadline, f"Python still sees {state}"
        run_cell(page, 2)
        printed = page.wait_for_selector(
            ".jp-OutputArea-output:has-text('state {')", timeout=PATIENCE
        )
        page.wait_for_function(KERNEL_IS_READY, timeout=PATIENCE)
        state = json.loads(printed.inner_text().removeprefix("state "))
    return state


def wait_until_drawn(page: Page, root: ElementHandle, traits: dict[str, Any]) -> None:
    script = """([root, traits]) => Object.entries(traits).every(([name, value]) =>
        JSON.stringify(JSON.parse(root.dataset.state)[name]) === JSON.stringify(value))"""
    page.wait_for_function(script, arg=[root, traits], timeout=PATIENCE)


def move(root: ElementHandle, trait: str) -> None:
    """Let the reader move a control of the trait by one step; one alone may have another name."""
    slider = f'[role=slider][aria-label^="{trait},"], .toy-slider:has([data-key="{trait}"]) input'
    if control := root.query_selector(f"{slider}, [data-trait={trait}] input[type=radio]:checked"):
        return control.press("ArrowRight")
    if switch := root.query_selector(f"[data-trait={trait}] input"):
        return switch.press("Space")
    return root.query_selector(".toy-slider input").press("ArrowRight")


@pytest.mark.parametrize("explorable", EXPLORABLES, ids=lambda e: e.name)
def test_python_and_the_reader_move_the_same_explorable(
    notebook: Page, explorable: Explorable
) -> None:
    page = notebook
    run_cell(page, 0)
    root = page.wait_for_selector(".jp-OutputArea .toy", timeout=2 * PATIENCE)
    check(root, explorable)
    assert root.bounding_box()["width"] > 600

    settings = explorable.lab
    run_cell(page, 1)
    wait_until_drawn(page, root, settings)
    check(root, explorable)

    root.evaluate("root => root.querySelectorAll('details').forEach((fold) => (fold.open = true))")
    for name in settings:
        move(root, name)
    state = read_when_all_have_changed(page, settings)
    wait_until_drawn(page, root, state)
    check(root, explorable)

    root.query_selector(".toy-reset").press("Enter")
    first = getattr(toy.explorables, explorable.name)()
    wait_until_drawn(page, root, {name: getattr(first, name) for name in settings})
