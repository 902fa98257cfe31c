"""The explorables in Python: traits, errors, stills; and their JavaScript core against toy."""

import os
import re
import subprocess
import sys
import xml.etree.ElementTree as ET
from pathlib import Path

import pytest
import traitlets
from explorables.live import extreme

import toy
from toy.explorables import base
from toy.explorables.traits import Row
from toy.figures.palette import PALETTE

ROOT = Path(__file__).parents[2]
ALL = [getattr(toy.explorables, name) for name in toy.explorables.__all__ if name != "Explorable"]
SHEETS = sorted((ROOT / "toy/explorables").glob("[!b]*/*.css"))
WIDGET = "application/vnd.jupyter.widget-view+json"


@pytest.fixture(params=ALL, ids=lambda explorable: explorable.__name__)
def explorable(request):
    return request.param()


def test_the_javascript_tests_fail_without_python_to_compare_with():
    environment = os.environ | {"PYTHON": "no-such-python"}
    call = ["npm", "test", "--silent"]  # with Python, it is a stage of make check
    assert subprocess.run(call, cwd=ROOT, env=environment, capture_output=True).returncode != 0


def test_reset_and_links_know_the_state_at_birth(explorable):
    before = {name: getattr(explorable, name) for name in explorable.declared()}
    assert explorable.initial == before
    with pytest.raises(traitlets.TraitError):
        explorable.initial = {}
    for name, trait in explorable.declared().items():
        if isinstance(trait, Row):
            setattr(explorable, name, list(reversed(before[name])))
    assert explorable.initial == before


def test_the_anchor_is_the_folders_name_unless_another_is_given(explorable):
    folder = type(explorable).__module__.removeprefix("toy.explorables.")
    assert explorable.view == folder
    assert explorable.anchor == folder.replace("_", "-")
    assert type(explorable)(anchor="mine").anchor == "mine"


def test_an_explorable_that_a_reader_derives_has_the_view_of_its_own():
    class Mine(ALL[0]):
        pass

    assert Mine().view == ALL[0]().view


def test_an_explorable_is_written_as_the_call_that_makes_it(explorable):
    copy = eval(repr(explorable), vars(toy.explorables))
    assert copy.initial == explorable.initial


def test_an_output_holds_the_widget_a_picture_and_its_words(explorable):
    data, metadata = explorable._repr_mimebundle_()
    assert data[WIDGET]["model_id"] == explorable.model_id
    assert data["text/plain"] == metadata["image/svg+xml"]["alt"] == explorable.describe()
    picture = ET.fromstring(data["image/svg+xml"])
    assert picture.tag.endswith("svg")
    assert not list(picture.iter("{http://www.w3.org/2000/svg}text")), "letters must be outlines"


def test_a_still_is_the_same_byte_for_byte_and_knows_only_the_palette(explorable):
    picture = explorable.still()
    assert picture == type(explorable)().still()
    assert set(re.findall(r"#[0-9a-f]{6}", picture)) <= {c.light for c in PALETTE.values()}


def test_the_numbers_of_a_stills_axes_are_no_tex(explorable):
    # What is written stands in a comment beside its outlines; a dollar is drawn as it is.
    assert "mathdefault" not in explorable.still()


@pytest.mark.filterwarnings("error")
@pytest.mark.parametrize("end", ["low", "high"])
@pytest.mark.parametrize("cls", ALL)
def test_whatever_a_trait_may_hold_can_be_drawn_and_described(cls, end):
    widget = extreme(cls, end)
    assert not re.search(r"\bnan\b", widget.describe())
    ET.fromstring(widget.still())


def test_colours_come_from_the_palette_alone(explorable):
    light, dark = explorable._css.split("html[data-theme", 1)
    for role, colour in PALETTE.items():
        assert f"--toy-{role}:{colour.light};" in light
        assert f"--toy-{role}:{colour.dark};" in dark


@pytest.mark.parametrize("sheet", SHEETS, ids=lambda sheet: sheet.stem)
def test_a_style_sheet_names_no_colour(sheet):
    assert not re.search(r"#[0-9a-fA-F]{3,8}\b|rgb\(|hsl\(", sheet.read_text("utf-8"))


def test_bundles_ask_for_nothing_and_evaluate_nothing(explorable):
    assert not re.search(r"\beval\(|new Function|fetch\(|XMLHttpRequest|import\(", explorable._esm)
    hosts = set(re.findall(r"https?://[^\"'`]*", explorable._esm + explorable._css))
    assert all(host.startswith("http://www.w3.org/") for host in hosts), "only XML namespaces"


def test_a_missing_bundle_says_what_to_do(monkeypatch, tmp_path):
    monkeypatch.setattr(base, "files", lambda _: tmp_path)
    with pytest.raises(FileNotFoundError, match="run `make`"):
        ALL[0]()


def test_a_name_that_is_no_explorable_is_answered_with_those_there_are():
    with pytest.raises(AttributeError, match="there is no explorable 'Gibs': Explorable, "):
        _ = toy.explorables.Gibs


def test_importing_toy_loads_no_widget():
    code = (
        "import sys, toy; assert not {'anywidget', 'ipywidgets', 'matplotlib'} & set(sys.modules)"
    )
    subprocess.run([sys.executable, "-c", code], check=True)
