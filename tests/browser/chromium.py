"""Find a Chromium for the browser tests; run as a script, also install one where there is none."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

# Chromium's own traffic and sandbox are switched off; what remains is the page's.
FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]

NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")


def find_chromium() -> str | None:
    """Return the path of the machine's Chromium or else of Playwright's, or None."""
    for name in NAMES:
        if path := shutil.which(name):
            return path
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        path = playwright.chromium.executable_path
    return path if Path(path).exists() else None


def installers() -> list[list[str]]:
    """Return the commands that may install a Chromium here, in the order to try them."""
    commands = [[sys.executable, "-m", "playwright", "install", "chromium"]]
    if os.geteuid() == 0 and shutil.which("apt-get"):
        commands += [["apt-get", "update", "-q"], ["apt-get", "install", "-qy", "chromium"]]
    return commands


def main() -> None:
    """Make sure that there is a Chromium, or say what to do."""
    for command in installers():
        if find_chromium():
            return
        print("No Chromium yet:", *command, flush=True)
        subprocess.run(command, check=False, timeout=600)
    if not find_chromium():
        sys.exit("The browser tests need a Chromium: install Debian's package chromium.")


if __name__ == "__main__":
    main()
