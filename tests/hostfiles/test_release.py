"""Giving a volume back: never while somebody holds it, never at the same time as another run."""

import fcntl
import subprocess
import time
from pathlib import Path

import pytest

from tests.hostfiles.conftest import HOSTFILES, Host
from tests.hostfiles.loops import REAL, Disk, disk, start, stop

__all__ = ["disk"]
pytestmark = [pytest.mark.docker, REAL]


def test_a_busy_mount_names_who_holds_it_and_is_not_forced(host: Host, disk: Disk) -> None:
    start(host)
    with subprocess.Popen(["tail", "-f", "/dev/null"], cwd=host.mount / "data") as holder:
        done = stop(host)
        assert done.returncode == 1
        assert f"{holder.pid} tail" in done.stderr
        assert host.mount.is_mount()
        assert not host.asked("detach-volume")
        holder.kill()
    assert stop(host).returncode == 0


def test_a_mount_in_another_namespace_is_busy_too(host: Host, disk: Disk) -> None:
    start(host)
    with subprocess.Popen(
        ["unshare", "--mount", "--propagation", "private", "tail", "-f", "/dev/null"]
    ) as holder:
        while b"tail" not in Path(f"/proc/{holder.pid}/comm").read_bytes():
            time.sleep(0.01)
        done = stop(host)
        assert (done.returncode, f"{holder.pid} tail" in done.stderr) == (1, True)
        assert not host.asked("detach-volume")
        holder.kill()
    assert stop(host).returncode == 0


def test_a_run_at_the_same_time_is_kept_out(host: Host, disk: Disk) -> None:
    """The real lock: whoever comes second waits until the first is done."""
    with (host.run_directory / "volume.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        second = subprocess.Popen([HOSTFILES / "nodekeep-volume", "start"], env=host.environment)
        time.sleep(0.5)
        assert (second.poll(), host.calls()) == (None, [])
    assert second.wait(60) == 0
