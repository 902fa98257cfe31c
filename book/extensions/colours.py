"""Light and dark: the figures' palette as style variables, and the theme before the first paint."""

from __future__ import annotations

import re
from pathlib import Path
from typing import TYPE_CHECKING, Any

from toy.figures.palette import PALETTE

if TYPE_CHECKING:
    from bs4 import BeautifulSoup
    from sphinx.application import Sphinx

# The theme's script leaves "auto" until the whole page is read, and no colour is defined for that.
CHOOSE_THEME = """
    const root = document.documentElement.dataset;
    const dark = matchMedia("(prefers-color-scheme: dark)").matches;
    root.mode = localStorage.getItem("mode") || "auto";
    root.theme = root.mode === "auto" ? (dark ? "dark" : "light") : root.mode;
"""


def palette_css() -> str:
    """Return the style sheet that defines ``--toy-<role>`` for both themes."""
    light = "".join(f"  --toy-{role}: {colour.light};\n" for role, colour in PALETTE.items())
    dark = "".join(f"  --toy-{role}: {colour.dark};\n" for role, colour in PALETTE.items())
    return f'html {{\n{light}}}\nhtml[data-theme="dark"] {{\n{dark}}}\n'


def write_palette(app: Sphinx) -> None:
    """Write the palette where the pages load it from."""
    if app.builder.format == "html":
        static = Path(app.outdir, "_static")
        static.mkdir(parents=True, exist_ok=True)
        (static / "palette.css").write_text(palette_css(), "utf-8")


def choose_theme_early(_app: Sphinx, _pagename: str, soup: BeautifulSoup) -> None:
    """Let the page know its theme at once; without JavaScript it is the light one."""
    soup.html["data-theme"] = "light"
    soup.head.find("script", string=re.compile("dataset.theme")).string = CHOOSE_THEME


def setup(app: Sphinx) -> dict[str, Any]:
    """Add the palette to every page."""
    app.setup_extension("extensions.pages")
    app.add_css_file("palette.css")
    app.connect("builder-inited", write_palette)
    app.connect("page-written", choose_theme_early)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
