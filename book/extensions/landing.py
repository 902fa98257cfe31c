"""What the first page shows of the others; unnecessary once Sphinx makes a gallery of figures.

``{gallery}`` shows a copy of each live figure as it asks, which leads to it in its chapter, and
another link to it alone. A copy is inert: it is looked at, and mounted when it comes near the
screen; without scripts and on paper its still picture stands there. ``{map}`` lists the chapters
with what their heads say, and their deeper pages. ``{repository}`` shows its content, and a link,
where `_config.yml` names one. A page that is passed on by its address comes with a picture, which
is drawn from the ledger of claims.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from html import escape
from pathlib import Path
from typing import TYPE_CHECKING, Any

from docutils import nodes
from sphinx.transforms.post_transforms import SphinxPostTransform
from sphinx.util.docutils import SphinxDirective

from extensions import PALETTE
from extensions.explorables import WIDGET_STATE_MIMETYPE, WIDGET_VIEW_MIMETYPE, raw
from extensions.figures import themed_images

if TYPE_CHECKING:
    from sphinx.application import Sphinx
    from sphinx.environment import BuildEnvironment

    from toy.explorables import Explorable

PREVIEW = "_static/preview.png"
JUPYTER_BOOK = "https://github.com/executablebooks/jupyter-book"  # its word for "none is named"
GALLERY = '<ul class="gallery">'
#: A copy of a live figure. Its class is not alone, so that it is given no place of its own.
OPEN_COPY = '<div class="copy" inert aria-hidden="true"><div class="explorable of-another">'
CLOSE_COPY = "</div></div>"
MODEL = re.compile(r'"model_id": "(\w+)"')


class gallery(nodes.Element):  # noqa: N801 (docutils names its nodes so)
    """The place of the copies."""


class Gallery(SphinxDirective):
    """``{gallery}``: the live figures of the book."""

    def run(self) -> list[nodes.Node]:
        """Leave a place for what the other pages have."""
        return [gallery()]


class book_map(nodes.Element):  # noqa: N801
    """The place of the map."""


class Map(SphinxDirective):
    """``{map}``: the chapters and their deeper pages."""

    def run(self) -> list[nodes.Node]:
        """Leave a place for what the heads of the pages say."""
        return [book_map()]


class Repository(SphinxDirective):
    """``{repository}``: its content and a link to the repository, where there is one."""

    has_content = True

    def run(self) -> list[nodes.Node]:
        """Return nothing where none is configured."""
        address = self.config.html_theme_options.get("repository_url")
        if not address or address == JUPYTER_BOOK:
            return []
        link = nodes.reference("", address, refuri=address)
        return [nodes.paragraph("", "", *self.parse_inline("\n".join(self.content))[0], link)]


class FillGallery(SphinxPostTransform):
    """Put copies of the live figures of all other pages into the gallery."""

    default_priority = 3  # before the pictures of this page get their files
    formats = ("html",)

    def run(self, **_: Any) -> None:
        """Go through the page's galleries."""
        for place in list(self.document.findall(gallery)):
            pages = pages_beside(self.env, self.env.docname)
            items = [node for page in pages for card in self.cards(page) for node in card]
            place.replace_self([raw(GALLERY), *items, raw("</ul>")])

    def cards(self, page: str) -> Iterator[list[nodes.Node]]:
        """Yield the card of each live figure of a page: its copy, what it asks, and two links."""
        models = widget_models(self.env, page)
        for view, image in stills(self.env, page) if models else ():
            model = models[MODEL.findall(view.astext())[0]]["state"]
            address = self.app.builder.get_relative_uri(self.env.docname, page)
            text, chapter = caption(model["view"]), self.env.titles[page].astext()
            image["classes"] = ["explorable-still"]
            yield [
                raw(f'<li class="{kind(model["view"])}">{OPEN_COPY}'),
                *themed_images(self.env, image, text),
                view.deepcopy(),
                raw(
                    f'{CLOSE_COPY}<a class="place" href="{address}#live-{model["anchor"]}">'
                    f"{escape(text)}</a><small>{escape(chapter)}</small>"
                    f'<a class="alone" href="{address}?embed#{model["anchor"]}"'
                    f' aria-label="Alone, full screen: {escape(text)}">Alone, full screen</a></li>'
                ),
            ]


class FillMap(SphinxPostTransform):
    """Put the chapters into the map: minutes, needs, what one can do then, and deeper pages."""

    default_priority = 3
    formats = ("html",)

    def run(self, **_: Any) -> None:
        """Go through the page's maps."""
        for place in list(self.document.findall(book_map)):
            children = self.env.toctree_includes.get(self.config.root_doc, [])
            chapters = [page for page in children if head_of(self.env, page)]
            items = "".join(f"<li>{self.card(page)}</li>" for page in chapters)
            place.replace_self(raw(f'<ol class="book-map">{items}</ol>'))

    def card(self, page: str) -> str:
        """Return a chapter: its title, its head, and its deeper pages, folded."""
        head = head_of(self.env, page)
        deeper = self.env.toctree_includes.get(page, [])
        rows = "".join(
            f"<li>{self.link(one)} {escape(head_of(self.env, one)['Question'])}</li>"
            for one in deeper
        )
        pages = f"{len(deeper)} deeper page{'s' if len(deeper) != 1 else ''}"
        return (
            f"{self.link(page)}<small>{escape(head['Time'])}</small>"
            f"<p>You will be able to {escape(head['You will be able to'])}</p>"
            f"<p><small>You need: {escape(head['You need'])}</small></p>"
            + (f"<details><summary>{pages}</summary><ul>{rows}</ul></details>" if deeper else "")
        )

    def link(self, page: str) -> str:
        """Return a link to a page, by its title."""
        address = self.app.builder.get_relative_uri(self.env.docname, page)
        title = self.env.titles[page].astext().removeprefix("Deeper: ")
        return f'<a href="{address}">{escape(title)}</a>'


def head_of(env: BuildEnvironment, page: str) -> dict[str, str]:
    """Return what a page's head says, by its entries; nothing where it has none."""
    for box in env.get_doctree(page).findall(nodes.admonition):
        if "page-head" in box["classes"]:
            entries = box.findall(nodes.definition_list_item)
            return {one[0].astext(): one[1].astext() for one in entries}
    return {}


def pages_beside(env: BuildEnvironment, gallery_page: str) -> list[str]:
    """Return the pages whose live figures a gallery copies: all but the first, in their order."""
    _first, *others = below(env, env.config.root_doc)
    return [page for page in others if page != gallery_page]


def below(env: BuildEnvironment, page: str) -> list[str]:
    """Return a page and all below it, in the order of the book."""
    children = env.toctree_includes.get(page, [])
    return [page, *(name for child in children for name in below(env, child))]


def widget_models(env: BuildEnvironment, page: str) -> dict[str, Any]:
    """Return the models of a page's live figures, by their names; myst-nb has them as a script."""
    for _, attributes in env.nb_metadata[page].get("js_files", {}).values():
        if attributes.get("type") == WIDGET_STATE_MIMETYPE:
            return dict(json.loads(attributes["body"])["state"])
    return {}


def stills(env: BuildEnvironment, page: str) -> Iterator[tuple[nodes.raw, nodes.image]]:
    """Yield the view, a script, and the still picture of each live figure of a page."""
    for bundle in env.get_doctree(page).findall(nodes.container):
        forms = {form.get("mime_type"): form for form in bundle.children if form.children}
        if WIDGET_VIEW_MIMETYPE in forms and "image/svg+xml" in forms:
            (view,) = forms[WIDGET_VIEW_MIMETYPE].findall(nodes.raw)
            yield view, next(forms["image/svg+xml"].findall(nodes.image))


def class_of(view: str) -> type[Explorable]:
    """Return the class of a live figure, by the name of its view."""
    from toy import explorables

    classes = [getattr(explorables, name) for name in explorables.__all__]
    (cls,) = [one for one in classes if one.__module__.endswith(f".{view}")]
    return cls


def kind(view: str) -> str:
    """Return ``scene`` or ``laboratory``."""
    from toy.explorables.scene import Scene

    return "scene" if issubclass(class_of(view), Scene) else "laboratory"


def caption(view: str) -> str:
    """Return what a scene asks, and what one does in a laboratory: its docstring to a semicolon."""
    from toy.explorables.scene import Scene

    cls = class_of(view)
    if issubclass(cls, Scene):
        return cls().question()
    line = (cls.__doc__ or "").partition("\n")[0]
    return line.partition(";")[0].partition(", π")[0].rstrip(".") + "."


def bring_models(app: Sphinx, page: str, _template: str, context: dict[str, Any], *_: Any) -> None:
    """Load into a page with a gallery the models that it shows, and what mounts them."""
    if GALLERY not in context.get("body", ""):
        return
    states: dict[str, Any] = {}
    for other in pages_beside(app.env, page):
        states |= widget_models(app.env, other)
        for file, attributes in app.env.nb_metadata[other].get("js_files", {}).values():
            if file:
                app.add_js_file(file, **attributes)
    body = json.dumps({"state": states, "version_major": 2, "version_minor": 0})
    app.add_js_file(None, type=WIDGET_STATE_MIMETYPE, body=body)


def draw_preview(target: Path) -> None:
    """Draw the picture that comes with a link to the book, from the ledger."""
    from matplotlib.backends.backend_agg import FigureCanvasAgg
    from matplotlib.figure import Figure

    from toy.claims import CLAIMS

    paper, ink, accent, wrong = (
        PALETTE[role].light for role in ("paper", "ink", "policy", "wrong")
    )
    figure = Figure(figsize=(12, 6.3), dpi=100, facecolor=paper)
    refuted = sum(claim.verdict == "refuted" for claim in CLAIMS)
    lines = [
        (0.78, "RLHF, Exactly", 56, accent, "bold"),
        (0.52, f"{len(CLAIMS)} things that people say about RLHF and DPO.", 30, ink, "normal"),
        (0.40, f"{refuted} of them are false.", 30, wrong, "bold"),
        (
            0.18,
            "Every formula derived, computed, put into your hands, and tested.",
            22,
            ink,
            "normal",
        ),
    ]
    for height, text, size, colour, weight in lines:
        figure.text(0.06, height, text, fontsize=size, color=colour, fontweight=weight)
    FigureCanvasAgg(figure).print_png(target, metadata={"Software": None})


def add_preview(app: Sphinx) -> None:
    """Draw the picture of a book whose first page has a map."""
    if app.builder.format == "html" and has_map(app):
        target = Path(app.outdir, PREVIEW)
        target.parent.mkdir(parents=True, exist_ok=True)
        draw_preview(target)


def has_map(app: Sphinx) -> bool:
    """Tell whether the first page shows what the others have."""
    return "{map}" in Path(app.env.doc2path(app.config.root_doc)).read_text("utf-8")


def pages_with(app: Sphinx, *directives: str) -> list[str]:
    """Return the pages whose source has one of these."""
    texts = {page: Path(app.env.doc2path(page)).read_text("utf-8") for page in app.env.found_docs}
    return [page for page, text in texts.items() if any(word in text for word in directives)]


def name_preview(app: Sphinx, _page: str, _template: str, context: dict[str, Any], *_: Any) -> None:
    """Tell a page's template where the picture is: an address of its own, if the book has one."""
    if has_map(app):
        base = app.config.html_baseurl.rstrip("/")
        context["preview"] = f"{base}/{PREVIEW}" if base else context["pathto"](PREVIEW, 1)


def renew(app: Sphinx, _env: BuildEnvironment) -> list[str]:
    """Have the pages that show what others have written whenever one of those is."""
    return pages_with(app, "{gallery}", "{map}")


def setup(app: Sphinx) -> dict[str, Any]:
    """Add the directives, and what fills them."""
    app.add_node(gallery)
    app.add_directive("gallery", Gallery)
    app.add_directive("repository", Repository)
    app.add_node(book_map)
    app.add_directive("map", Map)
    app.add_post_transform(FillGallery)
    app.add_post_transform(FillMap)
    app.connect("builder-inited", add_preview)
    app.connect("html-page-context", name_preview)
    app.connect("html-page-context", bring_models)  # before explorables.share_modules
    app.connect("env-updated", renew)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
