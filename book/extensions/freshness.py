"""No stale page; unnecessary once jupyter-cache keys on what a notebook imports.

After a change in `toy`, the extensions, the templates or the assets, pages are made anew.
jupyter-cache knows a notebook by its code cells alone, so that after a change in `toy` it would
serve the old numbers. Here each state of `toy` and of the locked versions has a cache of its own.
"""

from __future__ import annotations

import shutil
from collections.abc import Iterable
from hashlib import sha256
from pathlib import Path
from typing import TYPE_CHECKING, Any

from extensions import ROOT, toy_folder

if TYPE_CHECKING:
    from sphinx.application import Sphinx
    from sphinx.config import Config


def files_below(folder: Path) -> list[Path]:
    """Return the files in the folder that are sources or built from sources, in a fixed order."""
    return sorted(p for p in folder.rglob("*") if p.is_file() and "__pycache__" not in p.parts)


def digest(paths: Iterable[Path]) -> str:
    """Return a short name for the files' names and contents."""
    whole = sha256()
    for path in paths:
        whole.update(path.name.encode() + b"\0" + sha256(path.read_bytes()).digest())
    return whole.hexdigest()[:16]


def choose_cache(app: Sphinx, config: Config) -> None:
    """Name the execution cache after what the cells import, and delete those of other states.

    The path is part of the configuration that Sphinx compares, so a new one also makes it read
    every page again.
    """
    caches = Path(app.outdir).parent / ".jupyter_cache"
    cache = caches / digest([*files_below(toy_folder()), ROOT / "constraints.txt"])
    config.nb_execution_cache_path = str(cache)
    for other in caches.glob("*"):
        if other != cache:
            shutil.rmtree(other)


def setup(app: Sphinx) -> dict[str, Any]:
    """Make the configuration depend on the files that the pages depend on."""
    looks = [*files_below(ROOT / "book/assets"), *files_below(ROOT / "book/templates")]
    app.add_config_value("book_extensions", digest(files_below(ROOT / "book/extensions")), "env")
    app.add_config_value("book_looks", digest(looks), "html")
    app.connect("config-inited", choose_cache)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
