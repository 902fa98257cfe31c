"""A new explorable is one new folder, and one for its tests: nothing else has to be touched."""

import json
import re
import shutil
import subprocess
import sys
from itertools import chain
from pathlib import Path

import pytest

import toy

ROOT = Path(__file__).parents[2]
PARTS = ("toy", "tests", "book/extensions")
CLASSES = [getattr(toy.explorables, name) for name in toy.explorables.__all__[1:]]

CLASS = '''"""An example."""

from toy.explorables.base import Explorable
from toy.explorables.traits import Number


class Example(Explorable):
    """Show a number."""

    size = Number(0.5, "how much of it", low=0.0, high=1.0)

    def describe(self) -> str:
        return f"{self.size:g} of it"

    def still(self) -> str:
        return "<svg/>"
'''
VIEW = """import { slider } from "../parts/slider.js";
import { createStage } from "../parts/stage.js";

export default function render({ model, el }) {
  const stage = createStage({ model, el, label: "An example" });
  const size = slider(stage, { label: "size", key: "size", step: 0.1, format: String });
  return stage.start([size], (state) => size.draw(state.size));
}
"""
FACTS = """from explorables.live import Explorable

EXAMPLE = Explorable("Example", "example", dict, dragged=1, lab={"size": 0.1})
"""


def output_of(command, folder, **environment):
    done = subprocess.run(
        command, cwd=folder, env=environment or None, stdout=subprocess.PIPE, text=True, check=True
    )
    return done.stdout


@pytest.fixture(scope="module")
def house(tmp_path_factory):
    """A copy of the package and of these tests with one explorable more."""
    house = tmp_path_factory.mktemp("house")
    waste = shutil.ignore_patterns("__pycache__", "bundles")
    shutil.copytree(ROOT / "toy", house / "toy", ignore=waste)
    shutil.copytree(ROOT / "tests/explorables", house / "tests/explorables", ignore=waste)
    (house / "node_modules").symlink_to(ROOT / "node_modules")
    for path, text in {
        "toy/explorables/example/__init__.py": CLASS,
        "toy/explorables/example/view.js": VIEW,
        "toy/explorables/example/style.css": ".toy-example-of-a-style{}.toy-example{top:7px}",
        "tests/explorables/example/facts.py": FACTS,
    }.items():
        (house / path).parent.mkdir(exist_ok=True)
        (house / path).write_text(text, "utf-8")
    subprocess.run(["node", "toy/explorables/bundle.js"], cwd=house, check=True)
    return house


def run(house, code):
    """Return what Python prints as JSON in that house."""
    paths = [house, house / "tests", ROOT / "tests", ROOT / "tests/browser"]
    code = f"import json, sys\nsys.path[:0] = {[*map(str, paths)]}\n{code}"
    return json.loads(output_of([sys.executable, "-c", code], house))


def test_python_finds_a_new_folder(house):
    found = run(
        house,
        "import toy\n"
        "example = toy.explorables.Example(size=0.25)\n"
        "print(json.dumps([toy.__file__, toy.explorables.__all__, dir(toy.explorables),"
        " example.view, example.schema['size']['high'], example.initial]))",
    )
    assert found[0] == str(house / "toy/__init__.py")
    assert set(found[1]) == {*toy.explorables.__all__, "Example"}
    assert "Example" in found[2]
    assert found[3:] == ["example", 1.0, {"size": 0.25}]


def test_the_bundle_holds_a_new_folder(house):
    bundle = (house / "toy/explorables/bundles/explorables.js").as_uri()
    script = f"""const {{ default: widget }} = await import("{bundle}");
        const schema = {{ size: {{ kind: "number", form: "small", low: 0, high: 1 }} }};
        const model = {{ get: (name) => ({{ schema, view: "example" }})[name] }};
        console.log(widget.fault({{ size: 2 }}, model));
        try {{ widget.render({{ model }}); }} catch (error) {{ console.log(error.message); }}"""
    said = output_of(["node", "--input-type=module", "--eval", script], house)
    assert said.splitlines() == ["size must be small; got 2", "document is not defined"]
    style = (house / "toy/explorables/bundles/explorables.css").read_text("utf-8")
    assert ".toy-example{top:7px}" in style


def test_the_tests_find_a_new_folder(house):
    code = "from explorables.live import found\nprint(json.dumps([e.name for e in found()]))"
    names = run(house, code)
    assert {*names} == {cls.__name__ for cls in CLASSES} | {"Example"}


def outside(folder):
    """Yield the sources that are not this explorable's, the book's chapters aside."""
    for path in chain.from_iterable(ROOT.glob(f"{part}/**/*.*") for part in PARTS):
        if path.suffix in {".py", ".js", ".css"} and not {folder, "bundles"} & {*path.parts}:
            yield path
    yield from (ROOT / name for name in ("Makefile", "package.json", "pyproject.toml"))


@pytest.mark.parametrize("cls", CLASSES)
def test_nothing_outside_its_folders_names_an_explorable(cls):
    folder = cls().view
    named = re.compile(rf"explorables[./]({folder}|{cls.__name__})\b|\b{cls.__name__}\(")
    naming = [path for path in outside(folder) if named.search(path.read_text("utf-8"))]
    assert naming == []
