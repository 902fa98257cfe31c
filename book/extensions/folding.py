"""Solutions fold without a script; unnecessary once sphinx-exercise writes ``details`` by itself.

Of such a box a browser knows that it is folded: it opens it for who looks for a word in the page,
or follows a link into it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from docutils import nodes
from sphinx.transforms.post_transforms import SphinxPostTransform
from sphinx_design.dropdown import dropdown_main, dropdown_title
from sphinx_exercise.nodes import solution_node

if TYPE_CHECKING:
    from sphinx.application import Sphinx


class FoldSolutions(SphinxPostTransform):
    """Replace each solution of class ``dropdown`` by a box that its title opens."""

    default_priority = 800  # after sphinx-exercise has written the titles
    formats = ("html",)

    def run(self, **_: Any) -> None:
        """Go through the page's solutions."""
        for solution in list(self.document.findall(solution_node)):
            if "dropdown" in solution["classes"]:
                title, *body = solution.children
                for link in list(title.findall(nodes.reference)):
                    link.replace_self(link.children)  # a press on the title opens the box
                summary = dropdown_title("", "", *title.children, classes=["admonition-title"])
                box = dropdown_main("", summary, *body, ids=solution["ids"])
                box["classes"] = ["admonition", *solution["classes"]]
                solution.replace_self(box)


def setup(app: Sphinx) -> dict[str, Any]:
    """Register the transform."""
    app.add_post_transform(FoldSolutions)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
