"""Execute notebooks side by side before they are read; unnecessary once myst-nb does so itself.

What fails here is executed again, alone, when its page is read, and reported there with its place.
A busy kernel sends a line in pieces, each of which myst-nb would end: they are joined before.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

from jupyter_cache import get_cache
from jupyter_cache.executors import load_executor
from myst_nb.core import render
from myst_nb.core.read import create_nb_reader
from myst_nb.core.utils import coalesce_streams
from nbformat import NotebookNode
from sphinx.util import logging

if TYPE_CHECKING:
    from sphinx.application import Sphinx
    from sphinx.environment import BuildEnvironment

logger = logging.getLogger(__name__)


def execute(app: Sphinx, env: BuildEnvironment, docnames: list[str]) -> None:
    """Execute those of the pages that are notebooks and changed since, one on each core."""
    cache = get_cache(app.config.nb_execution_cache_path)
    notebooks = []
    for path in (env.doc2path(docname) for docname in docnames):
        text = Path(path).read_text("utf-8")
        if reader := create_nb_reader(path, env.myst_config, env.mystnb_config, text):
            notebooks.append(cache.add_nb_to_project(path, read_data=reader.read_fmt).uri)
    if len(notebooks) > 1 and len(cache.list_unexecuted(notebooks)) > 1:
        executor = load_executor("local-parallel", cache, logger=logger.logger)
        executor.run_and_cache(filter_uris=notebooks, timeout=app.config.nb_execution_timeout)


def merge_streams(outputs: list[NotebookNode]) -> list[NotebookNode]:
    """Return a cell's outputs with what it printed in one, as it printed it."""
    joined: list[NotebookNode] = []
    for output in outputs:
        if joined and output.output_type == "stream" and joined[-1].get("name") == output.name:
            joined[-1] = NotebookNode(joined[-1], text=joined[-1].text + output.text)
        else:
            joined.append(output)
    return list(coalesce_streams(joined))


def setup(app: Sphinx) -> dict[str, Any]:
    """Execute before reading."""
    render.coalesce_streams = merge_streams
    app.connect("env-before-read-docs", execute)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
