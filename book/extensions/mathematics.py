"""Mathematics by KaTeX at build time; unnecessary once every browser sets MathML as well.

It is readable at first paint, without JavaScript.
TeX that KaTeX does not accept is a warning with file and line, and so fails a build with ``-W``.
The KaTeX that typesets is the one in ``node_modules`` whose style sheet and fonts the pages load.
There are no macros of our own: a chapter is opened as a notebook too, where nobody would know them.
"""

from __future__ import annotations

import json
import re
import shutil
import subprocess
import sys
from base64 import b64encode
from functools import cache
from html import escape, unescape
from pathlib import Path
from typing import TYPE_CHECKING, Any

from docutils import nodes
from sphinx.transforms.post_transforms import SphinxPostTransform
from sphinx.util import logging
from sphinx.util.math import get_node_equation_number

from extensions import NODE_MODULES

if TYPE_CHECKING:
    from sphinx.application import Sphinx
    from sphinx.writers.html5 import HTML5Translator

logger = logging.getLogger(__name__)


#: Upright and italic letters, the doubled ones of expectations, and the smaller tall brackets.
ALWAYS_NEEDED = (
    ("KaTeX_Main", "normal", "KaTeX_Main-Regular.woff2"),
    ("KaTeX_Math", "italic", "KaTeX_Math-Italic.woff2"),
    ("KaTeX_AMS", "normal", "KaTeX_AMS-Regular.woff2"),
    ("KaTeX_Size1", "normal", "KaTeX_Size1-Regular.woff2"),
    ("KaTeX_Size2", "normal", "KaTeX_Size2-Regular.woff2"),
)

ADD_FONT = """\
const add = (family, style, data) => {
  const bytes = Uint8Array.from(atob(data), (c) => c.charCodeAt(0));
  document.fonts.add(new FontFace(family, bytes, { style }));
};"""


PUNCTUATION = re.compile(r"[.,;:!?)\]’”]+")
SHORT = 16  # characters; such a formula fits into the narrowest line


class TeXError(Exception):
    """What KaTeX says about an expression that it cannot typeset."""


@cache
def _katex() -> subprocess.Popen[str]:
    """Start the one KaTeX process; it ends by itself when this one does and closes its input."""
    node = Path(sys.executable).with_name("node")
    script = Path(__file__).with_name("katex_server.mjs")
    return subprocess.Popen(
        [node, script], stdin=subprocess.PIPE, stdout=subprocess.PIPE, encoding="utf-8"
    )


@cache
def typeset(tex: str, display: bool) -> str:
    """Return the HTML of one expression; ``TeXError`` if KaTeX does not accept it.

    Its source comes along in one line, which is what a reader copies.
    """
    options = {"displayMode": display, "strict": "error"}
    server = _katex()
    assert server.stdin is not None
    assert server.stdout is not None
    server.stdin.write(json.dumps({"tex": " ".join(tex.split()), "options": options}) + "\n")
    server.stdin.flush()
    answer = json.loads(server.stdout.readline())
    if "error" in answer:
        raise TeXError(answer["error"])
    return str(answer["html"])


def unnumbered(tex: str) -> str:
    """Star the amsmath environment that is all of `tex`: Sphinx numbers it, KaTeX must not."""
    whole = re.fullmatch(r"\s*\\begin\{(\w+)\}(.*)\\end\{\1\}\s*", tex, re.DOTALL)
    return rf"\begin{{{whole[1]}*}}{whole[2]}\end{{{whole[1]}*}}" if whole else tex


def _html(node: nodes.Element, tex: str, display: bool) -> str:
    """Typeset `tex`; where that fails, report `node`'s place and leave a gap."""
    try:
        return typeset(tex, display)
    except TeXError as error:
        report(str(error), logging.get_node_location(node))
        return ""


@cache
def report(error: str, place: str | None) -> None:
    """Warn of an expression once, however many pages show it: a title is on all of them."""
    logger.warning("%s", error, location=place, type="katex")


def words(html: str) -> str:
    """Return the characters of a formula, as a screen reader would say them."""
    return unescape(re.sub(r"<[^>]*>", "", html.partition("<annotation")[0]))


class KeepPunctuation(SphinxPostTransform):
    """Give what follows a formula to the formula: browsers may break between the two."""

    default_priority = 900
    formats = ("html",)

    def run(self, **_: Any) -> None:
        """Go through the page's formulas."""
        for formula in self.document.findall(nodes.math):
            text = formula.next_node(descend=False, siblings=True)
            mark = PUNCTUATION.match(text) if isinstance(text, nodes.Text) else None
            if mark:
                formula["mark"] = mark[0]
                siblings = text.parent.children
                # By identity: to `replace`, the first full stop of a paragraph is every one.
                place = next(i for i, sibling in enumerate(siblings) if sibling is text)
                text.parent[place] = nodes.Text(text[mark.end() :])


def keep(html: str, mark: str) -> str:
    """Write a formula with the mark that follows it in one piece.

    A long one must be able to break inside on a phone: between the parts that KaTeX keeps whole,
    so that the mark stays with the last.
    """
    if len(words(html)) > SHORT:
        html = html.replace('</span><span class="base">', '</span><wbr><span class="base">')
    return f'<span class="text-nowrap">{html}{mark}</span>'


def is_in_head(node: nodes.Node) -> bool:
    """Tell whether the node stands in the head of a table."""
    return bool(node.parent) and (isinstance(node.parent, nodes.thead) or is_in_head(node.parent))


def visit_math(self: HTML5Translator, node: nodes.math) -> None:
    """Write an expression within a line; in a table's head, its name too, for axe-core asks one."""
    html = _html(node, node.astext(), display=False)
    if is_in_head(node):
        html = f'<span role="img" aria-label="{escape(words(html))}">{html}</span>'
    html = f"{self.starttag(node, 'span', '', CLASS='math')}{html}</span>"
    mark = node.get("mark")
    self.body.append(keep(html, mark) if mark else html)
    raise nodes.SkipNode


def visit_displaymath(self: HTML5Translator, node: nodes.math_block) -> None:
    """Write a displayed expression and, if it has one, its number with a link to itself."""
    tex = unnumbered(node.astext()) if node["nowrap"] else node.astext()
    self.body.append(self.starttag(node, "div", "", CLASS="math"))
    self.body.append(f'<div class="equation">{_html(node, tex, display=True)}</div>')
    if node["number"]:
        self.body.append(f'<span class="eqno">({get_node_equation_number(self, node)})')
        self.add_permalink_ref(node, "Link to this equation")
        self.body.append("</span>")
    self.body.append("</div>\n")
    raise nodes.SkipNode


def fonts_script(folder: Path) -> str:
    """Return a script that has the fonts of nearly every formula ready before the first paint.

    A font that comes later would change the width of formulas, and move the lines that hold them.
    A `FontFace` made from bytes is there at once; without scripts the style sheet loads the files.
    """
    calls = [
        f'add("{family}", "{style}", "{b64encode((folder / file).read_bytes()).decode()}");'
        for family, style, file in ALWAYS_NEEDED
    ]
    return "\n".join(["{", ADD_FONT, *calls, "}\n"])


def copy_assets(app: Sphinx) -> None:
    """Copy KaTeX's style sheet and script, and its fonts in the format that every browser reads."""
    if app.builder.format != "html":
        return
    source, target = NODE_MODULES / "katex" / "dist", Path(app.outdir, "_static", "katex")
    (target / "fonts").mkdir(parents=True, exist_ok=True)
    for font in source.glob("fonts/*.woff2"):
        shutil.copy(font, target / "fonts")
    css = (source / "katex.min.css").read_text("utf-8")
    other_formats = r',url\([^)]+\) format\("(?:woff|truetype)"\)'
    (target / "katex.min.css").write_text(re.sub(other_formats, "", css), "utf-8")
    (target / "fonts.js").write_text(fonts_script(source / "fonts"), "utf-8")
    shutil.copy(source / "contrib/copy-tex.min.js", target)


def setup(app: Sphinx) -> dict[str, Any]:
    """Register the renderer that ``html_math_renderer: katex`` names."""
    app.add_html_math_renderer("katex", (visit_math, None), (visit_displaymath, None))
    app.add_post_transform(KeepPunctuation)
    app.add_css_file("katex/katex.min.css")
    app.add_js_file("katex/fonts.js", priority=100)
    app.add_js_file("katex/copy-tex.min.js", defer="defer")
    app.connect("builder-inited", copy_assets)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
