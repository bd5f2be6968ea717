"""Settings that work, ways to break them, and what is said then."""

from copy import deepcopy
from pathlib import Path
from typing import Any

import pytest

from stacks.errors import Problem
from stacks.settings import Settings, SettingsError

COINS = Path(__file__).parent / "coins"

GOOD: dict[str, Any] = {
    "coin": "alpha",
    "chain": "regtest",
    "nodes": {
        "a": {
            "zone": "a",
            "volume": {"gib": 20, "iops": 3000, "throughput_mibps": 125},
            "hosts": {"arm": {"type": "t4g.medium"}, "x86": {"type": "t3.medium"}},
        }
    },
    "signer": {"zone": "a"},
}

LACKS = "this key is to be taken out"


def changed(changes: dict[str, Any]) -> dict[str, Any]:
    """Return good settings with some keys, by their paths, set or taken out."""
    settings = deepcopy(GOOD)
    for path, value in changes.items():
        *way, last = path.split(".")
        holder = settings
        for step in way:
            holder = holder.setdefault(step, {})
        if value == LACKS:
            del holder[last]
        else:
            holder[last] = deepcopy(value)
    return settings


def parse(
    settings: dict[str, Any], stack: str = "alpha-test", region: str = "eu-central-1"
) -> Settings:
    """Read settings against the test's own coins."""
    return Settings.parse(settings, stack=stack, region=region, catalogue=COINS)


def refused(settings: dict[str, Any], **where: str) -> tuple[Problem, ...]:
    """Return what is wrong with settings."""
    with pytest.raises(SettingsError) as caught:
        parse(settings, **where)
    return caught.value.problems
