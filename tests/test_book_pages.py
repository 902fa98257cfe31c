"""The reference of the built book, and the pure functions of the extensions that make the pages."""

from __future__ import annotations

import sys
from pathlib import Path
from types import SimpleNamespace

import pytest
from bs4 import BeautifulSoup
from sphinx.errors import ExtensionError
from sphinx.util.inventory import InventoryFile

import toy

ROOT = Path(__file__).resolve().parents[1]
HTML = ROOT / "_build" / "html"
sys.path.insert(0, str(ROOT / "book"))

from extensions import mathematics, offline, reference, sources, theme  # noqa: E402


@pytest.fixture(scope="module")
def inventory() -> dict[str, str]:
    """The address of each Python object in the book's ``objects.inv``, by its name."""
    with (HTML / "objects.inv").open("rb") as file:
        kinds = InventoryFile.load(file, "", lambda base, uri: base + uri)
    return {
        name: uri
        for kind, entries in kinds.items()
        if kind.startswith("py:")
        for name, (_, _, uri, _) in entries.items()
    }


@pytest.fixture(scope="module")
def entries() -> dict[str, BeautifulSoup]:
    """The signature of each entry of the reference with what stands below it, by its id."""
    page = BeautifulSoup((HTML / "book/reference.html").read_text("utf-8"), "html.parser")
    return {sig["id"]: sig.parent for sig in page.select("dl.py > dt.sig[id]")}


def links(entry: BeautifulSoup) -> dict[str, str]:
    """Return where each field of an entry leads."""
    return {
        field.get_text(): link["href"]
        for field in entry.select("dl.field-list > dt")
        if (link := field.find_next_sibling("dd").select_one("a[href]"))
    }


@pytest.mark.parametrize("name", toy.__all__)
def test_other_projects_find_every_public_name(inventory: dict[str, str], name: str) -> None:
    assert inventory[f"toy.{name}"] == f"book/reference.html#toy.{name}"


@pytest.mark.parametrize("name", toy.__all__)
def test_an_entry_leads_to_its_chapter_its_code_and_its_test(
    entries: dict[str, BeautifulSoup], name: str
) -> None:
    where = {field.rstrip(":"): href for field, href in links(entries[f"toy.{name}"]).items()}
    assert (HTML / "book" / where["Chapter"]).exists()
    assert where["Code"].startswith("../source/toy/exact/")
    assert where["Code"].endswith(f".html#{name}")
    assert where["Test"].startswith("../source/tests/test_")
    assert "#test_" in where["Test"]


def test_what_a_docstring_names_as_its_source_is_in_the_bibliography(
    entries: dict[str, BeautifulSoup],
) -> None:
    for name, key in {"k3": "schulman2020kl", "dpo_loss": "rafailov2023dpo"}.items():
        entry = entries[f"toy.{name}"]
        assert links(entry)["Source:"].startswith("bibliography.html#")
        assert key not in entry.get_text()


def test_the_formula_of_an_entry_is_typeset(entries: dict[str, BeautifulSoup]) -> None:
    (formula,) = entries["toy.gibbs_policy"].select("div.math annotation")
    assert formula.get_text() == r"π^*(y) = π_{\operatorname{ref}}(y) e^{r(y)/β} / Z"


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
            "d = 1,  0 where all rewards are equal",
            r"d = 1,\quad 0 \text{ where all rewards are equal }",
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


def test_a_formula_is_read_aloud_by_its_characters() -> None:
    mathml = (
        '<math><mi>π</mi><mo>&lt;</mo><annotation encoding="x">\\pi</annotation></math><i>z</i>'
    )
    assert mathematics.words(mathml) == "π<"
