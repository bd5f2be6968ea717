"""Name an image by what it is built from."""

import hashlib
from collections.abc import Iterable, Mapping
from pathlib import Path


def content_hash(folders: Iterable[Path], build_args: Mapping[str, str]) -> str:
    """Return 16 hexadecimal digits that change with any file, its being executable, or argument.

    Raises:
        FileNotFoundError: a folder has no file in it.
    """
    digest = hashlib.sha256()
    for folder in folders:
        files = sorted(path for path in folder.rglob("*") if path.is_file())
        if not files:
            raise FileNotFoundError(f"{folder} has no files: an image is built from them")
        for path in files:
            runs = "x" if path.stat().st_mode & 0o100 else "-"
            _add(digest, f"{folder.name}/{path.relative_to(folder).as_posix()}", runs)
            _add(digest, path.read_bytes())
    for key, value in sorted(build_args.items()):
        _add(digest, key, value)
    return digest.hexdigest()[:16]


def _add(digest: "hashlib._Hash", *parts: str | bytes) -> None:
    """Add parts with their lengths, so that no two sequences of parts look alike."""
    for part in parts:
        content = part.encode() if isinstance(part, str) else part
        digest.update(len(content).to_bytes(8, "big"))
        digest.update(content)
