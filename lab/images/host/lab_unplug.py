#!/usr/bin/python3
"""Unplug a volume: `lab-unplug VOLUME_ID`. Exit code 16 (EBUSY): it is mounted or in use."""

import errno
import os
import sys
from pathlib import Path

DEV = Path("/dev")


def unplug(volume_id: str) -> int:
    """Remove a volume's device and its names; return an exit code."""
    serial = volume_id.replace("-", "")
    link = DEV / "disk/by-id" / f"nvme-Amazon_Elastic_Block_Store_{serial}"
    if not link.exists():
        return 0
    device = link.resolve()
    try:
        # The kernel refuses an exclusive opening while the device is mounted, in any namespace.
        os.close(os.open(device, os.O_RDONLY | os.O_EXCL))
    except OSError as error:
        if error.errno != errno.EBUSY:
            raise
        print(f"{volume_id}: {device} is mounted or in use; unmount it", file=sys.stderr)
        return errno.EBUSY
    for path in [path for path in DEV.iterdir() if path.is_symlink() and path.resolve() == device]:
        path.unlink()
    link.unlink()
    device.unlink()
    return 0


if __name__ == "__main__":
    sys.exit(unplug(sys.argv[1]))
