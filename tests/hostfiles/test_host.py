"""Hosts under a real systemd, in the lab's host image: order, waiting, and leaving in good order.

AWS and docker are the programs of `fake.py` there too; the disk is a real one.
"""

import json
import shlex
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from lab.images.build import ensure
from tests.hostfiles import fake
from tests.hostfiles.conftest import HOSTFILES, ME, OTHER, REGION, VOLUME, Host, manifest
from tests.lab_images.machine import Machine, docker, metadata

pytestmark = pytest.mark.docker

MAC = "02:00:00:00:00:01"
BLOCKS = f"meta-data/network/interfaces/macs/{MAC}/vpc-ipv4-cidr-blocks"
THEIRS = f"in-use {OTHER} attached\n"
FREE = "available None None\n"
MINE = f"in-use {ME} attached\n"
ENVIRONMENT = {
    "AWS_DEFAULT_REGION": REGION,
    "NODEKEEP_PARAMETERS": "/nodekeep/bitcoin-test/a",
    "NODEKEEP_PLATFORM": "linux/amd64",
}
DAEMON = """#!/bin/sh
# A daemon that takes two seconds to stop, for `docker run` and `docker stop`.
/fake/record "$@"
case $1 in
run) touch /run/daemon; while [ -e /run/daemon ]; do sleep 0.1; done ;;
stop) sleep 2; rm -f /run/daemon ;;
container) exit 1 ;;
esac
"""
DISK = f"""
mknod /dev/loop-control c 10 237 2>/dev/null
for n in $(seq 0 63); do [ -e /dev/loop$n ] || mknod /dev/loop$n b 7 $n; done
truncate -s 400M /disk
loop=$(losetup --find --show /disk)
lab-plug {VOLUME} 7 "${{loop#/dev/loop}}" /dev/sdf >/dev/null
echo "$loop"
"""


class Booted:
    """A host that booted with the hostfiles and has not installed them yet."""

    def __init__(self, machine: Machine, host: Host) -> None:
        self.machine, self.host = machine, host
        self.loop = ""

    def sh(self, script: str, *, check: bool = True) -> str:
        return self.machine.sh(script, check=check).strip()

    def say(self, *states: str) -> None:
        """Let EC2 say this of the volume, one answer after the other."""
        self.host.tell("aws", "ec2 describe-volumes", *states)
        docker("cp", f"{self.host.bin}/.", f"{self.machine.name}:/fake")
        self.sh("rm -f /fake/aws.ec2_describe-volumes")  # how many answers were used

    def until(self, script: str, limit_s: int = 60) -> None:
        """Wait until a command succeeds on the host."""
        wait = f"until {script}; do sleep 0.2; done"
        shown = self.sh(f"timeout {limit_s} sh -c {shlex.quote(wait)} || echo late")
        assert "late" not in shown, f"{script}: {self.journal()}"

    def state(self, unit: str) -> str:
        return self.sh(f"systemctl is-active nodekeep-{unit}", check=False)

    def journal(self) -> str:
        return self.sh("journalctl --no-pager -o cat -u 'nodekeep-*'")

    def history(self) -> list[str]:
        """Return what aws and docker were asked for, also after the host went down."""
        docker("cp", f"{self.machine.name}:/fake/calls.jsonl", str(self.host.bin / "seen"))
        lines = (self.host.bin / "seen").read_text().splitlines()
        return [" ".join(call["argv"]) for call in map(json.loads, lines)]


@pytest.fixture
def booted(tmp_path: Path, host: Host) -> Iterator[Booted]:
    lab = tmp_path / "lab"
    lab.mkdir()
    known = {"meta-data/mac": MAC, BLOCKS: "10.20.0.0/16"}
    for unwanted in ("python3", "sleep", "aws.answers.json"):
        (host.bin / unwanted).unlink(missing_ok=True)
    (host.bin / "docker").write_text(DAEMON)
    for name in ("aws", "record"):
        (host.bin / name).write_text(f"#!/usr/bin/python3 -SE\n{Path(fake.__file__).read_text()}")
    for path in host.bin.iterdir():
        path.chmod(0o755)
    host.put(manifest())
    secret = json.dumps({"username": "x", "password": "y"})
    host.tell("aws", "secretsmanager get-secret-value", json.dumps({"SecretString": secret}))
    env = "".join(f"{name}={value}\\n" for name, value in ENVIRONMENT.items())
    machine = Machine(ensure(print).host, lab)
    with machine.running("#cloud-config\n{}\n") as up:
        document = metadata(ME) | known
        (lab / "meta.json").write_text(json.dumps(document))
        it = Booted(up, host)
        it.sh(f"mkdir -p /fake /etc/nodekeep /opt/nodekeep; printf '{env}' >/etc/nodekeep/host.env")
        docker("cp", str(HOSTFILES), f"{up.name}:/opt/nodekeep/current")
        it.say(THEIRS)
        it.sh("ln -sf /fake/aws /fake/docker /usr/local/sbin/")
        it.loop = it.sh(DISK)
        yield it
        docker("start", up.name)
        it.sh(
            f"for n in 0 1 2 3 4; do [ -e {it.loop} ] || mknod {it.loop} b 7 "
            f"{it.loop.removeprefix('/dev/loop')}; losetup -d {it.loop} && break; sleep 1; done",
            check=False,
        )


def test_a_standby_serves_waits_and_can_be_told_to_stop(booted: Booted) -> None:
    booted.sh("/opt/nodekeep/current/install")
    booted.until("systemctl is-active -q nodekeep-target nodekeep-exporter nodekeep-gate")
    booted.until("journalctl -u nodekeep-volume -o cat | grep -q 'waiting: vol-'")
    assert (booted.state("volume"), booted.state("node")) == ("activating", "inactive")
    assert booted.sh("systemctl is-active multi-user.target") == "active"
    ready = "curl -s -o /dev/null -w '%{http_code}' http://127.0.0.1:9150/ready"
    booted.until(f'[ "$({ready})" = 503 ]')
    assert "tcp-reset" in booted.sh("iptables -S NODEKEEP")
    assert any("register-targets" in call for call in booted.history())
    before = time.monotonic()
    booted.sh("systemctl stop nodekeep-volume")
    assert time.monotonic() - before < 2
    assert booted.state("volume") == "inactive"
    assert not any("detach-volume" in call for call in booted.history())


def test_a_carrier_takes_over_and_leaves_in_good_order(booted: Booted) -> None:
    booted.sh("/opt/nodekeep/current/install")
    booted.until("journalctl -u nodekeep-volume -o cat | grep -q 'waiting: vol-'")
    booted.say(FREE, MINE)
    booted.until("systemctl is-active -q nodekeep-node")
    booted.until("test -e /run/daemon")
    assert "/var/lib/nodekeep ext4" in booted.sh("findmnt -n -o TARGET,FSTYPE /var/lib/nodekeep")
    assert "TimeoutStopUSec=11min" in booted.sh("systemctl show -p TimeoutStopUSec nodekeep-node")
    assert booted.sh("stat -c '%u %a' /var/lib/nodekeep/data") == "10001 700"
    assert booted.sh("stat -c '%g %a' /run/nodekeep/rpc.conf") == "10001 640"
    booted.say(MINE, FREE)
    docker("stop", "--time", "60", booted.machine.name)
    assert booted.machine.state() == ("exited", 130)
    order = [
        " register-targets",
        " attach-volume",
        "run --rm",
        " deregister-targets",
        "stop --time",
        " detach-volume",
    ]
    told = [word for call in booted.history() for word in order if word in f" {call}"]
    assert told == order


def test_a_start_that_is_stopped_half_way_gives_the_volume_back(booted: Booted) -> None:
    booted.say(FREE, f"in-use {ME} attaching\n")
    booted.sh("/opt/nodekeep/current/install")
    booted.until("journalctl -u nodekeep-volume -o cat | grep -q 'is attaching'")
    booted.say(f"in-use {ME} attaching\n", FREE)
    booted.sh("systemctl stop nodekeep-volume")
    assert booted.state("volume") == "inactive"
    assert any("detach-volume" in call for call in booted.history())


def test_a_snapshot_with_xfs_is_mounted_and_grown(booted: Booted) -> None:
    booted.host.put(manifest() | {"volume": {"id": VOLUME, "blank": False}})
    booted.sh(f"mkfs.xfs -q {booted.loop}; truncate -s 600M /disk; losetup -c {booted.loop}")
    booted.say(MINE)
    booted.sh("/opt/nodekeep/current/install")
    booted.until("systemctl is-active -q nodekeep-volume")
    mib = booted.sh("df --output=fstype,size -BM /var/lib/nodekeep | tail -1").split()
    assert (mib[0], int(mib[1].rstrip("M")) > 450) == ("xfs", True)
    booted.sh(f"truncate -s 800M /disk; losetup -c {booted.loop}")
    booted.sh("systemctl reload nodekeep-volume")
    shown = booted.sh("df --output=size -BM /var/lib/nodekeep | tail -1")
    assert int(shown.rstrip("M")) > 650, "in use: the kernel lets xfs grow without more rights"
    booted.say(MINE, FREE)
    booted.sh("systemctl stop nodekeep-volume")


def test_units_of_an_older_version_go_and_a_second_install_keeps_the_node(booted: Booted) -> None:
    old = "/etc/systemd/system/nodekeep-old.service"
    booted.sh(
        f"printf '[Service]\\nExecStart=/bin/sleep 1h\\n' >{old}; systemctl start nodekeep-old"
    )
    booted.say(MINE)
    booted.sh("/opt/nodekeep/current/install")
    booted.until("test -e /run/daemon")
    shown = "systemctl show -p ExecMainStartTimestampMonotonic nodekeep-node"
    since = booted.sh(shown)
    booted.sh("/opt/nodekeep/current/install")
    booted.until("systemctl is-active -q nodekeep-exporter nodekeep-gate")
    assert booted.sh(shown) == since
    assert booted.state("old") == "inactive"
    booted.sh(f"test ! -e {old}")
    booted.sh("systemctl restart nodekeep-node")
    booted.until("test -e /run/daemon")
    assert booted.state("volume") == "active"
    booted.say(MINE, FREE)
    booted.sh("systemctl stop nodekeep-volume")
    assert (booted.state("node"), booted.state("exporter")) == ("inactive", "active")
