"""Explorables in the static page; unnecessary once myst-nb mounts anywidgets over a still picture.

An explorable's output holds a widget view and a still SVG. myst-nb would choose one of them; the
page needs both. ``assets/widget_host.js`` mounts the live view and marks the box ``is-live``.

Each widget's state carries the whole module that draws it, and its style sheet. The pages share one
copy of each instead, in a plain script, which also a page that was opened as a file may load. A
widget's name is a random one; a page numbers its widgets instead, so that two builds write the same
bytes.
"""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING, Any

from docutils import nodes
from myst_nb.core.render import WIDGET_STATE_MIMETYPE, WIDGET_VIEW_MIMETYPE
from sphinx.transforms.post_transforms import SphinxPostTransform
from sphinx.util import logging

from extensions.figures import themed_images

if TYPE_CHECKING:
    from sphinx.application import Sphinx

logger = logging.getLogger(__name__)

NOTE = "A still picture: with JavaScript this is live."
OPEN = '<div class="explorable">'
CLOSE = f'<noscript><p class="explorable-note">{NOTE}</p></noscript></div>'


class MountExplorables(SphinxPostTransform):
    """Replace each output that holds a widget view by the box in which it comes to life."""

    default_priority = 3  # before myst-nb chooses one of an output's forms
    formats = ("html",)

    def run(self, **_: Any) -> None:
        """Go through the page's outputs."""
        for bundle in list(self.document.findall(nodes.container)):
            forms = {form.get("mime_type"): form for form in bundle.children if form.children}
            if bundle.get("nb_element") == "mime_bundle" and WIDGET_VIEW_MIMETYPE in forms:
                view = forms[WIDGET_VIEW_MIMETYPE].children
                bundle.replace_self([raw(OPEN), *self.still(bundle, forms), *view, raw(CLOSE)])

    def still(self, bundle: nodes.container, forms: dict[str, nodes.container]) -> list[nodes.Node]:
        """Return the still pictures; their words are the cell's or else the widget's own."""
        if "image/svg+xml" not in forms:
            logger.warning("an explorable without a still picture", location=bundle, type="figures")
            return []
        image = forms["image/svg+xml"][0]
        image["classes"].append("explorable-still")
        alt = image.get("alt") or forms["text/plain"].astext()
        return list(themed_images(self.env, image, alt))


def share_modules(
    app: Sphinx, _page: str, _template: str, context: dict[str, Any], *_: Any
) -> None:
    """Replace what the page's widget states have in common by keys, and load its text from scripts.

    The models that the page shows, and those that they name, get their number on it as their name.
    """
    for script in list(context.get("script_files", [])):
        if script.attributes.get("type") == WIDGET_STATE_MIMETYPE:
            document = json.loads(script.attributes["body"])
            models = {name: document["state"][name] for name in shown(context["body"], document)}
            document["state"] = models
            for state in (model["state"] for model in models.values()):
                for text in ("_esm", "_css"):
                    if state.get(text):
                        state[text] = share(app, state[text])
            script.attributes["body"] = numbered(as_script(document), models)
            context["body"] = numbered(anchored(context["body"], models), models)


def anchored(body: str, models: dict[str, Any]) -> str:
    """Return the page with an id on each figure's box, ``live-<anchor>``: a link to it leads there.

    The anchor alone is what its state is linked by, and often a section's label as well.
    """
    named: set[str] = set()

    def with_id(box: re.Match[str]) -> str:
        anchor = models[box[2]]["state"].get("anchor")
        if not anchor or anchor in named:
            return box[0]
        named.add(anchor)
        return f'{OPEN[:-1]} id="live-{anchor}">{box[1]}'

    pattern = rf'{OPEN}((?:(?!{OPEN}).)*?"model_id": "(\w+)")'
    return re.sub(pattern, with_id, body, flags=re.DOTALL)


def shown(body: str, document: dict[str, Any]) -> list[str]:
    """Return the names of the models that a page shows, in its order, and of those they name."""
    names = list(dict.fromkeys(re.findall(r'"model_id": "(\w+)"', body)))
    for name in names:
        references = re.findall(r"IPY_MODEL_(\w+)", json.dumps(document["state"][name]))
        names += [other for other in references if other not in names]
    return names


def numbered(text: str, names: Iterable[str]) -> str:
    """Return the text with each name replaced by its number."""
    for number, name in enumerate(names):
        text = text.replace(name, f"model-{number}")
    return text


def share(app: Sphinx, text: str) -> str:
    """Let the page load a script that hands a text over under a key; return the key."""
    key = hashlib.sha256(text.encode()).hexdigest()[:12]
    assignment = f'(globalThis.toyTexts ??= {{}})["{key}"] = {as_script(text)};\n'
    Path(app.outdir, f"_static/explorables-{key}.js").write_text(assignment, "utf-8")
    app.add_js_file(f"explorables-{key}.js", priority=400, defer="defer")
    return key


def as_script(value: Any) -> str:
    """Return JSON that may stand in a script element: nothing in it ends the element."""
    return json.dumps(value).replace("</", "<\\/")


def raw(html: str) -> nodes.raw:
    """Return a node that writes the text as it is."""
    return nodes.raw("", html, format="html")


def setup(app: Sphinx) -> dict[str, Any]:
    """Register the transform."""
    app.setup_extension("extensions.figures")
    app.add_post_transform(MountExplorables)
    app.connect("html-page-context", share_modules, priority=800)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
