"""Claims are asked before they are told; unnecessary once HTML has a quiz that folds its answer.

Each box of class ``claim`` gets the class of its verdict, ``claim-refuted``, from the registry,
three buttons, and a fold around what the numbers say. Without scripts the fold is all that one
sees; ``assets/claims.js`` does the rest. The ledger gets a tally.

A box needs nothing around it: who shows one alone finds its address, ``#claim-<key>``, and in it
``.claim-ask`` with the key, the verdict as an answer, and the buttons. Where a claim is asked once
more, elsewhere, its box is named ``ask-<key>``.
"""

from __future__ import annotations

import json
import re
from collections import Counter
from html import escape
from typing import TYPE_CHECKING, Any

from docutils import nodes
from sphinx.transforms.post_transforms import SphinxPostTransform
from sphinx.util import logging

from toy.claims import CLAIMS

if TYPE_CHECKING:
    from sphinx.application import Sphinx

logger = logging.getLogger(__name__)

#: What the numbers say to "true, false, or does it depend?", by verdict, and the word for it.
ANSWERS = {"right": "true", "refuted": "false", "incomplete": "depends"}
WORDS = {"right": "true", "refuted": "false", "incomplete": "it depends"}
KIND = "The claim, tested: "
NAMED = re.compile(r"(?:claim|ask)-(.*)")

BUTTON = '<button type="button" value="{}" aria-pressed="false" aria-keyshortcuts="{}">{}</button>'
BUTTONS = "".join(
    BUTTON.format(value, key, f'{word}<kbd aria-hidden="true">{key}</kbd>')
    for value, word, key in (
        ("true", "True", "T"),
        ("false", "False", "F"),
        ("depends", "It depends", "D"),
    )
)
ASK = (
    '<div class="claim-ask" role="group" aria-label="True, false, or does it depend?"'
    ' data-claim="{key}" data-verdict="{answer}">'
    f"{BUTTONS}"
    '<div class="claim-after"><p class="claim-said" role="status"></p>'
    '<button type="button" class="claim-back" value="" hidden>Take back</button></div></div>'
    '<details class="claim-numbers"><summary>What the numbers say'
    '<span class="claim-word">: {word}</span></summary>'
)
TALLY = '<p class="claim-tally" data-claims="{}">You have answered none of the {} claims.</p>'
BAR = '<p class="claim-bar">{}</p>'
PART = '<span class="claim-{0}" style="flex-grow: {1}"><b>{1}</b> {0}</span>'


class AskClaims(SphinxPostTransform):
    """Turn each claim's box into a question, and count the answers above the ledger."""

    default_priority = 800
    formats = ("html",)

    def run(self, **_: Any) -> None:
        """Go through the page's claims, and its ledgers."""
        verdicts = {claim.key: claim.verdict for claim in CLAIMS}
        for box in list(self.document.findall(nodes.admonition)):
            if "claim" in box["classes"]:
                ask(box, verdicts)
        for ledger in list(self.document.findall(nodes.container)):
            if "tag_ledger" in ledger["classes"]:
                place = ledger.parent.index(ledger)
                ledger.parent.insert(place, [bar(verdicts), tally(verdicts)])
                shorten(ledger)


def ask(box: nodes.admonition, verdicts: dict[str, str]) -> None:
    """Put the question below the title of a claim's box, and a fold around the rest."""
    key = next((found[1] for name in box["ids"] if (found := NAMED.fullmatch(name))), "")
    if key not in verdicts:
        logger.warning("the claim %r is not in toy.claims", key, location=box, type="claims")
        return
    verdict = verdicts[key]
    box["classes"].append(f"claim-{verdict}")
    set_kind_apart(box[0])
    box.insert(1, raw(ASK.format(key=key, answer=ANSWERS[verdict], word=WORDS[verdict])))
    box.append(raw("</details>"))


def set_kind_apart(title: nodes.Element) -> None:
    """Let what kind of box it is stand apart from the claim in the title."""
    first = title[0].astext()
    if first.startswith(KIND):
        kind = nodes.inline("", KIND, classes=["claim-kind"])
        title.replace(title[0], [kind, nodes.Text(first.removeprefix(KIND))])


def tally(verdicts: dict[str, str]) -> nodes.raw:
    """Return the line that counts the reader's answers; it knows what the numbers say to each."""
    answers = {key: ANSWERS[verdict] for key, verdict in verdicts.items()}
    return raw(TALLY.format(escape(json.dumps(answers)), len(answers)))


def bar(verdicts: dict[str, str]) -> nodes.raw:
    """Return how many claims have each verdict, as parts of one bar."""
    counts = Counter(verdicts.values())
    return raw(BAR.format("".join(PART.format(verdict, counts[verdict]) for verdict in ANSWERS)))


def shorten(ledger: nodes.container) -> None:
    """Let verdicts be seen at a glance, and long names of tests be said by a link alone."""
    for word in ledger.findall(nodes.strong):
        if word.astext() in ANSWERS:
            word["classes"] += ["claim-chip", f"claim-{word.astext()}"]
    for link in ledger.findall(nodes.reference):
        name = link.astext()
        if name.startswith("tests/"):
            link["reftitle"] = name
            link.children = [nodes.Text("the test")]


def raw(html: str) -> nodes.raw:
    """Return a node that writes the text as it is."""
    return nodes.raw("", html, format="html")


def setup(app: Sphinx) -> dict[str, Any]:
    """Register the transform, and what the boxes need in a page."""
    app.add_post_transform(AskClaims)
    app.add_css_file("claims.css", priority=900)  # after the book's own
    app.add_js_file("claims.js", defer="defer")
    return {"parallel_read_safe": True, "parallel_write_safe": True}
