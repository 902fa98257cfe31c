"""Solutions and drawing code fold without a script; unnecessary once what makes them does so.

Of such a box a browser knows that it is folded: it opens it for who looks for a word in the page,
or follows a link into it. Code that only draws folds by itself; a cell folds any other by the tag
``hide-input``, and stays open by the tag ``show-input``.
"""

from __future__ import annotations

import ast
import re
from typing import TYPE_CHECKING, Any

from docutils import nodes
from sphinx.transforms.post_transforms import SphinxPostTransform
from sphinx_design.dropdown import dropdown_main, dropdown_title
from sphinx_exercise.nodes import solution_node

if TYPE_CHECKING:
    from sphinx.application import Sphinx

#: What draws: a function of `toy.figures`, and a live figure that is shown as it comes.
DRAWS = re.compile(r"figures\.|^toy\.explorables\.\w+\(", re.MULTILINE)


def only_prepares(code: str) -> bool:
    """Tell whether a cell does nothing but import, and choose how figures look."""
    prepares = (ast.Import, ast.ImportFrom)
    return all(
        isinstance(line, prepares) or ast.unparse(line) == "figures.use_book_style()"
        for line in ast.parse(code).body
    )


def only_draws(cell: nodes.container) -> bool:
    """Tell whether a cell's code is there for a picture, or for the cells that draw one."""
    shown = [part for part in cell if part.get("nb_element") == "cell_code_source"]
    return any(
        only_prepares(source.astext()) or (DRAWS.search(source.astext()) and has_picture(cell))
        for source in shown
    )


def has_picture(cell: nodes.container) -> bool:
    """Tell whether a cell shows a picture."""
    return any(True for _ in cell.findall(nodes.image))


class FoldDrawing(SphinxPostTransform):
    """Have myst-nb fold the code of each cell that only draws, as if it were tagged so."""

    default_priority = 198  # before myst-nb folds what is tagged
    formats = ("html",)

    def run(self, **_: Any) -> None:
        """Go through the page's cells."""
        label = self.config.nb_code_prompt_show
        for cell in self.document.findall(nodes.container):
            tagged = "tag_show-input" in cell["classes"]
            if cell.get("nb_element") == "cell_code" and not tagged and only_draws(cell):
                cell.attributes.update(hide_mode="input", prompt_show=label, prompt_hide=label)


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
    """Register the transforms."""
    app.add_post_transform(FoldDrawing)
    app.add_post_transform(FoldSolutions)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
