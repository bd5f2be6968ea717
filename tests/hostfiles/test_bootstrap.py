"""The bootstrap: nothing is unpacked that is not what the manifest names, however a run ends."""

import hashlib
import io
import json
import shutil
import subprocess
import tarfile
from pathlib import Path
from typing import Any

import pytest

from tests.hostfiles.conftest import Host, manifest

SCRIPT = Path(__file__).parents[2] / "components/bootstrap/bootstrap.sh"
TOOLS = (
    *("bash", "cat", "cp", "dirname", "env", "flock", "gzip", "ln", "mkdir", "mktemp", "mv"),
    *("readlink", "rm", "sha256sum", "sh", "tar", "test"),
)


class Machine(Host):
    """A host before its first boot, with /etc and /opt below a temporary directory."""

    def __init__(self, root: Path) -> None:
        super().__init__(root)
        self.opt, etc, tools = root / "opt", root / "etc", root / "tools"
        etc.mkdir()
        tools.mkdir()
        for tool in TOOLS:
            found = shutil.which(tool)
            assert found, tool
            (tools / tool).symlink_to(found)
        self.environment["PATH"] = f"{self.bin}:{tools}"
        for name in ("docker", "mkfs.ext4", "systemctl", "dnf", "apt-get"):
            self.script(name, f'echo "{name} $*" >>{root}/commands')
        (etc / "host.env").write_text(
            "NODEKEEP_PARAMETERS=/nodekeep/bitcoin-test/a\nAWS_DEFAULT_REGION=eu-central-1\n"
        )
        text = SCRIPT.read_text().replace("/etc/nodekeep", str(etc))
        text = text.replace("TRIES=60", "TRIES=4")
        self.bootstrap = root / "nodekeep-bootstrap"
        self.bootstrap.write_text(text.replace("/opt/nodekeep", str(self.opt)))
        self.bootstrap.chmod(0o755)
        self.commands = root / "commands"
        self.archive, self.document = root / "archive", root / "document"
        self.publish("echo one")
        self.aws_answers()

    def publish(self, install: str, **named: Any) -> str:
        """Make an archive whose `install` is this line, and the manifest that names it."""
        content = f'#!/bin/sh\necho "install $0" >>{self.commands}\n{install}\n'.encode()
        packed = io.BytesIO()
        with tarfile.open(fileobj=packed, mode="w:gz") as tar:
            entry = tarfile.TarInfo("install")
            entry.size, entry.mode = len(content), 0o755
            tar.addfile(entry, io.BytesIO(content))
        self.archive.write_bytes(packed.getvalue())
        digest = hashlib.sha256(packed.getvalue()).hexdigest()
        known = manifest()
        known["hostfiles"] |= {"sha256": digest} | named
        self.document.write_text(json.dumps(known))
        return digest

    def aws_answers(self, ssm: str = "true", s3: str = "true") -> None:
        """Let AWS answer from the files, after a line of shell that may refuse."""
        self.script(
            "aws",
            f'echo "aws $*" >>{self.commands}\n'
            f'case "$*" in\n*get-parameter*) {ssm} && cat {self.document} ;;\n'
            f'*"s3 cp"*) {s3} && cp {self.archive} "$5" ;;\nesac',
        )

    def boot(self) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [self.bootstrap],
            env=self.environment,
            capture_output=True,
            text=True,
            check=False,
            timeout=120,
        )

    def ran(self, word: str) -> list[str]:
        """Return the commands of this kind that were run."""
        lines = self.commands.read_text().splitlines() if self.commands.exists() else []
        return [line for line in lines if word in line]

    def left(self) -> set[str]:
        """Return what is in the place of the hostfiles."""
        return {path.name for path in self.opt.iterdir()}


@pytest.fixture
def machine(tmp_path: Path) -> Machine:
    return Machine(tmp_path)


def test_a_first_boot_installs_what_the_manifest_names(machine: Machine) -> None:
    digest = machine.publish("exit 0")
    done = machine.boot()
    assert done.returncode == 0, done.stderr
    assert machine.left() == {digest, "current", ".lock"}
    assert (machine.opt / "current").readlink() == Path(digest)
    assert machine.ran("install /") == [f"install {machine.opt}/current/install"]
    assert machine.ran("systemctl") == ["systemctl enable --now docker.service"]
    assert f"nodekeep-bootstrap: hostfiles {digest}" in done.stdout


def test_a_second_run_fetches_nothing_and_installs_again(machine: Machine) -> None:
    machine.boot()
    assert machine.boot().returncode == 0
    assert len(machine.ran("s3 cp")) == 1
    assert len(machine.ran("install /")) == 2


def test_new_hostfiles_stand_beside_the_old_ones(machine: Machine) -> None:
    old = machine.publish("exit 0")
    machine.boot()
    new = machine.publish("exit 00")
    assert machine.boot().returncode == 0
    assert {old, new} < machine.left()
    assert (machine.opt / "current").readlink() == Path(new)


def test_an_archive_with_another_digest_is_never_unpacked(machine: Machine) -> None:
    machine.publish("exit 0", sha256="0" * 64)
    done = machine.boot()
    assert done.returncode == 1
    assert "try 4 of 4 failed: get_hostfiles" in done.stdout
    assert "gave up on get_hostfiles; run" in done.stdout
    assert machine.left() == {".lock"}
    assert not machine.ran("install /")


@pytest.mark.parametrize("digest", ["", "../../etc", "0" * 63, 7])
def test_a_digest_that_is_none_is_named(machine: Machine, digest: Any) -> None:
    machine.publish("exit 0", sha256=digest)
    done = machine.boot()
    assert done.returncode == 1
    assert f"hostfiles.sha256 is '{digest}', not 64 hexadecimal digits" in done.stdout


def test_a_run_that_is_killed_while_unpacking_leaves_nothing_half_done(machine: Machine) -> None:
    digest = machine.publish("exit 0")
    machine.script("tar", 'mkdir -p "$4/half"; kill -9 $PPID')
    assert machine.boot().returncode == -9
    assert not {digest, "current"} & machine.left()
    (machine.bin / "tar").unlink()
    assert machine.boot().returncode == 0
    assert machine.left() == {digest, "current", ".lock"}
    assert {path.name for path in (machine.opt / digest).iterdir()} == {"install"}


def test_a_manifest_that_is_mended_is_seen(machine: Machine) -> None:
    digest = machine.publish("exit 0")
    mended = machine.document.read_text()
    machine.publish("exit 0", sha256="0" * 64)
    (machine.opt.parent / "mended").write_text(mended)
    machine.script("sleep", f"cp {machine.opt.parent}/mended {machine.document}")
    assert machine.boot().returncode == 0
    assert digest in machine.left()


def test_aws_out_of_reach_is_waited_out(machine: Machine) -> None:
    late = f"[ $(cat {machine.commands} | while read -r l; do echo; done | wc -l) -gt 2 ]"
    (machine.bin / "wc").symlink_to(str(shutil.which("wc")))
    machine.aws_answers(ssm=late)
    done = machine.boot()
    assert done.returncode == 0, done.stdout
    assert "try 1 of 4 failed: get_hostfiles" in done.stdout


def test_aws_out_of_reach_for_long_is_an_error_that_says_what_to_do(machine: Machine) -> None:
    machine.aws_answers(ssm="false")
    done = machine.boot()
    assert done.returncode == 1
    assert f"gave up on get_hostfiles; run {machine.bootstrap} again" in done.stdout
    assert len(machine.ran("get-parameter")) == 4


@pytest.mark.parametrize("family", ["dnf", "apt-get"])
def test_docker_is_installed_where_it_is_missing(machine: Machine, family: str) -> None:
    (machine.bin / "docker").unlink()
    if family == "apt-get":
        (machine.bin / "dnf").unlink()
    assert machine.boot().returncode == 0
    [*_, last] = machine.ran(family)
    assert "install -y -q" in last
    assert "docker" in last
    assert "e2fsprogs" in last


def test_nothing_is_installed_where_all_is_there(machine: Machine) -> None:
    machine.boot()
    assert not machine.ran("dnf")
    assert not machine.ran("apt-get")


def test_a_package_source_out_of_reach_is_tried_again(machine: Machine) -> None:
    (machine.bin / "docker").unlink()
    machine.script("dnf", f"test -e {machine.opt}/tried || ! echo >{machine.opt}/tried")
    done = machine.boot()
    assert done.returncode == 0
    assert "try 1 of 4 failed: install_packages" in done.stdout


def test_an_install_that_fails_fails_the_boot(machine: Machine) -> None:
    machine.publish("exit 3")
    assert machine.boot().returncode == 3
