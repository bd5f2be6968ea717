"""What every test starts from; tests of the lab get the environment of `.lab/env`."""

import os

os.environ["PULUMI_ERROR_OUTPUT_STRING"] = "1"  # f"{output}" raises instead of warning

from collections.abc import Mapping

import pytest

from lab import environment
from lab.place import Place


@pytest.hookimpl(tryfirst=True)
def pytest_runtest_setup(item: pytest.Item) -> None:
    """Point a test that needs the lab, or images like the lab's, at it."""
    if not (item.get_closest_marker("lab") or item.get_closest_marker("docker")):
        return
    place = Place()
    if not (place.directory / "env").exists():
        pytest.fail("the lab is not up: `make lab` (or `make test`, which does it) first")
    os.environ.update(environment.read(place))


@pytest.fixture(scope="session")
def lab() -> Mapping[str, str]:
    """The variables of the running lab."""
    return environment.read(Place())
