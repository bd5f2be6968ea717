"""Units and Python files as the host will read them."""

import ast
import itertools
import re
import shutil
import subprocess
from pathlib import Path

import pytest

from tests.hostfiles.conftest import HOSTFILES

UNITS = sorted((HOSTFILES / "units").glob("*.service"))
MODULES = sorted((HOSTFILES / "nodekeep_host").glob("*.py"))
SCRIPTS = ["install", "nodekeep-node", "nodekeep-target", "nodekeep-volume"]
SYSTEM = Path("/lib/systemd/system")


@pytest.fixture
def root(tmp_path: Path) -> Path:
    """A root file system with what units name: programs where the host has them."""
    shutil.copytree(HOSTFILES, tmp_path / "opt/nodekeep/current")
    shutil.copytree(SYSTEM, tmp_path / "lib/systemd/system", symlinks=True)
    units = tmp_path / "etc/systemd/system"
    units.mkdir(parents=True)
    for unit in UNITS:
        shutil.copy(unit, units)
    for program in ("usr/bin/python3", "bin/systemctl"):
        path = tmp_path / program
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text("#!/bin/sh\n")
        path.chmod(0o755)
    (tmp_path / "usr/lib").symlink_to("../lib")
    return tmp_path


def verify(root: Path) -> str:
    """Return what systemd has to say of the units."""
    done = subprocess.run(
        ["systemd-analyze", "verify", f"--root={root}", *(unit.name for unit in UNITS)],
        capture_output=True,
        text=True,
        check=False,
    )
    return done.stdout + done.stderr


needs_systemd = pytest.mark.skipif(
    not shutil.which("systemd-analyze") or not SYSTEM.is_dir(), reason="needs systemd-analyze"
)


@needs_systemd
def test_systemd_finds_nothing_wrong(root: Path) -> None:
    assert verify(root) == ""


@needs_systemd
def test_systemd_would_find_a_program_that_is_missing(root: Path) -> None:
    (root / "opt/nodekeep/current/nodekeep-target").unlink()
    assert "nodekeep-target is not executable" in verify(root)


def setting(unit: str, name: str) -> list[str]:
    text = (HOSTFILES / f"units/nodekeep-{unit}.service").read_text()
    return re.findall(rf"^{name}=(.*)$", text, re.MULTILINE)


def after(unit: str) -> set[str]:
    return {name for line in setting(unit, "After") for name in line.split()}


def test_stopping_is_the_reverse_of_volume_node_exporter_gate_target() -> None:
    order = ["volume", "node", "exporter", "gate", "target"]
    for before, unit in itertools.pairwise(order):
        assert f"nodekeep-{before}.service" in after(unit)


def test_nothing_but_the_node_waits_for_a_volume_that_may_never_come() -> None:
    """What starts at boot may be ordered after the node, which does not, never after the volume."""
    for unit in ("exporter", "gate", "target"):
        assert "nodekeep-volume.service" not in after(unit)
    assert not setting("node", "WantedBy")
    assert setting("volume", "TimeoutStartSec") == ["infinity"]
    for unit in ("volume", "exporter", "gate", "target"):
        assert "multi-user.target" in after(unit), "a boot is over although a standby waits"


def test_no_unit_has_a_mount_namespace_that_would_hold_the_volume() -> None:
    kinds = "Private|Protect|Bind|ReadOnly|ReadWrite|Inaccessible|Temporary|Root|Dynamic"
    for unit in UNITS:
        found = re.findall(rf"^((?:{kinds})\w+)=", unit.read_text(), re.MULTILINE)
        assert not found


def test_every_stop_has_an_end() -> None:
    for unit in UNITS:
        [limit] = re.findall(r"^TimeoutStopSec=(\d+)$", unit.read_text(), re.MULTILINE)
        assert 0 < int(limit) <= 3660


@pytest.mark.parametrize("script", SCRIPTS)
def test_scripts_can_be_run(script: str) -> None:
    assert (HOSTFILES / script).stat().st_mode & 0o111 == 0o111


@pytest.mark.parametrize("module", MODULES, ids=lambda path: path.name)
def test_modules_are_python_3_9(module: Path) -> None:
    """Amazon Linux 2023's own: its grammar, and no `X | None` where it would be evaluated."""
    tree = ast.parse(module.read_text(), feature_version=(3, 9))
    annotations: list[ast.AST | None] = []
    for node in ast.walk(tree):
        if isinstance(node, ast.FunctionDef):
            annotations.append(node.returns)
        elif isinstance(node, ast.arg | ast.AnnAssign):
            annotations.append(node.annotation)
    for annotation in filter(None, annotations):
        assert not any(isinstance(part, ast.BinOp) for part in ast.walk(annotation))


@pytest.mark.parametrize("module", MODULES, ids=lambda path: path.name)
def test_modules_need_the_standard_library_only(module: Path) -> None:
    imported = {
        alias.name.partition(".")[0]
        for node in ast.walk(ast.parse(module.read_text()))
        if isinstance(node, ast.Import)
        for alias in node.names
    } | {
        (node.module or "").partition(".")[0]
        for node in ast.walk(ast.parse(module.read_text()))
        if isinstance(node, ast.ImportFrom) and not node.level
    }
    assert imported <= STANDARD


STANDARD = {
    *("base64", "collections", "hashlib", "hmac", "http", "json", "os", "pathlib", "re", "secrets"),
    *("shlex", "subprocess", "sys", "threading", "time", "typing"),
}
