"""docker/build/elf-closure, on this machine's own programs."""

import os
import subprocess
from pathlib import Path

import pytest

from tests.docker.coins import BUILD


def _closure(root: Path, image: Path, *programs: str) -> "subprocess.CompletedProcess[str]":
    command = [str(BUILD / "elf-closure"), str(root), str(image), *programs]
    return subprocess.run(command, check=False, capture_output=True, text=True)


def _files(folder: Path) -> set[str]:
    return {path.name for path in folder.rglob("*") if path.is_file()}


@pytest.fixture(scope="module")
def image(tmp_path_factory: pytest.TempPathFactory) -> Path:
    made = tmp_path_factory.mktemp("image")
    done = _closure(Path("/"), made, "/usr/bin/dash", "/usr/bin/grep")
    assert done.returncode == 0, done.stderr
    return made


def test_programs_libraries_and_loader_are_there(image: Path) -> None:
    files = _files(image)
    assert {"dash", "grep", "libc.so.6"} <= files
    assert any(file.startswith("libpcre2-8.so") for file in files)
    assert any(file.startswith("ld-linux") for file in files)


def test_nothing_else_is_there(image: Path) -> None:
    others = {file for file in _files(image) if not file.startswith(("lib", "ld-linux"))}
    assert others == {"dash", "grep"}
    assert not [path for path in image.rglob("*") if path.is_symlink()]


def test_loader_is_where_the_program_looks_for_it(image: Path) -> None:
    headers = subprocess.run(
        ["readelf", "--program-headers", "/usr/bin/dash"],
        check=True,
        capture_output=True,
        text=True,
    ).stdout
    loader = headers.split("program interpreter: ")[1].split("]")[0]
    assert os.access(image / loader.lstrip("/"), os.X_OK)


def test_missing_program_is_named(tmp_path: Path) -> None:
    done = _closure(Path("/"), tmp_path, "/usr/bin/bitcoind-of-nobody")
    assert done.returncode == 1
    assert "no file /usr/bin/bitcoind-of-nobody below /" in done.stderr


def test_missing_library_is_named(tmp_path: Path) -> None:
    root = tmp_path / "root"
    (root / "usr/bin").mkdir(parents=True)
    (root / "usr/bin/dash").write_bytes(Path("/usr/bin/dash").read_bytes())
    done = _closure(root, tmp_path / "image", "/usr/bin/dash")
    assert done.returncode == 1
    assert "which /usr/bin/dash needs" in done.stderr
