"""The build: a defect of a chapter stops it with a message that says where; no page is stale."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
import yaml
from bs4 import BeautifulSoup
from pages import Source, chapters, deeper

import toy
from toy.claims import CLAIMS
from toy.explorables.scene import Scene

pytestmark = pytest.mark.build

ROOT = Path(__file__).resolve().parents[1]
HTML = ROOT / "_build" / "html"

NOTEBOOK = """\
---
jupytext: {text_representation: {extension: .md, format_name: myst, format_version: 0.13}}
kernelspec: {display_name: Python 3, language: python, name: python3}
---

"""

INDEX = "# A book\n\n{cite:p}`rafailov2023dpo`\n"

SOURCES = "# Sources\n\n```{bibliography}\n```\n"

DEFECTS = """\
# Defects

A broken $\\notamacro$, a lost {ref}`reference`, an unknown {cite:p}`nobody2000`.

Sources that do not exist: `toy.kl`, `tests/test_book.py::test_nothing`.

<img src="https://elsewhere.example/picture.png" alt="from another host">

## A title with $\\nomacroeither$
"""

FIGURE = (
    NOTEBOOK
    + """\
# A figure without words

```{code-cell}
from IPython.display import SVG
line = '<path d="M0 0L9 9" stroke="#123456"/>'
SVG(f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 9 9">{line}</svg>')
```
"""
)

FAILURE = NOTEBOOK + "# A cell that fails\n\n```{code-cell}\n1 / 0\n```\n"

NUMBER = (
    NOTEBOOK
    + """\
# A number

```{code-cell}
from toy.figures.palette import PALETTE
print("the policy is", PALETTE["policy"].light)
```
"""
)


def write_book(folder: Path, chapters: dict[str, str]) -> None:
    """Write a throwaway book of these chapters, with the real assets and sources."""
    (folder / "book").mkdir()
    (folder / "book/assets").symlink_to(ROOT / "book/assets")
    shutil.copy(ROOT / "book/references.bib", folder / "book")
    for name, text in {"index": INDEX, **chapters, "sources": SOURCES}.items():
        (folder / "book" / f"{name}.md").write_text(text, "utf-8")
    files = [{"file": f"book/{name}"} for name in (*chapters, "sources")]
    toc = {"format": "jb-book", "root": "book/index", "chapters": files}
    (folder / "_toc.yml").write_text(yaml.safe_dump(toc), "utf-8")


def build(folder: Path, python_path: Path | None = None) -> subprocess.CompletedProcess[str]:
    """Build the book in the folder as the Makefile does, with the real settings and extensions."""
    options = ["-W", "-n", "--keep-going", "--config", str(ROOT / "_config.yml")]
    command = [sys.executable, str(ROOT / "book/build.py"), str(folder), *options]
    environment = os.environ | {"NO_COLOR": "1", "PYTHONPATH": str(python_path or "")}
    return subprocess.run(
        command,
        env=environment,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        timeout=120,
        check=False,
    )


@pytest.fixture(scope="module")
def defective_book(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A book with one defect of each kind that does not end a build at once."""
    folder = tmp_path_factory.mktemp("defective")
    write_book(folder, {"defects": DEFECTS, "figure": FIGURE})
    return folder


@pytest.fixture(scope="module")
def defective(defective_book: Path) -> subprocess.CompletedProcess[str]:
    """Its build."""
    return build(defective_book)


def test_a_build_with_defects_fails(defective: subprocess.CompletedProcess[str]) -> None:
    assert defective.returncode != 0


@pytest.mark.parametrize(
    ("place", "message"),
    [
        ("defects.md:3", r"KaTeX parse error: Undefined control sequence: \notamacro"),
        ("defects.md:3", "undefined label: 'reference'"),
        ("defects.md:3", 'could not find bibtex key "nobody2000"'),
        ("defects.md:5", "no such source: toy.kl"),
        ("defects.md:5", "no such source: tests/test_book.py::test_nothing"),
        ("defects", "foreign resource: https://elsewhere.example/picture.png"),
        ("figure.md", "a picture without alternative text"),
        ("figure.md", "a figure has colours that the palette does not name: #123456"),
    ],
)
def test_a_defect_is_reported_with_its_place(
    defective: subprocess.CompletedProcess[str], place: str, message: str
) -> None:
    assert [line for line in defective.stdout.splitlines() if message in line and place in line]


def test_tex_that_fails_is_reported_once_and_stops_no_other_page(
    defective: subprocess.CompletedProcess[str], defective_book: Path
) -> None:
    assert defective.stdout.count("Undefined control sequence: \\nomacroeither") == 1
    assert (defective_book / "_build/html/index.html").exists()


def test_a_failing_cell_fails_the_build_and_says_where(tmp_path: Path) -> None:
    write_book(tmp_path, {"failure": FAILURE})
    result = build(tmp_path)
    assert result.returncode != 0
    assert "failure.md" in result.stdout
    assert "ZeroDivisionError" in result.stdout
    assert "1 / 0" in re.sub(r"\x1b\[[\d;]*m", "", result.stdout)


def test_a_page_is_made_anew_when_toy_changes_and_only_then(tmp_path: Path) -> None:
    shutil.copytree(ROOT / "toy", tmp_path / "lib/toy")
    palette = tmp_path / "lib/toy/figures/palette.py"
    page = tmp_path / "_build/html/book/number.html"
    write_book(tmp_path, {"number": NUMBER})

    assert build(tmp_path, tmp_path / "lib").returncode == 0
    assert "#0072b2" in page.read_text("utf-8")
    written = page.stat().st_mtime_ns

    assert build(tmp_path, tmp_path / "lib").returncode == 0
    assert page.stat().st_mtime_ns == written

    palette.write_text(palette.read_text("utf-8").replace("#0072b2", "#0072b3"), "utf-8")
    assert build(tmp_path, tmp_path / "lib").returncode == 0
    assert "#0072b3" in page.read_text("utf-8")
    assert "#0072b2" not in page.read_text("utf-8")


@pytest.fixture(scope="module")
def pages() -> dict[str, BeautifulSoup]:
    """The pages of the real book, which `make test` has built."""
    paths = [path for path in sorted(HTML.rglob("*.html")) if "_static" not in path.parts]
    assert len(paths) >= 5, "build the book first: make book"
    return {
        path.relative_to(HTML).as_posix(): BeautifulSoup(path.read_text("utf-8"), "html.parser")
        for path in paths
    }


def test_every_page_has_a_language_a_title_and_a_description(
    pages: dict[str, BeautifulSoup],
) -> None:
    for name, page in pages.items():
        assert page.html["lang"] == "en", name
        assert page.title.get_text(strip=True), name
        if name != "search.html":
            assert page.select_one('meta[name="description"]')["content"].strip(), name


def test_every_link_within_the_book_leads_to_a_place(pages: dict[str, BeautifulSoup]) -> None:
    places = {name: {tag["id"] for tag in page.find_all(id=True)} for name, page in pages.items()}
    links = 0
    for name, page in pages.items():
        for link in page.select("main a.reference.internal[href]"):
            path, _, anchor = link["href"].partition("#")
            there = os.path.normpath(Path(name).parent / path) if path else name
            assert there in places, f"{name}: {link['href']}"
            assert not anchor or anchor in places[there], f"{name}: {link['href']}"
            links += 1
    assert links > 50


def test_a_name_of_toy_leads_to_the_reference_and_a_test_to_its_source(
    pages: dict[str, BeautifulSoup],
) -> None:
    links = lambda name: {link["href"] for link in pages[name].select("a:has(> code)")}
    deeper_page = "book/kl_estimators/best_coefficient.html"
    assert "../reference.html#toy.optimal_coefficient" in links(deeper_page)
    assert "../source/tests/test_kl_estimators.html" in links("book/kl_estimators.html")


def test_no_source_leaks() -> None:
    assert not (HTML / "_sources").exists()
    assert not [p for p in HTML.rglob("*") if p.suffix in {".md", ".ipynb", ".py", ".bib"}]


def test_every_number_of_an_equation_is_written_once(pages: dict[str, BeautifulSoup]) -> None:
    for name, page in pages.items():
        numbers = [number.get_text().rstrip("#") for number in page.select(".eqno")]
        assert len(numbers) == len(set(numbers)), name
        assert not page.select(".katex .tag"), name


def test_every_claim_is_asked_once_in_the_class_of_its_verdict(
    pages: dict[str, BeautifulSoup],
) -> None:
    boxes = [box for page in pages.values() for box in page.select(".claim[id^=claim-]")]
    assert {(box["id"], *box["class"][:2]) for box in boxes} == {
        (f"claim-{claim.key}", "claim", f"claim-{claim.verdict}") for claim in CLAIMS
    }
    for box in boxes:
        asked = ["p", "div", "details"]
        assert [tag.name for tag in box.find_all(recursive=False)] == asked, box["id"]
    (tally,) = pages["book/claims.html"].select(".claim-tally")
    assert len(json.loads(tally["data-claims"])) == len(CLAIMS) == len(boxes)


def test_the_first_page_maps_every_chapter_with_its_deeper_pages(
    pages: dict[str, BeautifulSoup],
) -> None:
    stops = pages["book/index.html"].select("ol.book-map > li")
    links = [[link["href"] for link in stop.select("a")] for stop in stops]
    html = lambda name: name.removeprefix("book/") + ".html"
    assert links == [[html(one), *map(html, deeper(one))] for one in chapters()]
    for stop, chapter in zip(stops, chapters(), strict=True):
        assert Source(chapter).head["Time"] in stop.get_text()


def anchors(page: BeautifulSoup) -> dict[str, str]:
    """Return the anchor of each live figure of a page, by its model's name."""
    (script,) = page.select('script[type="application/vnd.jupyter.widget-state+json"]')
    states = {name: model["state"] for name, model in json.loads(script.string)["state"].items()}
    return {name: state["anchor"] for name, state in states.items() if "anchor" in state}


def test_the_page_of_figures_leads_to_every_live_figure_and_to_each_alone(
    pages: dict[str, BeautifulSoup],
) -> None:
    gallery = pages["book/figures.html"]
    cards = gallery.select("ul.gallery > li")
    figures = {
        f"{Path(name).relative_to('book')}#{box['id']}"
        for name, page in pages.items()
        for box in page.select(".explorable[id]")
        if name != "book/index.html"
    }
    links = [[link["href"] for link in card.select("a")] for card in cards]
    assert {place for place, _ in links} == figures
    assert len(links) == len(figures) > 5
    copied = anchors(gallery)
    for card, (place, alone) in zip(cards, links, strict=True):
        assert alone == place.replace("#live-", "?embed#")
        (copy,) = card.select(".copy[inert][aria-hidden=true] script")
        assert place.endswith(f"#live-{copied[json.loads(copy.string)['model_id']]}")


def test_the_page_of_figures_gives_no_answer_away(pages: dict[str, BeautifulSoup]) -> None:
    classes = [getattr(toy.explorables, name) for name in toy.explorables.__all__]
    scenes = [cls() for cls in classes if issubclass(cls, Scene)]
    (gallery,) = pages["book/figures.html"].select("ul.gallery")
    words = [gallery.get_text(" "), *(image["alt"] for image in gallery.select("img"))]
    for scene in scenes:
        assert gallery.find("a", class_="place", string=scene.question()), scene
        assert not [text for text in words if scene.why() in text], scene


def test_a_link_to_the_book_comes_with_a_picture(pages: dict[str, BeautifulSoup]) -> None:
    for name, page in pages.items():
        if name not in ("index.html", "search.html") and not name.startswith("source/"):
            picture = page.select_one('meta[property="og:image"]')["content"]
            assert (HTML / Path(name).parent / picture).is_file(), name


def test_a_page_below_a_chapter_continues_its_numbers(pages: dict[str, BeautifulSoup]) -> None:
    above, below = (pages[f"book/kl_estimators{name}.html"] for name in ("", "/gaussians"))
    numbers = lambda page: {n.get_text().rstrip("#") for n in page.select(".eqno")}
    assert numbers(below)
    assert all(number.startswith("(5.") for number in numbers(below))
    assert not numbers(above) & numbers(below)


def test_a_chapter_leads_to_the_next_chapter_and_a_deeper_page_to_the_next_page(
    pages: dict[str, BeautifulSoup],
) -> None:
    ways = {
        name: [link["href"] for link in pages[f"book/{name}.html"].select(".prev-next-area a")]
        for name in ("index", "bandits", "dpo", "bandits/worlds")
    }
    assert ways["index"] == ["bandits.html"]
    assert ways["bandits"] == ["index.html", "reward_loss.html"]
    assert ways["dpo"] == ["kl_estimators.html", "figures.html"]
    assert ways["bandits/worlds"] == ["simplex.html", "../reward_loss.html"]
