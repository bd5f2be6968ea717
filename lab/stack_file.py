"""Stack files stay as they are in git, whatever the CLI adds to them."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import yaml

SALT = "encryptionsalt:"


@contextmanager
def unsalted(file: Path) -> Iterator[None]:
    """Take out of a stack file what the CLI put in; what a person wrote meanwhile stays.

    With a passphrase, every command of the CLI appends `encryptionsalt` where it is missing. It
    would be another one in every clone; the state holds it as well, and that is where the CLI
    looks first when the file has none.
    """
    before = file.read_text()
    try:
        yield
    finally:
        after = file.read_text()
        if not any(line.startswith(SALT) for line in before.splitlines()):
            lines = after.splitlines(keepends=True)
            after = "".join(line for line in lines if not line.startswith(SALT))
        # The CLI also writes `false` as `"false"`, which means the same to it.
        file.write_text(before if _texts(after) == _texts(before) else after)


def _texts(document: str) -> object:
    """Return a document's data with every scalar as text; the document where it is no YAML."""
    try:
        return yaml.load(document, yaml.BaseLoader)  # noqa: S506  makes nothing but text
    except yaml.YAMLError:
        return document
