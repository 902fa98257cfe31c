"""Take a picture of every page of the built book, both devices and themes: `make pictures`.

For people to look at; no test asks anything of a picture.
"""

import sys
from itertools import product
from pathlib import Path

from chromium import FLAGS, find_chromium
from playwright.sync_api import sync_playwright
from visits import DESKTOP, HTML, PHONE, ROOT, pages, read_to_the_end

PICTURES = ROOT / "_build" / "pictures"
VIEWPORTS = {"desktop": DESKTOP, "phone": PHONE}


def main(*wanted: str) -> None:
    """Write a picture of each page whose name is wanted, of all if none is named."""
    PICTURES.mkdir(parents=True, exist_ok=True)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=find_chromium(), args=FLAGS)
        chosen = [path for path in pages() if not wanted or Path(path).stem in wanted]
        for path, (device, (width, height)), theme in product(
            chosen, VIEWPORTS.items(), ("light", "dark")
        ):
            page = browser.new_page(viewport={"width": width, "height": height}, color_scheme=theme)
            page.goto((HTML / path).as_uri())
            read_to_the_end(page)
            file = PICTURES / f"{Path(path).stem}-{device}-{theme}.png"
            page.screenshot(path=file, full_page=True)
            print(file.relative_to(ROOT))
            page.close()


if __name__ == "__main__":
    main(*sys.argv[1:])
