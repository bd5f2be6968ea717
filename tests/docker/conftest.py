"""Fixtures that more than one module uses."""

import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.docker.keyring import Keyring


@pytest.fixture(scope="module")
def keyring() -> Iterator[Keyring]:
    """An empty keyring; gpg's agent ends with it."""
    home = Path(tempfile.mkdtemp(prefix="gpg-"))  # short: gpg's sockets are in it
    home.chmod(0o700)
    yield Keyring(home)
    subprocess.run(["gpgconf", "--homedir", home, "--kill", "all"], check=True)
    shutil.rmtree(home, ignore_errors=True)
