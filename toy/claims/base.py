"""What a claim is, and how the ledger of all claims is written."""

import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Literal

Verdict = Literal["right", "incomplete", "refuted"]


@dataclass(frozen=True)
class Turn:
    """The smallest change of `toy`, or of the numbers, that would turn a claim's verdict.

    Parameters
    ----------
    says : what would have to be otherwise, in Markdown, to be read after "It would turn if"
    name : what is changed: a name in the module of the claim, ``toy.claims.<chapter>``
    value : what stands there instead
    """

    says: str
    name: str
    value: Any


@dataclass(frozen=True)
class Claim:
    """One statement that somebody makes, and the exact numbers that decide it.

    Parameters
    ----------
    key : names the claim; its box in the chapter carries the name ``claim-<key>``
    chapter : the page of the book, and the module of toy, that it belongs to
    origin : who says so: ``"homework 1A"`` ... ``"homework 2C"``, or ``"students"``
    says : the claim, in a sentence of Markdown that ends in a full stop
    verdict : ``"right"``, ``"incomplete"`` or ``"refuted"``
    evidence : computes the deciding numbers, by name
    decides : whether these numbers, passed by name, bear the verdict out
    shows : a sentence of Markdown that states the numbers, as a format string: ``"{k1:.3f}"``
    test : the test that proves the statement behind the numbers, as pytest names it
    turn : the smallest change that would turn the verdict, which `tests/test_claims.py` makes

    Examples
    --------
    >>> claim = Claim("sum", "arithmetic", "students", "One and one is three.", "refuted",
    ...               lambda: {"total": 1.0 + 1.0}, lambda total: total != 3, "It is {total:.0f}.",
    ...               "tests/test_arithmetic.py::test_sums", Turn("one were two", "ONE", 2.0))
    >>> claim.holds(), claim.finding()
    (True, 'It is 2.')
    """

    key: str
    chapter: str
    origin: str
    says: str
    verdict: Verdict
    evidence: Callable[[], Mapping[str, float]]
    decides: Callable[..., bool]
    shows: str
    test: str
    turn: Turn

    def holds(self) -> bool:
        """Compute the evidence, and say whether it bears the verdict out."""
        return bool(self.decides(**self.evidence()))

    def finding(self) -> str:
        """Compute the evidence, and state it in words, with true minus signs."""
        return re.sub(r"(?<!\w)-(?=\d)", "−", self.shows.format(**self.evidence()))


class _Claims:
    """Claims that a notebook shows as Markdown."""

    def __init__(self, claims: Iterable[Claim]) -> None:
        self.claims = tuple(claims)


class Ledger(_Claims):
    """A table of claims, one row each; a notebook shows it as Markdown.

    Raises
    ------
    AssertionError
        When it is written, if the numbers of a claim do not bear out its verdict.
    """

    def _repr_markdown_(self) -> str:
        head = "| claim | whose | verdict | what decides it | where |\n|:--|:--|:--|:--|:--|\n"
        return head + "\n".join(map(row, self.claims))


def row(claim: Claim) -> str:
    """Return the claim's row of the ledger, if its numbers bear it out."""
    _check(claim)
    where = f"[{claim.chapter.replace('_', ' ')}](#claim-{claim.key})<br>`{claim.test}`"
    decides = claim.finding() + f" *It would turn if {claim.turn.says}.*"
    cells = claim.says, claim.origin, f"**{claim.verdict}**", decides, where
    return f"| {' | '.join(cells)} |"


#: What is said of a verdict, once a reader has guessed.
_SAID = {"right": "True", "incomplete": "It depends", "refuted": "False"}


class Cards(_Claims):
    """Claims to guess: each one a box that asks, with its numbers and a link to its place inside.

    A notebook shows them as MyST Markdown.

    Raises
    ------
    AssertionError
        When they are written, if the numbers of a claim do not bear out its verdict.
    """

    def _repr_markdown_(self) -> str:
        return "\n\n".join(map(card, self.claims))


def card(claim: Claim) -> str:
    """Return a claim as a box named ``ask-<key>``, if its numbers bear its verdict out."""
    _check(claim)
    return (
        f":::{{admonition}} {claim.says}\n:class: claim\n:name: ask-{claim.key}\n\n"
        f"**{_SAID[claim.verdict]}.** {claim.finding()} [Why?](#claim-{claim.key})\n:::"
    )


def _check(claim: Claim) -> None:
    assert claim.holds(), f"the numbers of the claim {claim.key!r} do not bear it out"
