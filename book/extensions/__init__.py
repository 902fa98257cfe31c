"""The book's own Sphinx extensions; line one of each says what would make it unnecessary."""

import runpy
from importlib.util import find_spec
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
NODE_MODULES = ROOT / "node_modules"


def toy_folder() -> Path:
    """Return the folder of the `toy` that the kernels will import."""
    spec = find_spec("toy")
    assert spec is not None
    assert spec.submodule_search_locations
    return Path(spec.submodule_search_locations[0])


#: `toy.figures.palette.PALETTE`, without the second that importing matplotlib with it takes.
PALETTE = runpy.run_path(str(toy_folder() / "figures/palette.py"))["PALETTE"]
