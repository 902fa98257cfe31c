"""A claim is asked by press and by key, kept, taken back, on paper, and without scripts."""

from __future__ import annotations

from typing import Any

import pytest
from playwright.sync_api import Locator, Page, expect
from test_pages import findings
from visits import PHONE, OpenPage

PAGE = "book/kl_estimators.html"
K3 = "#claim-k3-better"  # refuted
EVERY_ANSWER = [("t", "true"), ("f", "false"), ("d", "it depends")]


def parts(page: Page, claim: str = K3) -> tuple[Locator, Locator, Locator]:
    """Return a claim's box, what it says of the answer, and the fold around the numbers."""
    box = page.locator(claim)
    return box, box.get_by_role("status"), box.locator("details")


@pytest.mark.parametrize(("key", "words"), EVERY_ANSWER)
def test_a_key_answers_and_the_numbers_open(open_page: OpenPage, key: str, words: str) -> None:
    visit = open_page(PAGE, scheme="file")
    box, said, fold = parts(visit.page)
    expect(fold).not_to_have_attribute("open", "")
    box.get_by_role("button", name="True").focus()
    visit.page.keyboard.press(key)
    expect(fold).to_have_attribute("open", "")
    agreed = "and so do the numbers." if words == "false" else "the numbers say: false."
    separator = "," if words == "false" else ";"
    expect(said).to_have_text(f"You said {words}{separator} {agreed}")
    expect(box.locator("[aria-pressed=true]")).to_be_focused()
    assert visit.problems == []


def test_a_key_answers_after_a_press_into_the_box_and_only_there(open_page: OpenPage) -> None:
    page = open_page(PAGE).page
    box, said, fold = parts(page)
    for combination in ("f", "Control+f"):  # nothing has the focus yet; then it is a browser's key
        page.keyboard.press(combination)
        box.locator(".admonition-title").click()
    expect(said).to_be_empty()
    fold.locator("summary").focus()  # what is open already is not asked any more
    page.keyboard.press("f")
    expect(said).to_be_empty()
    box.locator(".admonition-title").click()
    page.keyboard.press("Shift+F")
    expect(fold).to_have_attribute("open", "")
    page.keyboard.press("t")  # an answer stands
    expect(said).to_contain_text("You said false")


@pytest.mark.parametrize("scheme", ["http", "file"])
def test_an_answer_is_kept_counted_and_taken_back(open_page: OpenPage, scheme: str) -> None:
    visit = open_page(PAGE, scheme=scheme)
    page = visit.page
    page.locator(K3).get_by_role("button", name="It depends").dblclick()  # one answer
    page.locator("#claim-squaring").get_by_role("button", name="False").click()
    page.reload()
    box, said, fold = parts(page)
    expect(said).to_have_text("You said it depends; the numbers say: false.")
    expect(fold).to_have_attribute("open", "")
    assert tally(page) == "You have answered 2 of the 58 claims; the numbers agree with 1."
    page.go_back()
    box.get_by_role("button", name="Take back").click()
    expect(said).to_be_empty()
    expect(fold).not_to_have_attribute("open", "")
    expect(box.get_by_role("button", name="It depends")).to_be_focused()
    page.keyboard.press("Enter")
    page.keyboard.press("Enter")  # the pressed button takes back too
    expect(said).to_be_empty()
    assert tally(page) == "You have answered 1 of the 58 claims; the numbers agree with 1."
    assert visit.problems == []


def tally(page: Page) -> str:
    """Go to the ledger, and return what it says of the answers."""
    page.goto(page.url.partition("#")[0].replace("kl_estimators", "claims"))
    return page.locator(".claim-tally").inner_text()


def test_a_browser_that_keeps_nothing_asks_all_the_same(open_page: OpenPage) -> None:
    visit = open_page("book/index.html")
    visit.page.add_init_script(
        "for (const name of ['getItem', 'setItem'])"
        "  Storage.prototype[name] = function () { throw new DOMException('refused'); };"
    )
    visit.page.route("**/theme.js*", lambda route: route.fulfill(body=""))
    visit.page.goto(visit.page.url.replace("index", "kl_estimators"))
    box, said, _ = parts(visit.page)
    box.get_by_role("button", name="False").click()
    expect(said).to_have_text("You said false, and so do the numbers.")
    box.get_by_role("button", name="False").click()
    expect(said).to_be_empty()


def test_who_follows_a_link_to_a_claim_reads_what_the_numbers_say(open_page: OpenPage) -> None:
    page = open_page("book/claims.html").page
    page.locator(f"a[href$='{K3}']").first.click()
    expect(parts(page)[2]).to_have_attribute("open", "")
    page.evaluate("location.hash = 'claim-squaring'")
    expect(parts(page, "#claim-squaring")[2]).to_have_attribute("open", "")


def test_who_looks_for_words_finds_them_in_a_claim(open_page: OpenPage) -> None:
    fold = parts(open_page(PAGE, hash="#:~:text=almost%20a%20hundred%20times").page)[2]
    expect(fold).to_have_attribute("open", "")


@pytest.mark.parametrize("how", [{"java_script": False}, {}])
def test_paper_has_every_verdict_and_no_question(open_page: OpenPage, how: dict[str, Any]) -> None:
    page = open_page(PAGE, **how).page
    page.emulate_media(media="print")
    box = page.locator(K3)
    assert not box.locator(".claim-ask").is_visible()
    assert box.locator("details strong").first.bounding_box()["height"] > 0
    assert box.locator(".claim-word").is_visible()


def test_without_scripts_a_claim_is_a_folded_box(open_page: OpenPage) -> None:
    page = open_page(PAGE, java_script=False).page
    box, _, fold = parts(page)
    assert not box.locator(".claim-ask").is_visible()
    assert not fold.locator("strong").first.is_visible()
    fold.locator("summary").click()
    assert fold.locator("strong").first.is_visible()
    page.goto(page.url.replace("kl_estimators", "claims"))
    assert not page.locator(".claim-tally").is_visible()


def test_the_three_verdicts_have_three_colours_once_they_are_open(open_page: OpenPage) -> None:
    page = open_page("book/policy_gradient.html").page
    colour = "box => getComputedStyle(box).borderLeftColor"
    first = [page.locator(f".claim-{one}").first for one in ("right", "refuted", "incomplete")]
    assert len({box.evaluate(colour) for box in first}) == 1
    for box in first:
        box.locator("summary").click()
    assert len({box.evaluate(colour) for box in first}) == 3


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_axe_finds_nothing_in_answered_claims(open_page: OpenPage, theme: str) -> None:
    visit = open_page("book/policy_gradient.html", theme=theme, viewport=PHONE)
    for value in ("true", "false", "depends"):
        verdict = f".claim-ask[data-verdict={value}]"
        visit.page.locator(verdict).first.locator("button[value=false]").click()
    assert findings(visit) == []
