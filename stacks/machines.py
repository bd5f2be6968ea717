"""The instance types hosts may have: architecture, virtual CPUs and memory of each."""

from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any, NamedTuple

import yaml

from stacks.catalogue import Architecture

_FILE = Path(__file__).parent / "data" / "machines.yaml"


class Machine(NamedTuple):
    """What an instance type is."""

    architecture: Architecture
    memory_mib: int


@cache
def machines() -> dict[str, Machine]:
    """Return every instance type that a host may have."""
    return dict(_each(yaml.safe_load(_FILE.read_text(encoding="utf-8"))))


def _each(table: dict[str, Any]) -> Iterator[tuple[str, Machine]]:
    """Spell out the table of families and sizes."""
    for family, kind in table["families"].items():
        for size, vcpus in table["sizes"].items():
            if size not in kind.get("without", ()):
                memory_mib = vcpus * kind["gib_per_vcpu"] * 1024
                yield f"{family}.{size}", Machine(kind["architecture"], memory_mib)
    for family, architecture in table["burstable"]["families"].items():
        for size, memory_mib in table["burstable"]["memory_mib"].items():
            yield f"{family}.{size}", Machine(architecture, memory_mib)
