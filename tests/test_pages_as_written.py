"""What each page says of itself: its head, its minutes, its budget; what the first page says."""

import re

import pytest
from pages import Source, chapters, contents, deeper, files_of, names

HEAD = ["You need", "Time", "You will be able to"]
DEEPER = ["Question", "For whom", *HEAD]
CORE_WORDS = 1800

CHAPTERS = chapters()
BELOW = [page for chapter in CHAPTERS for page in deeper(chapter)]
HEADED = [*CHAPTERS, *BELOW]


def minutes_said(head):
    """The number of minutes that a page's head promises."""
    (number,) = re.findall(r"^(\d+) minutes\b", head["Time"])
    return int(number)


@pytest.mark.parametrize("name", CHAPTERS)
def test_a_chapter_says_what_it_needs_how_long_it_takes_and_what_one_can_do_then(name):
    assert list(Source(name).head) == HEAD


@pytest.mark.parametrize("name", BELOW)
def test_a_deeper_page_says_its_question_and_for_whom_it_is_as_well(name):
    page = Source(name)
    assert list(page.head) == DEEPER
    assert page.head["Question"].endswith("?")
    assert re.search(r"^# Deeper: ", page.text, re.MULTILINE)


@pytest.mark.parametrize("name", HEADED)
def test_the_minutes_that_a_page_promises_are_those_of_its_words_and_code(name):
    page = Source(name)
    assert minutes_said(page.head) == pytest.approx(page.minutes, rel=0.25), page.minutes


@pytest.mark.parametrize("name", HEADED)
def test_a_head_stands_before_the_first_section(name):
    text = Source(name).text
    assert text.index(":class: page-head") < text.index("\n## ")


def test_a_page_below_a_chapter_is_nested_there_in_the_contents():
    numbered = [part for part in contents()["parts"] if part.get("numbered")]
    for chapter in (chapter for part in numbered for chapter in part["chapters"]):
        assert list(files_of(chapter)) == deeper(chapter["file"])
    assert BELOW


@pytest.mark.parametrize("name", [name for name in names() if Source(name).is_core])
def test_a_core_keeps_its_words(name):
    assert Source(name).words <= CORE_WORDS


def test_words_are_those_of_the_prose_alone(monkeypatch):
    text = """---
core: true
---

(label)=
# A title

Two words and $x^2 + y$.

$$
not a word
$$ (eq-x)

```{admonition} A box
:class: page-head

You need
: patience

Time
: 5 minutes
```

```{code-cell} ipython3
---
mystnb: {figure: {name: fig-x}}
---
print(1)
```
"""
    monkeypatch.setattr("pathlib.Path.read_text", lambda *_: text)
    page = Source("any")
    assert page.is_core
    assert page.head == {"You need": "patience", "Time": "5 minutes"}
    assert page.prose.split()[:3] == ["#", "A", "title"]
    words = "A title", "Two words and x", "eq-x", "You need patience", "Time minutes"
    assert page.words == len(" ".join(words).split())
    assert page.minutes == pytest.approx(page.words / 100 + 1 / 10 + 1 / 2)


def test_a_scene_takes_less_time_than_a_laboratory(monkeypatch):
    text = "toy.explorables.{}()"
    monkeypatch.setattr("pathlib.Path.read_text", lambda *_: text.format("Tilt"))
    assert Source("any").minutes == pytest.approx(Source("any").words / 100 + 3)


def test_the_first_page_says_how_long_the_first_chapter_takes():
    first, *_ = CHAPTERS
    page = Source(contents()["root"]).text
    assert (
        f"({first.removeprefix('book/')}.md)** {minutes_said(Source(first).head)} minutes" in page
    )


@pytest.mark.parametrize("question", ["1A", "1B", "1C", "1D", "1E", "1F", "2A", "2B", "2C"])
def test_each_question_of_the_homework_is_printed_with_its_answer_and_its_claims(question):
    sections = Source("book/homework").text.split("\n## ")
    (section,) = [section for section in sections if section.startswith(f"{question}. ")]
    assert re.findall(r"^(\w+)\n: ", section, re.MULTILINE) == ["Asked", "Answered", "True"]
    assert "{ref}`" in section
    assert f'claims_of("{question}")' in section
