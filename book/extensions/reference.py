"""The API reference, from the docstrings; unnecessary once numpydoc cites, and links to tests.

``{reference} toy.exact.<module>`` documents each public name of `toy` that the module defines, in
the order of the source. autodoc finds the objects; here their docstrings become reStructuredText:
sections become fields, a paragraph that is one line without a full stop becomes a formula in TeX,
and what ``Source:`` names is cited.
"""

from __future__ import annotations

import inspect
import re
from importlib import import_module
from typing import TYPE_CHECKING, Any, ClassVar

from docutils.parsers.rst import directives
from sphinx.pycode import ModuleAnalyzer
from sphinx.util.docutils import SphinxDirective

from extensions import ROOT
from extensions.sources import definitions, test_of

if TYPE_CHECKING:
    from docutils import nodes
    from sphinx.application import Sphinx

SECTION = re.compile(r"^([A-Z]\w+)\n-{3,}\n", re.MULTILINE)
SOURCES = re.compile(r"^Sources?: (.*?)\s*(?:\n\n|\Z)", re.DOTALL | re.MULTILINE)
KEY = re.compile(r"\b[a-z]+\d{4}[a-z]\w+")
FLOOR = re.compile(r'^Floor \d(?:, chapter "[^"]*")?: ')
LITERAL = re.compile(r"(`+[^`]+`+)")
EMPHASIS = re.compile(r"(?<!\w)\\\*(\w+)\\\*(?!\w)")
#: A symbol's index and exponent within a sentence.
INDEX = re.compile(r"(?<![\w\\])(\w)\\_(\w+)")
EXPONENT = re.compile(r"\^(\w|\([^()]*\))")
#: The same in a formula, where brackets are nested.
NESTED = r"\((?:[^()]|\((?:[^()]|\([^()]*\))*\))*\)"
BRACKETED = re.compile(rf"{NESTED}|\{{.*\}}")
SCRIPT = re.compile(
    rf"([_^])({NESTED}|\{{[^}}]*\}}|−{NESTED}|\w\+1|(?<=\^)\w+{NESTED}|<?[^\W²]+'?)"
)
WORDS = re.compile(r"[A-Za-z]{2,}(?: [A-Za-z]{2,})*")
TWO_INDICES = re.compile(r"[a-z]{2}")
OPERATORS = {"log", "exp", "min", "max"}
PROSE = {"for", "if", "or", "under", "where", "with"}
#: What docstrings write, and what TeX calls it.
SYMBOLS = {
    "Σ": r"\sum ",
    "Π": r"\prod ",
    "−": "-",
    "‖": r"\Vert ",
    "≻": r"\succ ",
    "∝": r"\propto ",
    "~": r"\sim ",
    "·": r"\cdot ",
    "…": r"\dots ",
    "½": r"\tfrac12 ",
    "ᵀ": r"^\top ",
    "ĝ": r"\hat g ",
    "r̂": r"\hat r ",
    "<=": r"\le ",
    ">=": r"\ge ",
    " | ": r"\mid ",
    " ‖ ": r"\,\Vert\,",
    ",  ": r",\quad ",
}
SYMBOL = re.compile("|".join(map(re.escape, sorted(SYMBOLS, key=len, reverse=True))))


def tex(formula: str) -> str:
    """Return a formula of a docstring in TeX."""
    if not (script := SCRIPT.search(formula)):
        return plain_tex(formula)
    inner = script[2][1:-1] if BRACKETED.fullmatch(script[2]) else script[2]
    before, after = plain_tex(formula[: script.start()]), tex(formula[script.end() :])
    inner = inner if TWO_INDICES.fullmatch(inner) else tex(inner)
    return f"{before}{script[1]}{{{inner}}}{after}"


def plain_tex(text: str) -> str:
    """Return what holds neither index nor exponent: words, symbols, and stars that belong to π."""
    text = SYMBOL.sub(lambda symbol: SYMBOLS[symbol[0]], WORDS.sub(words_tex, text))
    return re.sub(r"(?<=\w)\*", "^*", re.sub(r"(?<!\w)E(?=\[|$)", r"\\mathbb{E}", text))


def words_tex(words: re.Match[str]) -> str:
    """Return words in TeX: an operator, a name, or a part of a sentence, which may be broken."""
    if words[0] in OPERATORS:
        return rf"\{words[0]} "
    if " " in words[0] or words[0] in PROSE:
        sentence = r" }\allowbreak\text{".join(words[0].split())
        return rf"\text{{ {sentence} }}"
    return rf"\operatorname{{{words[0]}}}"


def prose(text: str) -> str:
    """Return a sentence as reStructuredText: only backticks and ``*this*`` mean something in it."""
    parts = LITERAL.split(text)
    parts[1::2] = [f"``{literal.strip('`')}``" for literal in parts[1::2]]
    for i, part in enumerate(parts[::2]):
        plain = re.sub(r"([*|_\\])", r"\\\1", part)
        plain = plain.replace("<=", "≤").replace(">=", "≥")
        plain = EMPHASIS.sub(r"*\1*", plain)
        plain = INDEX.sub(r"\1\\ :sub:`\2`\\ ", plain)
        parts[2 * i] = EXPONENT.sub(lambda m: rf"\ :sup:`{m[1].strip('()')}`\ ", plain)
    return re.sub(r"^\(", r"\\(", "".join(parts))


def paragraphs(text: str) -> list[str]:
    """Return paragraphs, formulas and examples as lines of reStructuredText."""
    lines = []
    for paragraph in re.split(r"\n\s*\n", text.strip()):
        if paragraph.startswith(">>>"):
            lines += paragraph.splitlines()
        elif "\n" in paragraph or paragraph.endswith((".", ":")):
            lines += prose(" ".join(paragraph.split())).splitlines()
        else:
            lines += [".. math::", "", f"   {tex(paragraph)}"]
        lines.append("")
    return lines


def entries(text: str) -> list[str]:
    """Return ``name : meaning`` and its continuation, again and again, as a definition list."""
    lines = []
    for entry in re.split(r"\n(?=\S)", text.strip()):
        names, _, meaning = re.sub(
            r"\s+", " ", entry.replace("\n", " : ", ":" not in entry.split("\n")[0])
        ).partition(" : ")
        lines += [", ".join(f"``{name}``" for name in names.split(", ")), f"   {prose(meaning)}"]
    return lines


def field(name: str, lines: list[str]) -> list[str]:
    """Return a field of a field list."""
    return [f":{name}:", *(f"   {line}" for line in lines), ""]


def cited(text: str) -> str:
    """Return the words about the sources, in which each key of the bibliography is a citation."""
    return KEY.sub(lambda key: f":cite:t:`{key[0]}`", prose(" ".join(text.split())))


def rest(docstring: str) -> list[str]:
    """Return a docstring as lines of reStructuredText."""
    text = inspect.cleandoc(docstring) + "\n\n"
    sources = SOURCES.findall(text)
    words, *sections = SECTION.split(SOURCES.sub("", text))
    lines = paragraphs(words)
    for name, content in zip(sections[::2], sections[1::2], strict=True):
        if name in {"Parameters", "Attributes", "Raises"}:
            lines += field(name, entries(content))
        elif name == "Returns":
            lines += field(name, [prose(" ".join(content.split()))])
        else:
            lines += field(name, paragraphs(content))
    return lines + [line for source in sources for line in field("Source", [cited(source)])]


def write_docstring(
    app: Sphinx, what: str, name: str, _value: Any, _options: Any, lines: list[str]
) -> None:
    """Rewrite what autodoc found; add where the name is derived, computed and tested."""
    public = name.removeprefix("toy.")
    module = app.env.temp_data["reference_module"]
    if what == "data":
        comments = ModuleAnalyzer.for_module(module).find_attr_docs()
        lines[:] = comments["", public]
    lines[:] = rest("\n".join(lines))
    if "." not in public:
        test = test_of(public, module.rpartition(".")[2])
        app.env.note_dependency(str(ROOT / test.partition("::")[0]))
        lines += field("Chapter", [f":doc:`/book/{app.env.temp_data['reference_chapter']}`"])
        lines += field("Code", [f"``{module.replace('.', '/')}.py::{public}``"])
        lines += field("Test", [f"``{test}``"])


class Reference(SphinxDirective):
    """Document the public names that a module defines."""

    required_arguments = 1
    option_spec: ClassVar = {"chapter": directives.unchanged_required}

    def run(self) -> list[nodes.Node]:
        """Let autodoc document each name."""
        module = self.arguments[0]
        self.env.temp_data["reference_module"] = module
        self.env.temp_data["reference_chapter"] = self.options["chapter"]
        words = FLOOR.sub("", inspect.getdoc(import_module(module)) or "")
        lines = rest(words[:1].upper() + words[1:])
        for name in public_names(module):
            value = getattr(import_module("toy"), name)
            kind = "class" if inspect.isclass(value) else "function" if callable(value) else "data"
            options = {"class": ["   :members:"], "data": ["   :no-value:"]}.get(kind, [])
            lines += ["", f".. auto{kind}:: toy.{name}", *options]
        return self.parse_text_to_nodes("\n".join(["````{eval-rst}", *lines, "````"]))


def public_names(module: str) -> list[str]:
    """Return the names of `toy` that the module defines, in its order."""
    public = set(import_module("toy").__all__)
    return [name for name in definitions(f"{module.replace('.', '/')}.py") if name in public]


def setup(app: Sphinx) -> dict[str, Any]:
    """Add the directive, and rewrite what autodoc hands to it."""
    app.setup_extension("sphinx.ext.autodoc")
    app.add_directive("reference", Reference)
    app.connect("autodoc-process-docstring", write_docstring)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
