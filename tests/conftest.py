"""Fixtures every lab test shares: the environment of `.lab/env`."""

import os

os.environ["PULUMI_ERROR_OUTPUT_STRING"] = "1"  # f"{output}" raises instead of warning

from collections.abc import Mapping

import pytest

from lab import environment
from lab.place import Place


@pytest.fixture(scope="session")
def lab() -> Mapping[str, str]:
    """The variables of the running lab, also set in this process for boto3."""
    place = Place()
    if not (place.directory / "env").exists():
        pytest.fail("the lab is not up: `make lab` (or `make test`, which does it) first")
    variables = environment.read(place)
    os.environ.update(variables)
    return variables
