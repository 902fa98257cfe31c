"""Icons without an icon font; unnecessary once the theme ships the few that it uses.

The theme's Font Awesome script is 1.5 MB for about ten icons. Each icon that the site uses becomes
a mask in one small style sheet instead, which takes the text's colour in light and dark.
"""

from __future__ import annotations

import re
import shutil
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

from sphinx.util import logging

from extensions import NODE_MODULES

if TYPE_CHECKING:
    from sphinx.application import Sphinx

logger = logging.getLogger(__name__)

ICONS = NODE_MODULES / "@fortawesome" / "fontawesome-free" / "svgs"
FAMILIES = ("solid", "regular", "brands")
# The theme's own words about an icon: its family and its size.
NOT_AN_ICON = {*FAMILIES, "lg", "sm", "xs", "xl", "fw"}
GLYPHS = re.compile(
    r'(?:\.fa-[\w-]+:before,?)+\{content:"[^"]*"\}|@font-face\{[^}]*Font Awesome[^}]*\}'
)

MASK = """\
:is(.fas, .far, .fab, .fa-solid, .fa-regular, .fa-brands) {{
  display: inline-block;
  width: 1em;
  height: 1em;
}}
:is(.fas, .far, .fab, .fa-solid, .fa-regular, .fa-brands)::before {{
  content: "";
  display: block;
  width: 100%;
  height: 100%;
  background: currentcolor;
  mask: var(--icon) center / contain no-repeat;
}}
@media (forced-colors: active) {{
  :is(.fas, .far, .fab, .fa-solid, .fa-regular, .fa-brands)::before {{ background: CanvasText; }}
}}
{icons}
"""


def used_icons(site: Path) -> list[str]:
    """Return the names of the icons in the site's pages and scripts."""
    texts = [page.read_text("utf-8") for page in site.rglob("*.html")]
    texts.append((site / "_static/scripts/pydata-sphinx-theme.js").read_text("utf-8"))
    classes = re.findall(r"""["' ]fa-([a-z][a-z0-9-]*)""", "".join(texts))
    return sorted(set(classes) - NOT_AN_ICON)


def icon_rule(name: str) -> str:
    """Return the style rule that draws one icon."""
    for family in FAMILIES:
        path = ICONS / family / f"{name}.svg"
        if path.exists():
            svg = re.sub(r"<!--.*?-->", "", path.read_text("utf-8"), flags=re.DOTALL)
            return f".fa-{name} {{ --icon: url('data:image/svg+xml,{quote(svg)}'); }}"
    logger.warning("there is no icon %r in Font Awesome", name, type="icons")
    return ""


def write_icons(app: Sphinx, failure: Exception | None) -> None:
    """Write the style sheet of the icons, and take theirs out of the theme's."""
    if failure or app.builder.format != "html":
        return
    static = Path(app.outdir, "_static")
    icons = "\n".join(icon_rule(name) for name in used_icons(Path(app.outdir)))
    (static / "icons.css").write_text(MASK.format(icons=icons), "utf-8")
    theme = static / "styles/pydata-sphinx-theme.css"
    theme.write_text(GLYPHS.sub("", theme.read_text("utf-8")), "utf-8")
    for useless in {*static.rglob("*.map"), *static.glob("scripts/fontawesome.*")}:
        useless.unlink()
    shutil.rmtree(static / "vendor/fontawesome", ignore_errors=True)


def setup(app: Sphinx) -> dict[str, Any]:
    """Write the icons that the pages use."""
    app.add_css_file("icons.css")
    app.connect("build-finished", write_icons)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
