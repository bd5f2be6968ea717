"""Pack the stand-ins the way Pulumi installs plugins.

`python -m lab.plugins.pack DIR` makes `pulumi-resource-NAME-vX.tar.gz` of each provider in DIR, for
`pulumi plugin install resource NAME X --file FILE`, and the language host in DIR/bin, which belongs
on the PATH. An archive holds only a launcher: the code stays in the project, whose interpreter it
starts, so that it is packed once and follows every change.
"""

import gzip
import io
import shlex
import sys
import tarfile
from importlib.metadata import version
from pathlib import Path

PROVIDERS = ("aws", "docker", "command")


def _launcher(module: str) -> bytes:
    # -I: neither the caller's folder nor its environment decides which modules are found.
    command = f"exec {shlex.quote(sys.executable)} -I -m {module}"
    return f'#!/bin/sh\n{command} "$@"\n'.encode()


def archive(name: str, directory: Path) -> Path:
    """Return the archive of a provider in a directory, made if it is not there as it should be."""
    path = directory / f"pulumi-resource-{name}-v{version(f'pulumi-{name}')}.tar.gz"
    launcher = _launcher(f"lab.plugins.{name}")
    packed = io.BytesIO()
    with (
        gzip.GzipFile(fileobj=packed, mode="wb", mtime=0) as stream,
        tarfile.open(fileobj=stream, mode="w") as tar,
    ):
        entry = tarfile.TarInfo(f"pulumi-resource-{name}")
        entry.size, entry.mode = len(launcher), 0o755
        tar.addfile(entry, io.BytesIO(launcher))
    _write(path, packed.getvalue(), 0o644)
    return path


def language_host(directory: Path) -> Path:
    """Return the language host's executable in a directory, made if it is not there."""
    path = directory / "pulumi-language-python"
    _write(path, _launcher("lab.plugins.language"), 0o755)
    return path


def _write(path: Path, content: bytes, mode: int) -> None:
    if path.exists() and path.read_bytes() == content:
        return
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(content)
    path.chmod(mode)


def main() -> None:
    """Pack everything into the directory given."""
    if len(sys.argv) != 2:  # noqa: PLR2004 - the program and the directory
        raise SystemExit("usage: python -m lab.plugins.pack DIRECTORY")
    directory = Path(sys.argv[1])
    for name in PROVIDERS:
        print(archive(name, directory))
    print(language_host(directory / "bin"))


if __name__ == "__main__":
    main()
