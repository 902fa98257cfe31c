"""Metadata of the distribution that stand elsewhere: its addresses are those of the book."""

from pathlib import Path

import yaml
from hatchling.metadata.plugin.interface import MetadataHookInterface


class Addresses(MetadataHookInterface):
    """Read the project's URLs from `_config.yml`, where Jupyter Book reads them too."""

    def update(self, metadata: dict) -> None:
        """Add an URL for each address that is set."""
        config = yaml.safe_load(Path(self.root, "_config.yml").read_text("utf-8"))
        urls = {
            "Documentation": config["html"].get("baseurl"),
            "Source": config.get("repository", {}).get("url"),
        }
        metadata["urls"] = {name: url for name, url in urls.items() if url}
