"""Imports point down only, and `import toy` stays light; each rule is shown able to fail."""

import ast
import re
import subprocess
import sys
from importlib import import_module
from pathlib import Path
from types import ModuleType

import pytest

import toy

PACKAGE = Path(toy.__file__).parent

#: In the order of the book: a chapter stands on those before it, and on none that follows.
CHAPTERS = (
    "bandits",
    "reward_loss",
    "rlhf_objective",
    "policy_gradient",
    "kl_estimators",
    "dpo",
)

#: Every room's floor: a module of `toy.exact` or a folder of `toy`. Imports go to a lower floor.
FLOORS = {
    "validation": 0,
    "records": 0,
    "distributions": 1,
    "enumeration": 1,
    "comparison_graph": 1,
    **{chapter: 2 + place / 8 for place, chapter in enumerate(CHAPTERS)},
    "rankings": 2.1875,
    "sequences": 2.875,
    "sequence_dpo": 2.9375,
    "learners": 3,
    "figures": 4,
    "claims": 4,
    "explorables": 5,
}

#: Libraries that only the named floors may import.
RESERVED = {"matplotlib": {"figures"}, "anywidget": {"explorables"}, "ipywidgets": {"explorables"}}
FORBIDDEN = {"torch"}


def imported_names(source):
    """Yield the dotted name of each absolute import in a module's source, at any depth."""
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, "relative imports hide the floor they reach"
            if node.module in ("toy", "toy.exact", "toy.claims", "toy.figures"):
                yield from (f"{node.module}.{alias.name}" for alias in node.names)
            else:
                yield node.module


def room_of(name):
    """Return the room that a dotted name below `toy` leads into, None for the house itself."""
    parts = name.split(".")[1:]
    return next((part for part in parts if part != "exact"), None)


def looks_ahead(dotted, name):
    """Return whether a chapter's figures or claims import those of a later chapter."""
    own, other = (parts.split(".")[2:3] for parts in (dotted, name))
    if not {*own, *other} <= set(CHAPTERS) or not other:
        return False
    return CHAPTERS.index(other[0]) > CHAPTERS.index(own[0])


def violations(dotted, source):
    """Return what is wrong with a module of this dotted name."""
    room, problems = room_of(dotted), []
    for name in imported_names(source):
        library = name.split(".")[0]
        target = room_of(name) if library == "toy" else None
        higher = target not in (None, room) and FLOORS[target] >= FLOORS[room]
        if higher or (target == room and looks_ahead(dotted, name)):
            problems.append(f"{dotted} (floor {FLOORS[room]}) imports {name}")
        if room not in RESERVED.get(library, {room}) or library in FORBIDDEN:
            problems.append(f"{dotted} imports {library}")
    return problems


def modules():
    for path in sorted(PACKAGE.rglob("*.py")):
        dotted = ".".join(["toy", *path.relative_to(PACKAGE).with_suffix("").parts])
        room = room_of(dotted)
        if room != "__init__":
            yield pytest.param(dotted, path, id=str(path.relative_to(PACKAGE)))


@pytest.mark.parametrize(("dotted", "path"), list(modules()))
def test_imports_point_down_only(dotted, path):
    assert violations(dotted, path.read_text(encoding="utf-8")) == []


@pytest.mark.parametrize(
    ("dotted", "source"),
    [
        ("toy.exact.distributions", "from toy.exact.kl_estimators import k1"),
        ("toy.exact.distributions", "from toy.exact import kl_estimators"),
        ("toy.exact.distributions", "def f():\n    import toy.figures.palette"),
        ("toy.exact.policy_gradient", "from toy.exact.kl_estimators import k1"),
        ("toy.exact.kl_estimators", "from toy.exact.sequences import sequence_kl"),
        ("toy.exact.kl_estimators", "from toy import explorables"),
        ("toy.exact.kl_estimators", "import matplotlib.pyplot as plt"),
        ("toy.figures.bandits", "from toy.figures.dpo import losses"),
        ("toy.claims.kl_estimators", "from toy.claims import dpo"),
        ("toy.figures.dpo", "import torch"),
        ("toy.figures.style", "import anywidget"),
        ("toy.explorables.base", "import matplotlib as mpl"),
    ],
)
def test_an_import_that_points_up_is_found(dotted, source):
    assert len(violations(dotted, source)) == 1


@pytest.mark.parametrize(
    "source", ["import toy.claims.bandits", "from toy.claims.base import Claim"]
)
def test_a_chapter_may_look_back(source):
    assert violations("toy.claims.dpo", source) == []


def test_the_chapters_stand_in_the_order_of_the_book():
    contents = (PACKAGE.parent / "_toc.yml").read_text(encoding="utf-8")
    listed = re.findall(r"file: book/(\w+)$", contents, flags=re.MULTILINE)
    assert [page for page in listed if page in CHAPTERS] == list(CHAPTERS)


def loaded_by(statement):
    """Return the names of all modules that a fresh interpreter holds after `statement`."""
    command = [sys.executable, "-c", f"{statement}\nimport sys\nprint(*sys.modules)"]
    return set(subprocess.run(command, capture_output=True, text=True, check=True).stdout.split())


HEAVY = {"torch", "matplotlib", "anywidget", "ipywidgets", "scipy.optimize", "scipy.special"}


def test_import_toy_loads_no_heavy_library():
    assert HEAVY & loaded_by("import toy") == set()


def test_the_search_for_heavy_libraries_finds_one():
    assert "matplotlib" in HEAVY & loaded_by("import toy, matplotlib")


def test_every_public_name_is_importable_from_toy_and_listed_once():
    assert len(set(toy.__all__)) == len(toy.__all__)
    for name in toy.__all__:
        assert hasattr(toy, name)
    with pytest.raises(AttributeError, match="has no attribute 'kl'"):
        _ = toy.kl


def test_completion_offers_the_public_names_and_the_upper_floors_alone():
    assert set(dir(toy)) == {*toy.__all__, "claims", "explorables", "figures"}


@pytest.mark.parametrize("chapter", ["reward_loss", "rlhf_objective", "policy_gradient"])
def test_a_function_hides_no_module(chapter):
    assert callable(getattr(toy, chapter))
    with pytest.raises(ModuleNotFoundError):
        import_module(f"toy.{chapter}")
    assert isinstance(import_module(f"toy.exact.{chapter}"), ModuleType)


@pytest.mark.parametrize("floor", ["figures", "explorables", "claims"])
def test_an_upper_floor_is_loaded_when_it_is_first_named(floor):
    assert f"toy.{floor}" not in loaded_by("import toy")
    assert f"toy.{floor}" in loaded_by(f"import toy\ntoy.{floor}")
    assert toy.__getattr__(floor) is sys.modules[f"toy.{floor}"]


def test_no_module_touches_global_randomness():
    for path in PACKAGE.rglob("*.py"):
        source = path.read_text(encoding="utf-8")
        for attribute in (n for n in ast.walk(ast.parse(source)) if isinstance(n, ast.Attribute)):
            if ast.unparse(attribute.value) in ("np.random", "random"):
                assert attribute.attr == "Generator", f"{path}: {ast.unparse(attribute)}"
