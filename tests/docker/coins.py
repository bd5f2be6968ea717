"""What the tests of the coins' images share."""

import re
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from types import MappingProxyType
from typing import Any

import yaml

DOCKER = Path(__file__).parents[2] / "docker"
BUILD = DOCKER / "build"
COINS = sorted(path.parent.name for path in DOCKER.glob("*/coin.yaml"))


@cache
def coin_of(name: str) -> Mapping[str, Any]:
    """The coin's description."""
    return MappingProxyType(yaml.safe_load((DOCKER / name / "coin.yaml").read_text()))


@cache
def dockerfile(name: str) -> str:
    """The coin's Dockerfile, continued lines joined."""
    return (DOCKER / name / "Dockerfile").read_text().replace("\\\n", "")


def stage(name: str, header: str) -> str:
    """The part of a Dockerfile from the FROM line that matches to the next one."""
    found = re.search(
        rf"^FROM {header}$(.*?)(?=^FROM |\Z)", dockerfile(name), re.MULTILINE | re.DOTALL
    )
    assert found, f"docker/{name}/Dockerfile has no stage FROM {header}"
    return found[1]
