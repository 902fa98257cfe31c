"""Chapters lead to chapters, past their deeper pages; unnecessary once a toctree can be passed by.

Sphinx's "previous" and "next" go through every page. Who reads the cores would be sent below each.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from sphinx.application import Sphinx


def lead_on(app: Sphinx, page: str, _template: str, context: dict[str, Any], *_: Any) -> None:
    """Let a page of the upper level stand between those of its level."""
    first = app.config.root_doc
    level = [first, *app.env.toctree_includes.get(first, [])]
    if page in level:
        place = level.index(page)
        context["prev"] = link(app, page, level[place - 1]) if place else None
        context["next"] = link(app, page, level[place + 1]) if place + 1 < len(level) else None


def link(app: Sphinx, page: str, other: str) -> dict[str, str]:
    """Return a link from one page to another, as Sphinx gives it to a template."""
    title = app.builder.render_partial(app.env.titles[other])["title"]
    return {"link": app.builder.get_relative_uri(page, other), "title": title}


def setup(app: Sphinx) -> dict[str, Any]:
    """Come after Sphinx has said what it thinks."""
    app.connect("html-page-context", lead_on)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
