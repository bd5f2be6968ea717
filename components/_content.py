"""Name an image by what it is built from."""

import hashlib
from collections.abc import Iterable, Mapping
from pathlib import Path
from tempfile import TemporaryDirectory

from pulumi import InputPropertyError

STAGING = Path(".nodekeep") / "context"


def sources(context: Path, dockerfile: Path) -> list[Path]:
    """Return the files a build can see, as the Dockerfile's own .dockerignore lets them in.

    That file must shut everything out first (`*`) and then name files and folders (`!build`).

    Raises:
        InputPropertyError: there is no such file, or it has other lines.
    """
    allowed = dockerfile.with_name(f"{dockerfile.name}.dockerignore")
    if not dockerfile.is_file() or not allowed.is_file():
        reason = f"{dockerfile} and {allowed} must both be there, the second to limit {context}"
        raise InputPropertyError("dockerfile", reason)
    lines = [line.strip() for line in allowed.read_text().splitlines()]
    first, *others = [line for line in lines if line and not line.startswith("#")] or [""]
    odd = [line for line in others if not line.startswith("!") or "*" in line]
    if first != "*" or odd:
        reason = f"{allowed} must start with * and then name paths as !path, got {first} {odd}"
        raise InputPropertyError("dockerfile", reason)
    files = {dockerfile}
    for line in others:
        path = context / line.removeprefix("!")
        if not path.exists():
            raise InputPropertyError("dockerfile", f"{allowed} names {path}, which is not there")
        files |= {path} if path.is_file() else {file for file in path.rglob("*") if file.is_file()}
    return sorted(files)


def content_hash(context: Path, files: Iterable[Path], build_args: Mapping[str, str]) -> str:
    """Return 16 hexadecimal digits that change with any file, its being executable, or argument."""
    digest = hashlib.sha256()
    parts: list[bytes] = []
    for path in files:
        executable = b"x" if _executable(path) else b"-"
        parts += [path.relative_to(context).as_posix().encode(), executable, path.read_bytes()]
    for key, value in sorted(build_args.items()):
        parts += [key.encode(), value.encode()]
    for part in parts:
        # With its length, so that no two sequences of parts look alike.
        digest.update(len(part).to_bytes(8, "big") + part)
    return digest.hexdigest()[:16]


def stage(context: Path, files: Iterable[Path], tag: str) -> str:
    """Copy what a build may see to a folder of its own, and return that folder.

    The Docker provider looks for ignore files elsewhere than Docker does, and takes a changed file
    of another coin, or another umask, for a change of this image. A tag that cannot be moved would
    then be pushed twice.
    """
    staged = STAGING / tag
    if not staged.exists():
        STAGING.mkdir(parents=True, exist_ok=True)
        (STAGING / ".gitignore").write_text("*\n")
        with TemporaryDirectory(dir=STAGING) as work:
            copies = Path(work) / "context"
            for path in files:
                copy = copies / path.relative_to(context)
                copy.parent.mkdir(parents=True, exist_ok=True)
                copy.write_bytes(path.read_bytes())
                copy.chmod(0o755 if _executable(path) else 0o644)
            _rename(copies, staged)
    return str(staged)


def _executable(path: Path) -> bool:
    return bool(path.stat().st_mode & 0o100)


def _rename(made: Path, wanted: Path) -> None:
    """Put a folder in place, unless a program that ran at the same time was first."""
    try:
        made.rename(wanted)
    except OSError:
        if not wanted.is_dir():
            raise
