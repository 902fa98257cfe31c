"""The library that others install: a wheel from a clean copy, used outside the repository."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
import venv
import zipfile
from email.parser import Parser
from pathlib import Path

import pytest
import yaml

import toy

pytestmark = pytest.mark.build

ROOT = Path(__file__).resolve().parents[1]
ADDRESS = "https://example.org/rlhf-exactly"

USE = """
import importlib.metadata, json, toy
names = [name for name in toy.explorables.__all__ if name != "Explorable"]
widgets = [getattr(toy.explorables, name)() for name in names]
print(json.dumps({
    "file": toy.__file__,
    "version": [toy.__version__, importlib.metadata.version("rlhf-exactly")],
    "names": names,
    "modules": [len(widget._esm) for widget in widgets],
    "forms": [sorted(widget._repr_mimebundle_()[0]) for widget in widgets],
    "words": [widget.describe() for widget in widgets],
}))
"""


def run(*command: object, cwd: Path, **variables: str) -> str:
    """Run a command with neither our environment nor a node on its path."""
    path = f"{Path(sys.base_prefix, 'bin')}:/usr/bin:/bin"
    kept = {k: v for k, v in os.environ.items() if k not in ("PYTHONPATH", "VIRTUAL_ENV")}
    done = subprocess.run(
        [*map(str, command)],
        cwd=cwd,
        env=kept | {"PATH": path} | variables,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The wheel that pip builds from what git knows, where make has never run."""
    copy = tmp_path_factory.mktemp("clone")
    listed = run("git", "ls-files", "-z", "--cached", "--others", "--exclude-standard", cwd=ROOT)
    for name in filter(None, listed.split("\0")):
        if (source := ROOT / name).is_file():
            (copy / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy(source, copy / name)
    config = copy / "_config.yml"
    config.write_text(f"repository: {{url: {ADDRESS}}}\n{config.read_text('utf-8')}", "utf-8")
    assert not (copy / "toy/explorables/bundles").exists()
    out = tmp_path_factory.mktemp("wheel")
    run(sys.executable, "-m", "pip", "wheel", "--no-deps", "--wheel-dir", out, ".", cwd=copy)
    (built,) = out.glob("*.whl")
    return built


@pytest.fixture(scope="module")
def used(wheel: Path, tmp_path_factory: pytest.TempPathFactory) -> dict:
    """What the installed library says of itself in a fresh environment, in a folder of its own."""
    folder = tmp_path_factory.mktemp("elsewhere")
    venv.create(folder / "env", with_pip=False)
    python = folder / "env/bin/python"
    install = (sys.executable, "-m", "pip", "--python", python, "install", "--quiet")
    run(*install, "-c", ROOT / "constraints.txt", f"{wheel}[explorables]", cwd=folder)
    return json.loads(run(python, "-W", "error", "-c", USE, cwd=folder))


def test_every_explorable_of_the_wheel_comes_with_its_module_its_picture_and_its_words(used):
    assert "site-packages" in used["file"]
    assert {*used["names"]} == {*toy.explorables.__all__} - {"Explorable"}
    assert min(used["modules"]) > 50_000
    for forms in used["forms"]:
        assert {"application/vnd.jupyter.widget-view+json", "image/svg+xml"} <= {*forms}
    assert min(map(len, used["words"])) > 50


def test_the_version_stands_in_one_place(used):
    assert used["version"] == [toy.__version__] * 2
    citation = yaml.safe_load((ROOT / "CITATION.cff").read_text("utf-8"))
    assert citation["version"] == toy.__version__
    released = re.findall(r"^## \[(\d\S*)\] - (\S+)$", (ROOT / "CHANGELOG.md").read_text(), re.M)
    assert released[0] == (toy.__version__, citation["date-released"])


def test_the_addresses_of_the_book_are_those_of_the_wheel(wheel):
    (name,) = (n for n in zipfile.ZipFile(wheel).namelist() if n.endswith("METADATA"))
    metadata = Parser().parsestr(zipfile.ZipFile(wheel).read(name).decode())
    assert metadata.get_all("Project-URL") == [f"Source, {ADDRESS}"]
    assert metadata["Name"] == "rlhf-exactly"


def test_the_wheel_holds_python_and_the_bundles_alone(wheel):
    names = zipfile.ZipFile(wheel).namelist()
    kinds = {Path(n).suffix for n in names if n.startswith("toy/")}
    assert kinds == {".py", ".typed", ".js", ".css"}
    scripts = [n for n in names if n.endswith((".js", ".css"))]
    assert {str(Path(n).parent) for n in scripts} == {"toy/explorables/bundles"}
