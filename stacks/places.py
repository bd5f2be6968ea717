"""The regions there are, and the letters of their zones."""

from functools import cache
from pathlib import Path

import yaml

_FILE = Path(__file__).parent / "data" / "regions.yaml"


@cache
def zones() -> dict[str, str]:
    """Return every region with the letters its zones can have."""
    table = yaml.safe_load(_FILE.read_text(encoding="utf-8"))
    return {name: table["exceptions"].get(name, table["usual"]) for name in table["names"]}
