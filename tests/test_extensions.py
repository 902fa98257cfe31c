"""The pure functions of the book's extensions: what they find, mend, and write."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from bs4 import BeautifulSoup
from docutils import nodes
from docutils.utils import new_document
from nbformat.v4 import new_output
from sphinx.errors import ExtensionError

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT / "book"))

from extensions import (  # noqa: E402
    claims,
    execution,
    explorables,
    folding,
    landing,
    mathematics,
    offline,
    places,
    previews,
    reference,
    search,
    sources,
    theme,
)


@pytest.mark.parametrize(
    ("formula", "tex"),
    [
        ("z_(t+1) = z_t + η g(z_t)", "z_{t+1} = z_{t} + η g(z_{t})"),
        ("G_t = r_t + r_t+1 + …", r"G_{t} = r_{t} + r_{t+1} + \dots "),
        ("E_π[log π(y_t | y_<t)]", r"\mathbb{E}_{π}[\log  π(y_{t}\mid y_{<t})]"),
        ("Σ_ij n_ij r_i²", r"\sum _{ij} n_{ij} r_{i}²"),
        ("P(i ≻ j) = 1 / (1 + e^−(r_i − r_j))", r"P(i \succ  j) = 1 / (1 + e^{-(r_{i} - r_{j})})"),
        ("π_ref(y)^(1 − w) π(y)^w", r"π_{\operatorname{ref}}(y)^{1 - w} π(y)^{w}"),
        ("μ(y)^c(y)", "μ(y)^{c(y)}"),
        (
            "d = 1,  0 where all agree",
            r"d = 1,\quad 0 \text{ where }\allowbreak\text{all }\allowbreak\text{agree }",
        ),
        ("λ* = KL(π ‖ π_ref)", r"λ^* = \operatorname{KL}(π\,\Vert\,π_{\operatorname{ref}})"),
    ],
)
def test_a_formula_of_a_docstring_becomes_tex(formula: str, tex: str) -> None:
    assert reference.tex(formula) == tex


def test_a_docstring_becomes_fields() -> None:
    docstring = """Return what `fit` makes of π_ref, times 2*x, and *why*.

    Parameters
    ----------
    first, second : (..., Y) of two
        lines

    Raises
    ------
    ValueError
        If one is |missing|.

    Source: schulman2020kl (k3), derived in the chapter.

    Examples
    --------
    >>> 1
    1
    """
    assert reference.rest(docstring) == [
        r"Return what ``fit`` makes of π\ :sub:`ref`\ , times 2\*x, and *why*.",
        "",
        ":Parameters:",
        "   ``first``, ``second``",
        r"      \(..., Y) of two lines",
        "",
        ":Raises:",
        "   ``ValueError``",
        r"      If one is \|missing\|.",
        "",
        ":Examples:",
        "   >>> 1",
        "   1",
        "   ",
        "",
        ":Source:",
        "   :cite:t:`schulman2020kl` (k3), derived in the chapter.",
        "",
    ]


@pytest.mark.parametrize(
    ("name", "module"),
    [
        ("kl_divergence", "distributions"),
        ("TEMPTING", "bandits"),  # a constant, which is not called
        ("Frontier", "rlhf_objective"),  # a class that only functions make
    ],
)
def test_a_name_leads_to_its_own_module_s_tests_first(name: str, module: str) -> None:
    assert sources.test_of(name, module).startswith(f"tests/test_{module}.py::test_")


def test_a_name_that_no_test_uses_is_refused() -> None:
    with pytest.raises(ExtensionError, match=r"no test uses toy\.no_such_name"):
        sources.test_of("no_such_" + "name", "dpo")


@pytest.mark.parametrize(
    "html",
    [
        '<img alt="x > y" src="https://a.example/x.png">',
        "<script src='//a.example/x.js' defer></script>",
        "<IMG SRC=https://a.example/x.png>",
        '<link rel="stylesheet" href="https://a.example/x.css">',
        '<video poster="https://a.example/x.png"></video>',
        '<svg><use xlink:href="https://a.example/x.svg"/></svg>',
        '<p style="background: url(&quot;https://a.example/x.png&quot;)"></p>',
        "<style>@import 'https://a.example/x.css';</style>",
    ],
)
def test_what_a_page_would_load_from_another_host_is_found(html: str) -> None:
    assert [a for a in offline.addresses(html) if offline.FOREIGN.match(a.strip())]


@pytest.mark.parametrize(
    "html",
    [
        '<a href="https://a.example/">a link to follow</a>',
        '<link rel="canonical" href="https://a.example/">',
        "<p>&lt;img src=&quot;https://a.example/x.png&quot;&gt;</p>",
        '<img src="../x.png" alt="https://a.example/">',
    ],
)
def test_what_a_page_does_not_load_is_no_resource(html: str) -> None:
    assert not [a for a in offline.addresses(html) if offline.FOREIGN.match(a.strip())]


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ('<summary aria-label="Toggle hidden content">', "<summary>"),
        ('<th class="head"><p></p></th>', '<td class="head"></td>'),
        ('<th class="head"></th>', '<td class="head"></td>'),
        ('<th class="head"><p>x</p></th>', '<th class="head"><p>x</p></th>'),
        ('<div role="list" class="citation-list">', '<div class="citation-list">'),
        ('<section id="exercise-content">', "<section>"),
        (
            '<div class="proof admonition" id="proof">\n<p>Proof. If',
            '<div class="proof admonition">\n<p><em>Proof.</em> If',
        ),
    ],
)
def test_a_page_s_body_is_mended(before: str, after: str) -> None:
    context = {"body": before}
    theme.mend(SimpleNamespace(), "page", "page.html", context)
    assert context["body"] == after


def test_a_full_stop_goes_to_its_own_formula_where_others_read_the_same() -> None:
    long, short = nodes.math("", "x" * 60), nodes.math("", "y")
    line = nodes.paragraph(
        "", "", long, nodes.Text("."), nodes.Text(" so "), short, nodes.Text(".")
    )
    page = new_document("page")
    page += line
    mathematics.KeepPunctuation(page).run()
    assert line.astext() == "x" * 60 + " so y"
    assert short["mark"] == long["mark"] == "."


def test_a_long_formula_may_break_between_its_parts_but_not_before_its_full_stop() -> None:
    base = '<span class="base">{}</span>'
    short, long = (base.format(part) + base.format(part) for part in ("x=", "x" * 20))
    assert mathematics.keep(short, ".") == f'<span class="text-nowrap">{short}.</span>'
    part = base.format("x" * 20)
    kept = f'<span class="text-nowrap">{part}<wbr>{part}.</span>'
    assert mathematics.keep(long, ".") == kept


def test_a_formula_is_read_aloud_by_its_characters() -> None:
    mathml = (
        '<math><mi>π</mi><mo>&lt;</mo><annotation encoding="x">\\pi</annotation></math><i>z</i>'
    )
    assert mathematics.words(mathml) == "π<"


def test_a_full_stop_goes_to_the_formula_before_it_and_another_like_it_stays() -> None:
    link, formula = nodes.reference("", "Theorem 4"), nodes.math("", "x")
    paragraph = nodes.paragraph("", "", link, nodes.Text("."), formula, nodes.Text("."))
    document = new_document("page")
    document += paragraph
    mathematics.KeepPunctuation(document).run()
    assert formula["mark"] == "."
    assert [child.astext() for child in paragraph] == ["Theorem 4", ".", "x", ""]


def test_a_page_is_searched_by_passages_in_which_a_formula_is_what_one_reads(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    mathml = "<mi>log</mi><mo>\u2061</mo><mi>Z</mi><annotation>\\log Z</annotation>"
    monkeypatch.setattr(search, "typeset", lambda *_: mathml)
    inner = nodes.section("", nodes.title("", "Within"), nodes.paragraph("", "tie"), ids=["within"])
    formula = nodes.math("", r"\log Z", mark=".")  # the full stop is the formula's: KeepPunctuation
    words = nodes.paragraph("", "", nodes.Text("So "), formula)
    code = nodes.literal_block("", "print(1)")
    title = nodes.title("", "(A title)")
    outer = nodes.section("", title, words, code, inner, ids=["outer", "label"])
    untitled = nodes.section("", nodes.paragraph("", "EOS"), ids=["untitled"])
    outer += untitled
    assert list(search.passages(outer)) == [
        ("outer", "A title", "So log Z. EOS"),
        ("within", "Within", "tie"),
    ]


def test_a_preview_is_a_copy_of_what_a_link_leads_to_without_links() -> None:
    html = (
        '<div class="math" id="equation-eq-a"><div class="equation"><b>a</b></div>'
        '<span>(1.1)<a class="headerlink" href="#x" title="Link"></a></span></div><div>more</div>'
        '<dl><dt id="term-nat">nat</dt><dd><p>A <a href="#y">unit</a></p></dd><dt>other</dt></dl>'
        '<div class="proof theorem admonition" id="thm-a"><p id="z">So.</p></div>'
        '<div class="citation" id="id4" role="doc-biblioentry"><p>A work.</p></div>'
    )
    assert dict(previews.previews(html)) == {
        "equation-eq-a": '<div class="math"><div class="equation"><b>a</b></div>'
        "<span>(1.1)</span></div>",
        "term-nat": "<dl><dt>nat</dt><dd><p>A unit</p></dd></dl>",
        "thm-a": '<div class="proof theorem admonition"><p>So.</p></div>',
        "id4": '<div class="citation"><p>A work.</p></div>',
    }


def test_a_preview_of_what_does_not_end_is_refused() -> None:
    with pytest.raises(ValueError, match="'div' is not closed"):
        dict(previews.previews('<div class="math" id="equation-eq-a"><div></div>'))


@pytest.mark.parametrize(
    ("code", "picture", "folds"),
    [
        ("x = 1\nfigures.dpo.losses(figures.axes(), x);", True, True),
        ("import toy\nfrom toy import figures\n\nfigures.use_book_style()", False, True),
        ("import toy\nfigures.use_book_style()\nx = toy.softmax([1.0])", False, False),
        ("figures.dpo.losses(figures.axes(), x);", False, False),  # nothing to see instead
        ("import toy\n\ntoy.explorables.Any()", True, True),
        ("any = toy.explorables.Any()", True, False),
    ],
)
def test_code_folds_that_only_draws(code: str, picture: bool, folds: bool) -> None:
    source = nodes.container("", nodes.literal_block("", code), nb_element="cell_code_source")
    output = nodes.container("", *([nodes.image(uri="x.svg")] if picture else []))
    assert folding.only_draws(nodes.container("", source, output)) is folds


def test_what_a_kernel_sent_in_pieces_is_printed_as_one() -> None:
    pieces = ("after 75 steps", " [0.6]\n", "then\n")
    sent = [new_output("stream", name="stdout", text=piece) for piece in pieces]
    (merged,) = execution.merge_streams(sent)
    assert merged["text"] == "after 75 steps [0.6]\nthen\n"
    assert sent[0]["text"] == "after 75 steps"


def test_the_widgets_of_a_page_are_numbered_in_its_order() -> None:
    layout = {"b0b": {"layout": "IPY_MODEL_c0c"}, "c0c": {"layout": "IPY_MODEL_d0d"}}
    document = {"state": {"a0a": {}, "d0d": {}, "e0e": {}, **layout}}
    names = explorables.shown('{"model_id": "b0b"} {"model_id": "a0a"}', document)
    assert names == ["b0b", "a0a", "c0c", "d0d"]
    assert explorables.numbered("b0b IPY_MODEL_d0d", names) == "model-0 IPY_MODEL_model-3"


@pytest.mark.usefixtures("book_style")
def test_two_figures_are_the_same_twice_byte_for_byte() -> None:
    import matplotlib.pyplot as plt
    from IPython.core.interactiveshell import InteractiveShell

    from toy.figures.style import axes, bars, role_line

    def drawn(draw: Callable[[Any], Any]) -> str:
        draw(axes())
        formatter = InteractiveShell.instance().display_formatter.formatters["image/svg+xml"]
        return formatter(plt.gcf())

    line = [0.0, 1.0, 3.0]
    for draw in (
        lambda ax: role_line(ax, line, line, "k1"),
        lambda ax: bars(ax, ["a", "b", "c"], {"policy": line}, {"policy": "π"}),
    ):
        first = drawn(draw)
        assert first.startswith("<?xml")
        assert first == drawn(draw)
        assert "dc:date" not in first


def claim_box(key: str, kind: str = claims.KIND) -> nodes.admonition:
    """The box of a claim as a chapter writes it."""
    title = nodes.title("", f"{kind}“k3 is strictly better”")
    words = nodes.paragraph("", "", nodes.strong("", "Refuted"), nodes.Text(" by k1."))
    return nodes.admonition("", title, words, ids=[f"claim-{key}"], classes=["claim"])


@pytest.mark.parametrize(
    ("verdict", "answer"), [("right", "true"), ("refuted", "false"), ("incomplete", "depends")]
)
def test_a_claim_is_a_question_before_it_is_a_verdict(verdict: str, answer: str) -> None:
    box = claim_box("better")
    claims.ask(box, {"better": verdict})
    assert box["classes"] == ["claim", f"claim-{verdict}"]
    _, asked, words, end = box.children
    html = BeautifulSoup(f"{asked.astext()}{words.astext()}{end.astext()}", "html.parser")
    question, fold = html.find_all(recursive=False)
    assert [(b["value"], b["aria-keyshortcuts"]) for b in question.select("[aria-pressed]")] == [
        ("true", "T"),
        ("false", "F"),
        ("depends", "D"),
    ]
    assert (question["data-claim"], question["data-verdict"]) == ("better", answer)
    assert fold.name == "details"
    assert not fold.has_attr("open")
    assert fold.get_text() == f"What the numbers say: {claims.WORDS[verdict]}Refuted by k1."


def test_a_claim_is_searched_as_the_chapter_writes_it() -> None:
    box = claim_box("better")
    before = list(search.passages(nodes.section("", box)))
    claims.ask(box, {"better": "refuted"})
    assert list(search.passages(nodes.section("", box))) == before
    assert before == [
        ("claim-better", "The claim, tested: “k3 is strictly better”", "Refuted by k1.")
    ]


@pytest.mark.parametrize("kind", [claims.KIND, "In passing: "])
def test_what_kind_of_box_a_claim_is_stands_apart_if_it_is_said(kind: str) -> None:
    box = claim_box("better", kind)
    claims.ask(box, {"better": "refuted"})
    assert len(box[0].children) == (2 if kind == claims.KIND else 1)
    assert box[0].astext() == f"{kind}“k3 is strictly better”"


@pytest.mark.parametrize("key", ["never-heard-of", ""])
def test_a_claim_that_the_registry_does_not_know_is_reported(
    key: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    reported: list[str] = []
    monkeypatch.setattr(claims.logger, "warning", lambda text, *of, **_: reported.append(text % of))
    box = claim_box(key)
    claims.ask(box, {"better": "refuted"})
    assert reported == [f"the claim {key!r} is not in toy.claims"]
    assert len(box.children) == 2


def test_the_tally_knows_what_the_numbers_say_to_each_claim() -> None:
    html = BeautifulSoup(claims.tally({"a": "right", "b": "incomplete"}).astext(), "html.parser")
    assert json.loads(html.p["data-claims"]) == {"a": "true", "b": "depends"}
    assert html.get_text() == "You have answered none of the 2 claims."


def test_a_link_to_a_figure_leads_to_its_box() -> None:
    models = {
        "a": {"state": {"anchor": "walk"}},
        "b": {"state": {"anchor": "walk"}},
        "c": {"state": {}},
    }
    box = explorables.OPEN + '<img>{"model_id": "%s"}</div>'
    named = explorables.OPEN[:-1] + ' id="live-walk"><img>{"model_id": "a"}</div>'
    body = "".join(box % name for name in models)
    assert explorables.anchored(body, models) == named + box % "b" + box % "c"


def test_the_places_of_a_page_are_its_ids_and_its_figures_anchors_and_no_mere_numbers() -> None:
    html = (
        '<nav id="side"></nav><article class="bd-article"><section id="tail"><span id="id3"></span>'
        '<div class="math" id="equation-eq-x"></div></section></article><p id="foot"></p>'
        '<script type="application/vnd.jupyter.widget-state+json">{"anchor": "walk"}</script>'
    )
    assert places.places(html) == {"tail", "equation-eq-x", "walk"}
    with_copies = html.replace("</section>", f"{landing.GALLERY}</ul></section>")
    assert places.places(with_copies) == {"tail", "equation-eq-x"}


def test_a_figure_is_called_by_what_it_asks_or_by_what_one_does_in_it() -> None:
    assert landing.caption("kl_directions") == "Drag a policy and a reference."
    assert landing.caption("tilt").endswith("does the optimum say it half the time?")
    assert (landing.kind("kl_directions"), landing.kind("tilt")) == ("laboratory", "scene")


def test_a_copy_of_a_figure_is_given_no_place() -> None:
    copy = landing.OPEN_COPY + '{"model_id": "a"}' + landing.CLOSE_COPY
    assert explorables.anchored(copy, {"a": {"state": {"anchor": "walk"}}}) == copy
