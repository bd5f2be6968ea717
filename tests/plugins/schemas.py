"""Where the lists of the SDKs' inputs are."""

from pathlib import Path

import lab.plugins


def schema_file(plugin: str) -> Path:
    """Return a plugin's list."""
    return Path(lab.plugins.__file__).parent / plugin / "schema.json"
