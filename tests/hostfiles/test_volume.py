"""The data volume on real disks: made once, found again, never written over."""

import hashlib
import json
import os
import stat
from pathlib import Path

import pytest

from tests.hostfiles.conftest import VOLUME, Host, manifest
from tests.hostfiles.loops import MIB, REAL, Disk, disk, sh, start, stop

__all__ = ["disk"]
pytestmark = [pytest.mark.docker, REAL]


def refusal(host: Host, disk: Disk) -> str:
    """Start, which has to fail and to leave every byte as it is; return the error."""
    before = hashlib.sha256(disk.file.read_bytes()).digest()
    done = host.run("nodekeep-volume", "start")
    sh("sync", disk.device)
    assert done.returncode == 1
    assert not host.mount.is_mount()
    assert hashlib.sha256(disk.file.read_bytes()).digest() == before
    return done.stderr


def test_a_blank_volume_gets_a_file_system_once(host: Host, disk: Disk) -> None:
    start(host)
    uuid = disk.tag("UUID")
    assert disk.tag("LABEL") == "nk-0123456789abc"
    (host.mount / "data/block").write_text("1")
    assert stop(host).returncode == 0
    assert not host.mount.is_mount()
    start(host)
    assert disk.tag("UUID") == uuid
    assert (host.mount / "data/block").read_text() == "1"


def test_the_mount_is_for_data_only(host: Host, disk: Disk) -> None:
    start(host)
    options = sh("findmnt", "-n", "-o", "OPTIONS", host.mount).split(",")
    assert {"nodev", "nosuid", "noexec", "noatime"} <= set(options)


def test_the_data_directory_is_the_daemons_and_what_is_in_it_is_left_alone(
    host: Host, disk: Disk
) -> None:
    start(host)
    file = host.mount / "data/wallet"
    file.touch()
    os.chown(host.mount / "data", 7, 7)
    stop(host)
    start(host)
    status = (host.mount / "data").stat()
    assert (status.st_uid, status.st_gid, stat.S_IMODE(status.st_mode)) == (10001, 10001, 0o700)
    assert file.stat().st_uid == 0


def test_a_second_start_finds_its_work_done(host: Host, disk: Disk) -> None:
    start(host)
    done = host.run("nodekeep-volume", "start")
    assert (done.returncode, "is mounted already" in done.stdout) == (0, True)


def test_the_manifest_is_kept_on_the_volume_and_wins_over_the_hosts_copy(
    host: Host, disk: Disk
) -> None:
    start(host)
    host.run("python:manifest")
    assert json.loads((host.mount / "manifest.json").read_text()) == manifest()
    (host.state / "manifest.json").write_text("{}")
    host.tell("aws", "ssm get-parameter", 255)
    done = host.run("python:manifest")
    assert done.returncode == 0, done.stderr
    assert f"using the copy {host.mount}/manifest.json" in done.stdout


def test_a_volume_from_a_snapshot_is_never_formatted(host: Host, disk: Disk) -> None:
    host.put(manifest() | {"volume": {"id": VOLUME, "blank": False}})
    assert f"{VOLUME} comes from a snapshot but has no file system" in refusal(host, disk)


@pytest.mark.parametrize("offset", [0, MIB - 1, 128 * MIB, 256 * MIB - 512, 256 * MIB - 1])
def test_one_byte_is_not_blank(host: Host, disk: Disk, offset: int) -> None:
    disk.write(offset, b"\1")
    assert f"{VOLUME} has no known file system but is not blank" in refusal(host, disk)


@pytest.mark.parametrize("lost", [256 * MIB - 4096, MIB // 2, 0], ids=["end", "first MiB", "all"])
def test_what_cannot_be_read_is_not_blank(host: Host, disk: Disk, lost: int) -> None:
    """The file behind the device is cut, so that the kernel answers with I/O errors."""
    os.truncate(disk.file, lost)
    done = host.run("nodekeep-volume", "start")
    assert done.returncode == 1
    assert f"{disk.device} cannot be read: [Errno 5] Input/output error" in done.stderr
    assert "is not blank" in done.stderr
    assert not disk.tag("TYPE")


def test_a_file_system_that_lost_its_head_is_not_blank(host: Host, disk: Disk) -> None:
    """Its first MiB is gone and its last is empty: the second superblock tells."""
    start(host)
    stop(host)
    disk.write(0, bytes(MIB))
    assert "is not blank" in refusal(host, disk)


@pytest.mark.parametrize("make", [["mkswap"], ["mkfs.ext2", "-q"]], ids=["swap", "ext2"])
def test_another_kind_of_content_is_left_as_it_is(host: Host, disk: Disk, make: list[str]) -> None:
    sh(*make, disk.device)
    assert "not ext4 or xfs: it is left as it is" in refusal(host, disk)


def test_a_partition_table_is_left_as_it_is(host: Host, disk: Disk) -> None:
    first = bytes([0, 0, 2, 0, 0x83, 0, 3, 0]) + (2048).to_bytes(4, "little") * 2
    disk.write(446, first.ljust(64, b"\0") + b"\x55\xaa")
    assert disk.tag("PTTYPE") == "dos"
    assert "not ext4 or xfs: it is left as it is" in refusal(host, disk)


def test_a_foreign_ext4_on_the_right_volume_is_mounted(host: Host, disk: Disk) -> None:
    sh("mkfs.ext4", "-q", "-L", "theirs", disk.device)
    uuid = disk.tag("UUID")
    host.put(manifest() | {"volume": {"id": VOLUME, "blank": False}})
    start(host)
    assert (disk.tag("UUID"), disk.tag("LABEL")) == (uuid, "theirs")


def test_ambiguous_content_is_looked_at_by_people(host: Host, disk: Disk) -> None:
    host.fake("blkid")
    host.tell("blkid", "-p", 8)
    assert f"blkid cannot tell what is on {VOLUME} (exit 8)" in refusal(host, disk)


def test_another_volumes_disk_is_not_touched(host: Host, disk: Disk, tmp_path: Path) -> None:
    other = Disk(tmp_path / "other", 64)
    other.link(host, "vol-0fffffffffffffff0")
    try:
        start(host)
        assert not other.tag("TYPE")
        assert not any(other.file.read_bytes())
    finally:
        sh("losetup", "--detach", other.device)


def test_a_device_that_comes_late_is_waited_for(host: Host, disk: Disk) -> None:
    link = next(host.disks.iterdir())
    link.rename(host.bin / "late")
    host.script("sleep", f'if [ "$1" = 1 ]; then mv "{host.bin}/late" "{link}"; fi')
    start(host)
    assert host.mount.is_mount()


def test_a_lost_hosts_journal_is_replayed(host: Host, disk: Disk) -> None:
    start(host)
    stop(host)
    sh("debugfs", "-w", "-R", "ssv state 0", disk.device)
    done = host.run("nodekeep-volume", "start")
    assert done.returncode == 0, done.stderr
    assert "was not cleanly unmounted" in done.stdout


def test_what_fsck_cannot_mend_is_not_mounted(host: Host, disk: Disk) -> None:
    start(host)
    (host.mount / "data/block").write_text("1")
    stop(host)
    sh("debugfs", "-w", "-R", "clri <2>", disk.device)
    sh("debugfs", "-w", "-R", "ssv state 2", disk.device)
    done = host.run("nodekeep-volume", "start")
    assert done.returncode == 1
    assert f"e2fsck -p on {VOLUME} gave up" in done.stderr
    assert not host.mount.is_mount()


def test_a_larger_volume_gets_a_larger_file_system(host: Host, disk: Disk) -> None:
    start(host)
    (host.mount / "data/block").write_text("1")
    stop(host)
    before = os.statvfs(host.mount)
    disk.grow(512)
    start(host)
    status = os.statvfs(host.mount)
    assert status.f_blocks * status.f_frsize > 450 * MIB
    assert status != before
    assert (host.mount / "data/block").read_text() == "1"


def test_growing_in_use_is_asked_of_the_mounted_device(host: Host, disk: Disk) -> None:
    """The kernel wants CAP_SYS_RESOURCE, which containers may lack; so the command is looked at."""
    host.fake("resize2fs")
    start(host)
    assert host.run("nodekeep-volume", "grow").returncode == 0
    assert host.calls("resize2fs")[0]["argv"] == [str(disk.device)]


def test_another_mount_at_the_place_is_an_error(host: Host, disk: Disk) -> None:
    sh("mount", "-t", "tmpfs", "none", host.mount)
    try:
        done = host.run("nodekeep-volume", "start")
        assert (done.returncode, "stop what mounted it" in done.stderr) == (1, True)
    finally:
        sh("umount", host.mount)
