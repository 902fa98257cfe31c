"""Our layer on the theme; unnecessary once the theme and myst-nb pass axe-core by themselves.

The templates are in ``book/templates``. The palette of the figures becomes style variables. What
other extensions write into a page's body that axe-core refuses is mended there.
"""

from __future__ import annotations

import re
from pathlib import Path
from typing import TYPE_CHECKING, Any

from extensions import PALETTE, ROOT

if TYPE_CHECKING:
    from sphinx.application import Sphinx
    from sphinx.config import Config

#: What axe-core, a typographer, or who counts nodes finds in a page's body; what to look for; what
#: to write instead.
MENDS = {
    "label-content-name-mismatch": (r' aria-label="Toggle hidden content"', ""),
    "empty-table-header": (r"<th\b([^>]*)>(?:<p>)?\s*(?:</p>)?</th>", r"<td\1></td>"),
    "aria-required-children": (r' role="(?:list|doc-biblioentry)"', ""),
    "duplicate-id": (r' id="(?:proof|(?:proof|exercise|solution)-content)"', ""),
    # In the colour of the code around them: a third of the spans of a page of code.
    "plain code": (r'<span class="(?:n|p|w)">([^<]*)</span>', r"\1"),
    "Proof.": (r'(<div class="proof [^>]*>\s*<p>)Proof\.(?= )', r"\1<em>Proof.</em>"),
}


def mend(_app: Sphinx, _page: str, _template: str, context: dict[str, Any], *_: Any) -> None:
    """Mend one page's body."""
    for pattern, replacement in MENDS.values():
        context["body"] = re.sub(pattern, replacement, context.get("body", ""))


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


def find_templates(_app: Sphinx, config: Config) -> None:
    """Let templates in ``book/templates`` come before the theme's."""
    config.templates_path.insert(0, str(ROOT / "book/templates"))


def setup(app: Sphinx) -> dict[str, Any]:
    """Put our layer on top."""
    app.add_css_file("palette.css")
    app.connect("config-inited", find_templates)
    app.connect("builder-inited", write_palette)
    app.connect("html-page-context", mend)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
