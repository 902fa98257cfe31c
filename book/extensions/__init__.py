"""The book's own Sphinx extensions: one concern each, listed in ``_config.yml``."""

from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
NODE_MODULES = ROOT / "node_modules"
