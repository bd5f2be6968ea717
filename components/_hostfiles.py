"""Pack the files that go on hosts: the same files give the same bytes on every machine."""

import hashlib
import io
import struct
import tarfile
import zlib
from dataclasses import dataclass
from pathlib import Path

SOURCE = Path(__file__).parent / "hostfiles"
_BLOCK = 65_535
_GZIP_HEADER = bytes.fromhex("1f8b08000000000000ff")  # no name, no time, no operating system


@dataclass(frozen=True)
class Archive:
    """A tar.gz and its digest."""

    content: bytes
    sha256: str


def archive(source: Path = SOURCE) -> Archive:
    """Pack a folder; owners, times and umasks of this machine leave no trace in the archive."""
    packed = io.BytesIO()
    with tarfile.open(fileobj=packed, mode="w", format=tarfile.USTAR_FORMAT) as tar:
        for path in sorted(source.rglob("*"), key=lambda path: path.relative_to(source).parts):
            if path.is_file() and "__pycache__" not in path.parts:
                _add(tar, path, path.relative_to(source).as_posix())
    content = _stored(packed.getvalue())
    return Archive(content, hashlib.sha256(content).hexdigest())


def _add(tar: tarfile.TarFile, path: Path, name: str) -> None:
    """Add a file with nothing but its name, its content and whether it can be run."""
    content = path.read_bytes()
    entry = tarfile.TarInfo(name)
    entry.size = len(content)
    entry.mode = 0o755 if path.stat().st_mode & 0o100 else 0o644
    tar.addfile(entry, io.BytesIO(content))


def _stored(content: bytes) -> bytes:
    """Return gzip without compression: what a compressor makes differs from zlib to zlib."""
    blocks = [content[start : start + _BLOCK] for start in range(0, len(content), _BLOCK)]
    packed = [_GZIP_HEADER]
    for number, block in enumerate(blocks, start=1):
        last = number == len(blocks)
        packed += [struct.pack("<BHH", last, len(block), len(block) ^ 0xFFFF), block]
    packed.append(struct.pack("<II", zlib.crc32(content), len(content)))
    return b"".join(packed)
