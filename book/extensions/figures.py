"""Figures in light and dark, never without words; unnecessary once myst-nb makes both and asks alt.

A cell draws its figure once, in the light colours of `toy.figures.palette`. The page gets two
pictures: that one without its paper, and its dark twin, in which each colour is exchanged for the
same role's dark one. The reader's theme shows one of them; the other is not even downloaded.
"""

from __future__ import annotations

import posixpath
import re
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

from docutils import nodes
from sphinx.transforms.post_transforms import SphinxPostTransform
from sphinx.util import logging

from extensions import PALETTE

if TYPE_CHECKING:
    from sphinx.application import Sphinx
    from sphinx.environment import BuildEnvironment
    from sphinx.writers.html5 import HTML5Translator

logger = logging.getLogger(__name__)

COLOUR = re.compile(r"#[0-9a-f]{6}\b", re.IGNORECASE)
PAPER = re.compile(rf"(fill[:=]\s*[\"']?){PALETTE['paper'].light}", re.IGNORECASE)
SIZE = re.compile(r'<svg\b[^>]*?\bviewBox="[\d.-]+ [\d.-]+ ([\d.]+) ([\d.]+)"', re.DOTALL)
IN_POINTS = re.compile(r'<svg\b[^>]*?\bwidth="[\d.]+pt"', re.DOTALL)
PIXELS_PER_POINT = 4 / 3


class themed_image(nodes.image):  # noqa: N801 (docutils names its nodes so)
    """One of the two pictures of a figure, with its size, so that nothing moves when it arrives."""


def repaint(svg: str, theme: str) -> str:
    """Exchange the palette's light colours for those of `theme`, and take the paper away."""
    repainted = {c.light: getattr(c, theme) for c in PALETTE.values()}
    return COLOUR.sub(lambda m: repainted.get(m[0].lower(), m[0]), PAPER.sub(r"\1none", svg))


def strange_colours(svg: str) -> list[str]:
    """Return the colours of a picture that the palette does not know."""
    known = {colour.light for colour in PALETTE.values()}
    return sorted({colour.lower() for colour in COLOUR.findall(svg)} - known)


def size(svg: str) -> dict[str, int]:
    """Return the picture's width and height in pixels, where it states them."""
    box = SIZE.search(svg)
    scale = PIXELS_PER_POINT if IN_POINTS.search(svg) else 1
    names = ("width", "height")
    return (
        {k: round(scale * float(v)) for k, v in zip(names, box.groups(), strict=True)}
        if box
        else {}
    )


def themed_images(env: BuildEnvironment, image: nodes.image, alt: str) -> list[themed_image]:
    """Return the light and the dark picture of an SVG image, written beside it."""
    original = Path(env.srcdir, image["uri"])
    svg = original.read_text("utf-8")
    if strange := strange_colours(svg):
        message = "a figure has colours that the palette does not name: %s"
        logger.warning(message, ", ".join(strange), location=image, type="figures")
    images = []
    for theme in ("light", "dark"):
        uri = str(Path(image["uri"]).with_suffix(f".{theme}.svg"))
        Path(env.srcdir, uri).write_text(repaint(svg, theme), "utf-8")
        env.images.add_file(env.docname, uri)
        node = themed_image(uri=uri, candidates={"*": uri}, alt=alt, **size(svg))
        node["classes"] = [*image["classes"], f"only-{theme}"]
        images.append(node)
    return images


def visit_themed_image(self: HTML5Translator, node: themed_image) -> None:
    """Write one picture; what the theme does not show is never in view and so is not loaded."""
    name = self.builder.images[node["uri"]]
    attributes = {
        "src": posixpath.join(self.builder.imgpath, quote(name)),
        "alt": node["alt"],
        "width": node.get("width"),
        "height": node.get("height"),
        "loading": "lazy",
    }
    self.body.append(self.emptytag(node, "img", "\n", **attributes))
    raise nodes.SkipNode


def is_output(node: nodes.Node) -> bool:
    """Tell whether the node is part of what a cell put out."""
    while node := node.parent:
        if node.get("nb_element") == "cell_code_output":
            return True
    return False


class ThemeFigures(SphinxPostTransform):
    """Replace each figure of a cell by its two pictures; complain of a picture without words."""

    default_priority = 5  # right after myst-nb has chosen one of an output's forms
    formats = ("html",)

    def run(self, **_: Any) -> None:
        """Go through the page's images."""
        for image in list(self.document.findall(nodes.image)):
            if isinstance(image, themed_image):
                continue
            if not image.get("alt", "").strip():
                hint = ": its cell needs mystnb: {image: {alt: …}}" if is_output(image) else ""
                message = f"a picture without alternative text{hint}"
                logger.warning(message, location=image, type="figures")
            if is_output(image) and image["uri"].endswith(".svg"):
                # The theme hides a caption that follows a picture of the other theme; a box of
                # their own keeps the two pictures away from it.
                pair = themed_images(self.env, image, image.get("alt", ""))
                image.replace_self(nodes.container("", *pair, classes=["figure-pictures"]))


def setup(app: Sphinx) -> dict[str, Any]:
    """Register the pictures and what makes them."""
    app.add_node(themed_image, html=(visit_themed_image, None))
    app.add_post_transform(ThemeFigures)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
