"""The archive of hostfiles: the same bytes everywhere, and what a host unpacks."""

import gzip
import hashlib
import io
import os
import subprocess
import tarfile
from pathlib import Path

import pytest

from components._hostfiles import SOURCE, archive


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A folder with a file that runs, one that does not, and one below."""
    (tmp_path / "units").mkdir()
    (tmp_path / "units" / "a.service").write_text("[Unit]\n")
    (tmp_path / "install").write_text("#!/bin/sh\n")
    (tmp_path / "install").chmod(0o755)
    (tmp_path / "lib.sh").write_bytes(b"x" * 200_000)
    return tmp_path


def test_times_owners_and_umask_leave_no_trace(folder: Path) -> None:
    before = archive(folder)
    for path in folder.rglob("*"):
        os.utime(path, (1, 1))
        path.chmod(path.stat().st_mode & ~0o077)
    assert archive(folder) == before


def test_a_changed_byte_and_a_changed_mode_are_another_archive(folder: Path) -> None:
    before = archive(folder).sha256
    (folder / "lib.sh").chmod(0o755)
    changed_mode = archive(folder).sha256
    (folder / "units" / "a.service").write_text("[Unit]\n#\n")
    assert len({before, changed_mode, archive(folder).sha256}) == 3


def test_the_digest_is_that_of_the_content(folder: Path) -> None:
    packed = archive(folder)
    assert hashlib.sha256(packed.content).hexdigest() == packed.sha256


def test_bytecode_stays_at_home(folder: Path) -> None:
    before = archive(folder)
    (folder / "__pycache__").mkdir()
    (folder / "__pycache__" / "x.pyc").write_bytes(b"")
    assert archive(folder) == before


def test_files_come_out_with_names_contents_and_modes(folder: Path) -> None:
    with tarfile.open(fileobj=io.BytesIO(archive(folder).content), mode="r:gz") as tar:
        modes = {entry.name: entry.mode for entry in tar}
        big = tar.extractfile("lib.sh")
        assert big is not None
        assert big.read() == b"x" * 200_000
    assert modes == {"install": 0o755, "lib.sh": 0o644, "units/a.service": 0o644}


def test_the_bytes_are_these_whatever_compressor_there_is(tmp_path: Path) -> None:
    (tmp_path / "a").write_text("a\n")
    assert archive(tmp_path).sha256 == (
        "852c2ad76806ce95ac7314f49166cc338ded288f19acf7c3740a8fbce9bc9485"
    )


def test_hosts_can_unpack_the_real_one(tmp_path: Path) -> None:
    packed = archive()
    assert gzip.decompress(packed.content)
    (tmp_path / "files.tar.gz").write_bytes(packed.content)
    subprocess.run(["tar", "-xzf", "files.tar.gz"], cwd=tmp_path, check=True)
    assert os.access(tmp_path / "install", os.X_OK)
    assert (tmp_path / "install").read_bytes() == (SOURCE / "install").read_bytes()
