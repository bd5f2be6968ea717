#!/usr/bin/python3
"""Plug a volume in: `lab-plug VOLUME_ID MAJOR MINOR DEVICE`. Again is fine.

Makes the device as Nitro instances have it: /dev/nvmeXn1 with the first X that is free, the link
that udev makes from the serial, and the name that AttachVolume was given.
"""

import itertools
import os
import stat
import sys
from pathlib import Path

DEV = Path("/dev")


def by_id(volume_id: str) -> Path:
    """Return the link that names a volume's device by its serial."""
    serial = volume_id.replace("-", "")
    return DEV / "disk/by-id" / f"nvme-Amazon_Elastic_Block_Store_{serial}"


def plug(volume_id: str, device_number: int, name: str) -> Path:
    """Return the volume's device, made where it is not there yet."""
    link = by_id(volume_id)
    if link.exists() and link.stat().st_rdev == device_number:
        return link.resolve()
    device = next(path for x in itertools.count(1) if not (path := DEV / f"nvme{x}n1").exists())
    os.mknod(device, stat.S_IFBLK | 0o660, device_number)
    link.parent.mkdir(parents=True, exist_ok=True)
    for path in (link, Path(name)):
        path.unlink(missing_ok=True)
        path.symlink_to(device)
    return device


if __name__ == "__main__":
    volume_id, major, minor, name = sys.argv[1:]
    print(plug(volume_id, os.makedev(int(major), int(minor)), name))
