"""The ledger: every claim's numbers bear its verdict out, and its test and its box exist."""

import ast
import dataclasses
import re
from pathlib import Path

import pytest
from pages import Source, deeper, names

from toy.claims import CLAIMS, Cards, Claim, Ledger, Turn

ROOT = Path(__file__).parent.parent
VERDICTS = {"right", "incomplete", "refuted"}
QUESTIONS = {"1A", "1B", "1C", "1D", "1E", "1F", "2A", "2B", "2C"}
by_key = pytest.mark.parametrize("claim", CLAIMS, ids=lambda claim: claim.key)


def box_of(claim):
    """The text of the claim's box in its chapter, or in a page below it."""
    chapter = f"book/{claim.chapter}"
    page = "\n".join(Source(name).text for name in (chapter, *deeper(chapter)))
    boxes = re.findall(r"^(`{3,}|:{3,})\{admonition\}(.*?)^\1", page, re.DOTALL | re.MULTILINE)
    (box,) = [text for _, text in boxes if f":name: claim-{claim.key}\n" in text]
    return box


@by_key
def test_the_numbers_of_a_claim_bear_its_verdict_out(claim):
    assert claim.verdict in VERDICTS
    assert claim.holds()


@by_key
def test_the_change_that_a_claim_names_turns_its_verdict(claim, monkeypatch):
    assert claim.holds()
    monkeypatch.setattr(f"toy.claims.{claim.chapter}.{claim.turn.name}", claim.turn.value)
    assert not claim.holds()


@by_key
def test_a_claim_names_a_test_that_exists(claim):
    path, name = claim.test.split("::")
    tree = ast.parse((ROOT / path).read_text(encoding="utf-8"))
    assert name in {node.name for node in tree.body if isinstance(node, ast.FunctionDef)}


@by_key
def test_a_claim_has_a_box_in_its_chapter_that_says_its_verdict(claim):
    box = box_of(claim)
    assert ":class: claim\n" in box
    assert f"**{claim.verdict}" in box.lower()
    assert box.startswith(' The claim, tested: "')
    assert ("(homework" in box.splitlines()[0]) == claim.origin.startswith("homework")


def test_every_box_of_the_book_is_in_the_ledger_and_every_key_is_used_once():
    pages = [Source(name).text for name in names()]
    boxes = re.findall(r":name: claim-(\S+)", "\n".join(pages))
    assert sorted(boxes) == sorted(claim.key for claim in CLAIMS)
    assert sum(page.count(":class: claim\n") for page in pages) == len(CLAIMS)


def test_every_answer_of_the_homework_is_put_to_the_test():
    origins = {claim.origin for claim in CLAIMS}
    assert origins == {"students", *(f"homework {question}" for question in QUESTIONS)}


TURN = Turn("one were two", "ONE", 2.0)


def claim_of(total):
    words = "sum", "arithmetic", "students", "One and one is three.", "refuted"
    numbers = (lambda: {"total": total}), (lambda total: total != 3)
    return Claim(*words, *numbers, "It is {total:.0f}.", "tests/t.py::test_t", TURN)


def test_the_ledger_has_a_row_a_claim_with_its_finding():
    *_, row = Ledger([claim_of(2)])._repr_markdown_().splitlines()
    assert row == (
        "| One and one is three. | students | **refuted** | It is 2. "
        "*It would turn if one were two.* "
        "| [arithmetic](#claim-sum)<br>`tests/t.py::test_t` |"
    )


def test_a_finding_has_true_minus_signs_and_keeps_its_hyphens():
    claim = dataclasses.replace(
        claim_of(2), shows="Best-of-16 loses {total:+.0f} − not -{total:.0e}."
    )
    assert claim.finding() == "Best-of-16 loses +2 − not −2e+00."


@pytest.mark.parametrize("table", [Ledger, Cards])
def test_a_claim_that_its_numbers_do_not_bear_out_cannot_be_written(table):
    with pytest.raises(AssertionError, match="the claim 'sum'"):
        table([claim_of(3)])._repr_markdown_()


def test_a_card_says_the_claim_and_holds_its_verdict_and_its_numbers():
    cards = Cards([claim_of(2), claim_of(2)])._repr_markdown_()
    assert (
        cards.count(":::{admonition} One and one is three.\n:class: claim\n:name: ask-sum\n") == 2
    )
    assert cards.endswith("\n\n**False.** It is 2. [Why?](#claim-sum)\n:::")
