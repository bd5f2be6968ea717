"""A build context's digest: the same files give the same digest, on any machine."""

import hashlib
import os
from collections.abc import Iterator
from pathlib import Path

from lab.plugins.docker.ignore import Ignore
from lab.plugins.resource import PluginError


def digest(context: Path, dockerfile: Path) -> str:
    """Hash what a build gets to see: the Dockerfile and each file's path, mode and content.

    Times and owners are left out, as they differ between two clones of one commit.
    """
    if not context.is_dir():
        raise PluginError(f"build.context: there is no folder {str(context)!r}")
    if not dockerfile.is_file():
        raise PluginError(f"build.dockerfile: there is no file {str(dockerfile)!r}")
    total = hashlib.sha256(dockerfile.read_bytes())
    for name, path in sorted(_files(context, Ignore.of(context, dockerfile))):
        total.update(f"\0{name}\0".encode())
        if path.is_symlink():
            total.update(b"link\0" + os.fsencode(path.readlink()))
            continue
        total.update(b"x\0" if path.stat().st_mode & 0o111 else b"-\0")
        total.update(hashlib.sha256(path.read_bytes()).digest())
    return total.hexdigest()


def _files(context: Path, ignore: Ignore) -> Iterator[tuple[str, Path]]:
    for folder, folders, files in os.walk(context):
        here = Path(folder)
        links = [name for name in folders if (here / name).is_symlink()]
        for name in [*files, *links]:
            path = here / name
            relative = path.relative_to(context).as_posix()
            if not ignore.excludes(relative):
                yield relative, path
