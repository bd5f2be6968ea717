"""Whether a device was never written: `python3 -m nodekeep_host.blank DEVICE`.

Exit 0: blank. Exit 1: something is there. Exit 2: it could not be read, which is never blank.
"""

import os
import sys
from pathlib import Path

MIB = 2**20
BACKUP = 128 * MIB  # where ext4 with 4 KiB blocks keeps its second superblock


def is_blank(device: Path) -> bool:
    """Read the first and last MiB, and the place of ext4's second superblock."""
    with device.open("rb", buffering=0) as raw:
        size = raw.seek(0, os.SEEK_END)
        if not size:
            raise OSError(f"{device} has size 0")
        return not any(
            any(_read(raw.fileno(), offset, min(MIB, size - offset)))
            for offset in (0, BACKUP, max(0, size - MIB))
            if offset < size
        )


def _read(descriptor: int, offset: int, length: int) -> bytes:
    found = b""
    while len(found) < length:
        part = os.pread(descriptor, length - len(found), offset + len(found))
        if not part:
            raise OSError(f"short read at byte {offset + len(found)}")
        found += part
    return found


if __name__ == "__main__":
    try:
        sys.exit(0 if is_blank(Path(sys.argv[1])) else 1)
    except OSError as error:
        print(f"{sys.argv[1]} cannot be read: {error}", file=sys.stderr)
        sys.exit(2)
