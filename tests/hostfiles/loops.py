"""Real disks: files behind loop devices, linked the way udev links EBS volumes."""

import os
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.hostfiles.conftest import ME, VOLUME, Host

MIB = 2**20
FREE = "available None None\n"
MINE = f"in-use {ME} attached\n"
REAL = pytest.mark.skipif(
    os.geteuid() != 0 or not Path("/dev/loop-control").exists(),
    reason="needs root and loop devices",
)


def sh(*command: str | Path, check: bool = True) -> str:
    """Run a command of this machine and return what it prints."""
    done = subprocess.run(
        [str(word) for word in command], check=check, capture_output=True, text=True
    )
    return done.stdout.strip()


class Disk:
    """One loop device."""

    def __init__(self, file: Path, mib: int) -> None:
        self.file = file
        with file.open("wb") as made:
            made.truncate(mib * MIB)
        self.device = Path(sh("losetup", "--find", "--show", file))

    def write(self, offset: int, content: bytes) -> None:
        """Write where the file system does not know."""
        with self.device.open("r+b") as raw:
            raw.seek(offset)
            raw.write(content)

    def link(self, host: Host, volume: str = VOLUME) -> None:
        """Let the host find it."""
        name = f"nvme-Amazon_Elastic_Block_Store_{volume.replace('-', '')}"
        (host.disks / name).symlink_to(self.device)

    def grow(self, mib: int) -> None:
        """Make the device larger, as ModifyVolume does."""
        os.truncate(self.file, mib * MIB)
        sh("losetup", "--set-capacity", self.device)

    def tag(self, name: str) -> str:
        """Return what blkid says, empty when it says nothing."""
        return sh("blkid", "-p", "-o", "value", "-s", name, self.device, check=False)


@pytest.fixture
def disk(host: Host, tmp_path: Path) -> Iterator[Disk]:
    """The volume's disk, blank, attached and linked."""
    made = Disk(tmp_path / "disk", 256)
    made.link(host)
    host.tell("aws", "ec2 describe-volumes", f"in-use {ME} attached\n")
    yield made
    if os.path.ismount(host.mount):
        sh("umount", host.mount)
    sh("losetup", "--detach", made.device)


def start(host: Host) -> None:
    done = host.run("nodekeep-volume", "start")
    assert done.returncode == 0, done.stderr


def stop(host: Host) -> subprocess.CompletedProcess[str]:
    host.tell("aws", "ec2 describe-volumes", MINE, FREE)
    done = host.run("nodekeep-volume", "stop")
    host.tell("aws", "ec2 describe-volumes", MINE)
    return done
