"""The reference of the built book: every public name, for its readers and for other projects."""

from __future__ import annotations

from pathlib import Path

import pytest
from bs4 import BeautifulSoup
from sphinx.util.inventory import InventoryFile

import toy

pytestmark = pytest.mark.build

HTML = Path(__file__).resolve().parents[1] / "_build" / "html"


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
