"""Image layers on disk, in the shape MiniStack's registry expects of a dictionary."""

import hashlib
import os
import re
import shutil
from collections.abc import Iterator, MutableMapping
from pathlib import Path
from typing import Any

DIGEST = re.compile(r"sha256:[0-9a-f]{64}")


class Blobs(MutableMapping[str, bytes]):
    """Blobs of one repository, by digest; a file each."""

    def __init__(self, directory: Path) -> None:
        self._directory = directory

    def __getitem__(self, digest: str) -> bytes:
        try:
            return self._file(digest).read_bytes()
        except FileNotFoundError:
            raise KeyError(digest) from None

    def __setitem__(self, digest: str, content: bytes) -> None:
        file = self._file(digest)
        self._directory.mkdir(parents=True, exist_ok=True)
        draft = file.with_suffix(".new")
        draft.write_bytes(content)
        os.replace(draft, file)  # noqa: PTH105 - whole or not at all

    def __delitem__(self, digest: str) -> None:
        try:
            self._file(digest).unlink()
        except FileNotFoundError:
            raise KeyError(digest) from None

    def __contains__(self, digest: object) -> bool:
        return isinstance(digest, str) and self._file(digest).exists()

    def __iter__(self) -> Iterator[str]:
        return (f"sha256:{file.name}" for file in self._directory.glob("?" * 64))

    def __len__(self) -> int:
        return sum(1 for _ in self)

    def _file(self, digest: str) -> Path:
        if not DIGEST.fullmatch(digest):
            raise KeyError(digest)
        return self._directory / digest.removeprefix("sha256:")


class Repositories:
    """Blobs of all repositories; nothing of them is held in memory or copied into saved state."""

    def __init__(self, directory: Path) -> None:
        self._directory = directory

    def get(self, name: str, default: Any = None) -> Any:
        """Return a repository's blobs."""
        return self._blobs(name) if self._place(name).exists() else default

    def setdefault(self, name: str, _default: Any = None) -> Blobs:
        """Return a repository's blobs, to write to."""
        return self._blobs(name)

    def pop(self, name: str) -> None:
        """Remove a repository's blobs."""
        shutil.rmtree(self._place(name), ignore_errors=True)

    def clear(self) -> None:
        """Remove all."""
        shutil.rmtree(self._directory, ignore_errors=True)

    def __deepcopy__(self, memo: object) -> dict[str, bytes]:
        """Nothing to save: it is on disk."""
        return {}

    def _blobs(self, name: str) -> Blobs:
        return Blobs(self._place(name))

    def _place(self, name: str) -> Path:
        # Names have slashes; a digest as directory keeps one repository out of another's.
        return self._directory / hashlib.sha256(name.encode()).hexdigest()[:32]
