"""Stack files stay as they are in git, whatever the CLI adds to them."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path


@contextmanager
def unsalted(file: Path) -> Iterator[None]:
    """Put a stack file back as it was.

    With a passphrase, every command of the CLI appends `encryptionsalt` where it is missing. It
    would be another one in every clone; the state holds it as well, and that is where the CLI
    looks first when the file has none.
    """
    before = file.read_bytes()
    try:
        yield
    finally:
        file.write_bytes(before)
