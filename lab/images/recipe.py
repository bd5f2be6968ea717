"""What the images are made from, and the names that follow from it."""

import hashlib
from collections.abc import Iterable
from pathlib import Path

HERE = Path(__file__).resolve().parent
BASE = HERE / "base"
HOST = HERE / "host"

ROOT_RECIPE = (BASE / "debootstrap",)
BUILDER_RECIPE = (*ROOT_RECIPE, BASE / "builder.packages")
MACHINE_RECIPE = (*ROOT_RECIPE, BASE / "host.packages", BASE / "awscli.txt")


def host_recipe() -> tuple[Path, ...]:
    """Return every file that the host and the vault image depend on."""
    return (*MACHINE_RECIPE, *sorted(path for path in HOST.iterdir() if path.is_file()))


def digest(files: Iterable[Path]) -> str:
    """Return 12 hex digits that change with any file's name, content or executable bit."""
    whole = hashlib.sha256()
    for path in files:
        content = hashlib.sha256(path.read_bytes()).hexdigest()
        executable = bool(path.stat().st_mode & 0o100)
        whole.update(f"{path.name} {executable} {content}\n".encode())
    return whole.hexdigest()[:12]


def reference(name: str, files: Iterable[Path]) -> str:
    """Return an image's full reference; its tag says what it was made from."""
    return f"nodekeep-lab/{name}:{digest(files)}"
