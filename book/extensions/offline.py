"""No page asks another host for anything; unnecessary once Sphinx can refuse foreign resources.

A foreign address in what a page, a style sheet or a picture loads fails the build.
Links that a reader may follow are no resources. Scripts could still build an address of their own:
each page carries a policy by which the browser refuses that, and every script within the page.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from html import unescape
from pathlib import Path
from typing import TYPE_CHECKING, Any

from sphinx.util import logging

if TYPE_CHECKING:
    from sphinx.application import Sphinx

logger = logging.getLogger(__name__)

# Where an element names something that a browser loads by itself.
RESOURCES = {
    "script": ("src",),
    "link": ("href",),
    "img": ("src", "srcset"),
    "source": ("src", "srcset"),
    "iframe": ("src",),
    "embed": ("src",),
    "object": ("data",),
    "audio": ("src",),
    "video": ("src", "poster"),
    "track": ("src",),
    "image": ("href", "xlink:href"),
    "use": ("href", "xlink:href"),
    "input": ("src",),
}
ELEMENT = re.compile(
    rf"<({'|'.join(RESOURCES)})\b((?:[^>\"']|\"[^\"]*\"|'[^']*')*)>", re.IGNORECASE
)
ATTRIBUTE = re.compile(r"""([\w:-]+)\s*=\s*("[^"]*"|'[^']*'|[^\s"'>]+)""")
STYLE = re.compile(r"""<style\b[^>]*>.*?</style>|\bstyle\s*=\s*("[^"]*"|'[^']*')""", re.DOTALL)
# Kinds of <link> that only tell a relation; a browser loads nothing for them.
RELATIONS = {"author", "bookmark", "canonical", "help", "license", "next", "prev", "search", "up"}
FOREIGN = re.compile(r"(?:https?:)?//[\w.-]+[^\s,'\")]*", re.IGNORECASE)
STYLE_URL = re.compile(r"(?:url\(|@import)\s*['\"]?([^'\")]+)")

#: What a page may load, by kind. The explorables import their module from a blob, as a worker that
#: runs Python would; styles within the page are the explorables' and those of the mathematics.
POLICY = {
    "default-src": "'self'",
    "script-src": "'self' blob: 'wasm-unsafe-eval'",
    "worker-src": "'self' blob:",
    "connect-src": "'self' blob: data:",
    "img-src": "'self' data:",
    "style-src": "'self' 'unsafe-inline'",
    "object-src": "'none'",
    "base-uri": "'none'",
    "form-action": "'self'",
}
WITHIN = re.compile(r"""<script(?: type="text/x-thebe-config")?>.*?</script>""", re.DOTALL)
UNUSED = ("sphinx-thebe", "togglebutton", "sphinx_highlight")


def addresses(html: str) -> Iterator[str]:
    """Yield every address from which the page loads something."""
    for name, attributes in ELEMENT.findall(html):
        values = {key.lower(): value.strip("\"'") for key, value in ATTRIBUTE.findall(attributes)}
        if not (name.lower() == "link" and RELATIONS.intersection(values.get("rel", "").split())):
            yield from (values[key] for key in RESOURCES[name.lower()] if key in values)
    for style in STYLE.finditer(html):
        yield from STYLE_URL.findall(unescape(style[0]))


def check(app: Sphinx, failure: Exception | None) -> None:
    """Warn of each foreign address that a page, a style sheet or a picture would load."""
    if failure or app.builder.format != "html":
        return
    readers = {".html": addresses, ".css": STYLE_URL.findall, ".svg": STYLE_URL.findall}
    for path in sorted(p for p in Path(app.outdir).rglob("*") if p.suffix in readers):
        for address in readers[path.suffix](path.read_text("utf-8")):
            if foreign := FOREIGN.match(address.strip()):
                name = path.relative_to(app.outdir)
                logger.warning("%s: foreign resource: %s", name, foreign[0], type="offline")


def protect(_app: Sphinx, _page: str, _template: str, context: dict[str, Any], *_: Any) -> None:
    """Hand the policy to the page's template, and take off what the page must not or need not run.

    sphinx-thebe, which Jupyter Book loads always, names a foreign host and declares the same
    constant twice. Solutions fold without togglebutton, and no search asks to highlight.
    """
    context["policy"] = "; ".join(f"{kind} {sources}" for kind, sources in POLICY.items())
    context["body"] = WITHIN.sub("", context.get("body", ""))
    for kind in ("script_files", "css_files"):
        context[kind] = [file for file in context.get(kind, []) if not is_unwanted(file)]


def is_unwanted(file: Any) -> bool:
    """Tell whether a script stands within the page, or what a page loads is of no use to it."""
    attributes = getattr(file, "attributes", {})
    return bool(attributes.get("body") and "type" not in attributes) or any(
        name in str(getattr(file, "filename", "")) for name in UNUSED
    )


def setup(app: Sphinx) -> dict[str, Any]:
    """Clean the pages before they are written, check them afterwards."""
    app.connect("html-page-context", protect, priority=900)
    app.connect("build-finished", check)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
