"""A provider with one kind of resource, and one of that kind."""

from pathlib import Path
from typing import Any

import pytest

from tests.plugins import fakes, toys


@pytest.fixture
def engine(tmp_path: Path) -> fakes.Engine:
    """The engine, talking to the provider."""
    return fakes.Engine(toys.provider(tmp_path))


@pytest.fixture
def state(monkeypatch: pytest.MonkeyPatch) -> dict[str, Any]:
    """The state of a resource that was just made."""
    fakes.install(monkeypatch, toys.answers())
    return toys.TOY.create(fakes.job(), toys.INPUTS)[1]
