"""Imports point down only, and `import toy` stays light; each rule is shown able to fail."""

import ast
import subprocess
import sys
from importlib import import_module
from pathlib import Path
from types import ModuleType

import pytest

import toy

PACKAGE = Path(toy.__file__).parent

#: Every room's floor: a module of `toy.exact` or a folder of `toy`. Imports go to a lower floor.
#: Decimals order the rooms of one floor: a chapter may stand on one that comes before it.
FLOORS = {
    "validation": 0,
    "distributions": 1,
    "enumeration": 1,
    "bandits": 1.5,
    "reward_loss": 2,
    "rlhf_objective": 2.1,
    "policy_gradient": 2.2,
    "kl_estimators": 2,
    "dpo": 2.3,
    "sequences": 2.4,
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
            if node.module in ("toy", "toy.exact"):
                yield from (f"{node.module}.{alias.name}" for alias in node.names)
            else:
                yield node.module


def room_of(name):
    """Return the room that a dotted name below `toy` leads into, None for the house itself."""
    parts = name.split(".")[1:]
    return next((part for part in parts if part != "exact"), None)


def violations(room, source):
    """Return what is wrong with a module that lives in `room` (a key of FLOORS)."""
    problems = []
    for name in imported_names(source):
        library = name.split(".")[0]
        target = room_of(name) if library == "toy" else None
        if target not in (None, room) and FLOORS[target] >= FLOORS[room]:
            problems.append(f"{room} (floor {FLOORS[room]}) imports {name}")
        if room not in RESERVED.get(library, {room}) or library in FORBIDDEN:
            problems.append(f"{room} imports {library}")
    return problems


def modules():
    for path in sorted(PACKAGE.rglob("*.py")):
        dotted = ".".join(["toy", *path.relative_to(PACKAGE).with_suffix("").parts])
        room = room_of(dotted)
        if room != "__init__":
            yield pytest.param(room, path, id=str(path.relative_to(PACKAGE)))


@pytest.mark.parametrize(("room", "path"), list(modules()))
def test_imports_point_down_only(room, path):
    assert violations(room, path.read_text(encoding="utf-8")) == []


@pytest.mark.parametrize(
    ("room", "source"),
    [
        ("distributions", "from toy.exact.kl_estimators import k1"),
        ("distributions", "from toy.exact import kl_estimators"),
        ("distributions", "def f():\n    import toy.figures.palette"),
        ("kl_estimators", "from toy import explorables"),
        ("kl_estimators", "import matplotlib.pyplot as plt"),
        ("figures", "import torch"),
        ("figures", "import anywidget"),
        ("explorables", "import matplotlib as mpl"),
    ],
)
def test_an_import_that_points_up_is_found(room, source):
    assert len(violations(room, source)) == 1


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
