"""The images, built once for all tests that need an engine."""

import pytest

from lab.images import build


@pytest.fixture(scope="session")
def images() -> build.Images:
    return build.ensure(print)
