"""What a link leads to, shown beside it; unnecessary once browsers show the target of a link.

Each page leaves a script beside it with what the links to it may show: its equations, theorems,
terms and works, as the page has them, without links of their own. ``assets/previews.js`` loads a
page's script when a reader first points at such a link; nothing is loaded before.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from sphinx.application import Sphinx

#: What has a preview begins so; a term ends with its explanation, everything else with itself.
TARGET = re.compile(
    r'<(?:div class="(?:math|citation|proof [^"]*)"|(?P<term>dt)) id="(?P<id>[^"]+)"[^>]*>'
)

#: A preview is a copy: what is in it is neither followed nor led to.
LINKS = re.compile(r'<a class="headerlink".*?</a>|</?a\b[^>]*>|\s(?:id|role)="[^"]*"')


def end(html: str, start: int, tag: str) -> int:
    """Return where the first element of a kind at or after `start` ends."""
    depth = 0
    for edge in re.compile(rf"<(/?){tag}\b[^>]*>").finditer(html, start):
        depth += -1 if edge[1] else 1
        if depth == 0:
            return edge.end()
    raise ValueError(f"an element {tag!r} is not closed")


def previews(html: str) -> Iterator[tuple[str, str]]:
    """Yield the anchor and the HTML of each preview of a page."""
    for target in TARGET.finditer(html):
        start = target.start()
        last = end(html, start, "dd" if target["term"] else "div")
        shown = LINKS.sub("", html[start:last])
        yield target["id"], f"<dl>{shown}</dl>" if target["term"] else shown


def write_previews(
    app: Sphinx, page: str, _template: str, context: dict[str, Any], *_: Any
) -> None:
    """Write a page's previews where the other pages load them from."""
    if found := dict(previews(context.get("body", ""))):
        script = Path(app.outdir, "_static/previews", f"{page}.js")
        script.parent.mkdir(parents=True, exist_ok=True)
        entry = f"{json.dumps(page)}] = {json.dumps(found, ensure_ascii=False)}"
        script.write_text(f"(globalThis.previews ??= {{}})[{entry};\n", "utf-8")


def setup(app: Sphinx) -> dict[str, Any]:
    """Write the previews once a page's body is as it will be."""
    app.add_js_file("previews.js", defer="defer")
    app.connect("html-page-context", write_previews, priority=950)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
