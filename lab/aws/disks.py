"""Disks: sparse files, made block devices by a small helper container."""

import logging
import os
import subprocess
import threading
import time
from dataclasses import dataclass
from pathlib import Path

from lab.aws.attachments import GIB, mount_point
from lab.aws.engine import DEVICES, Engine, Machine

logger = logging.getLogger("lab.disks")

HELPER = "ebs"
INSIDE = Path("/srv/ebs")
RELEASE_S = 10.0
CLAIM = "import os, sys; os.close(os.open(sys.argv[1], os.O_RDONLY | os.O_EXCL))"
"""The kernel refuses an exclusive open of a device that is mounted, in whatever namespace."""


class DiskError(Exception):
    """A disk did not do what it was told."""


@dataclass(frozen=True)
class Device:
    """A loop device in the kernel."""

    path: str
    major: str
    minor: str

    @property
    def number(self) -> str:
        """Return `MAJOR:MINOR`."""
        return f"{self.major}:{self.minor}"


class Disks:
    """Backing files on the machine, loop devices in the helper, device nodes in hosts."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self._directory = engine.settings.disks
        self._lock = threading.RLock()  # two volumes never race for one free loop device

    def prepare(self) -> None:
        """Start the helper."""
        self._directory.mkdir(parents=True, exist_ok=True)
        helper = self._engine.find(HELPER)
        if helper and helper.status == "running":
            return
        machine = Machine(
            part=HELPER,
            image=self._engine.settings.host_image,
            network="none",
            entrypoint=["sleep", "infinity"],
            binds={
                str(self._directory): {"bind": str(INSIDE), "mode": "rw"},
                "/dev": {
                    "bind": "/dev",
                    "mode": "rw",
                },  # nodes of new loop devices appear by themselves
            },
            options={
                "cap_add": ["SYS_ADMIN"],
                "device_cgroup_rules": DEVICES,
                "init": True,
                "security_opt": ["apparmor=unconfined"],
            },
        )
        self._engine.create(machine).start()

    def close(self) -> None:
        """Let go of every device of this lab and end the helper."""
        for file in sorted(self._directory.glob("vol-*.img")):
            self.disconnect(file.stem)
        self._engine.remove(HELPER)

    def file(self, name: str) -> Path:
        """Return the backing file of a volume or snapshot."""
        return self._directory / f"{name}.img"

    def create(self, name: str, gib: int, *, source: str | None = None) -> None:
        """Make a disk, blank or with a snapshot's content; it takes room as it is written."""
        if source:
            self.copy(source, name)
        else:
            self.file(name).touch()
        os.truncate(self.file(name), gib * GIB)

    def copy(self, source: str, target: str) -> None:
        """Copy a disk, holes stay holes; it has its name only when it is whole."""
        draft = self.file(target).with_suffix(".copying")
        command = ["cp", "--sparse=always", "--reflink=auto", str(self.file(source)), str(draft)]
        subprocess.run(command, check=True)
        draft.rename(self.file(target))

    def delete(self, name: str) -> None:
        """Remove a disk."""
        self.disconnect(name)
        self.file(name).unlink(missing_ok=True)

    def grow(self, name: str, gib: int) -> None:
        """Enlarge a disk, under a running host too."""
        os.truncate(self.file(name), gib * GIB)
        device = self.device(name)
        if device:
            self._helper("losetup", "--set-capacity", device.path)

    def device(self, name: str) -> Device | None:
        """Return the loop device of a disk, if it has one."""
        listed = self._helper(
            "losetup",
            "--noheadings",
            "--output",
            "NAME,MAJ:MIN",
            "--associated",
            self._inside(name),
        )
        if not listed:
            return None
        path, number = listed.split()
        return Device(path, *number.split(":"))

    def connect(self, name: str) -> Device:
        """Make a disk a block device."""
        with self._lock:
            if not self.device(name):
                self._helper("losetup", "--find", self._inside(name))
            device = self.device(name)
        if not device:
            raise DiskError(f"{name}: the kernel has no loop device for it")
        return device

    def disconnect(self, name: str) -> None:
        """Free the block device of a disk.

        Raises:
            DiskError: something still has it open; the kernel frees it only after that.
        """
        deadline = time.monotonic() + RELEASE_S
        with self._lock:
            while device := self.device(name):
                self._helper("losetup", "--detach", device.path)
                if time.monotonic() > deadline:
                    raise DiskError(f"{name}: {device.path} is still open after {RELEASE_S:.0f} s")

    def plug(self, name: str, host: str, node: str) -> None:
        """Make a disk appear in a running host.

        Raises:
            DiskError: the host did not take it.
        """
        device = self.connect(name)
        command = ["/usr/local/sbin/lab-plug", name, device.major, device.minor, node]
        result = self._engine.execute(host, command)
        if result.code:
            raise DiskError(f"{host} did not take {name}: {result.err.strip()}")

    def unplug(self, name: str, host: str) -> bool:
        """Make a disk vanish from a running host; False while a file system on it is mounted."""
        device = self.device(name)
        if not device:
            return True
        if self._engine.execute(HELPER, ["python3", "-c", CLAIM, device.path]).code:
            return False
        if self._engine.execute(host, ["/usr/local/sbin/lab-unplug", name]).code:
            return False
        self.disconnect(name)
        return True

    def freeze(self, name: str, host: str) -> str | None:
        """Hold writes to a mounted disk, so that a copy is of one moment; returns the mount."""
        device = self.device(name)
        mounts = self._engine.execute(host, ["cat", "/proc/self/mountinfo"])
        point = mount_point(mounts.out, device.number) if device else None
        if point is None:
            return None
        frozen = self._engine.execute(host, ["fsfreeze", "--freeze", point])
        if frozen.code:
            logger.warning("%s in %s: copied without a freeze: %s", name, host, frozen.err.strip())
            return None
        return point

    def thaw(self, host: str, point: str) -> None:
        """Let writes go on."""
        self._engine.execute(host, ["fsfreeze", "--unfreeze", point])

    def _inside(self, name: str) -> str:
        return str(INSIDE / f"{name}.img")

    def _helper(self, *command: str) -> str:
        result = self._engine.execute(HELPER, command)
        if result.code:
            raise DiskError(f"{' '.join(command)}: {result.err.strip()}")
        return result.out.strip()
