import subprocess
import time
from pathlib import Path

import pytest

from lab.images import build, check

pytestmark = pytest.mark.docker

GOOD = "[Unit]\nAfter=docker.service\n[Service]\nExecStart=/opt/daemon\n"


def _problems(images: build.Images, files: dict[Path, str], mounts: dict[Path, str]) -> str:
    """Return what the host's tools complain about; nothing when they do not."""
    for path, text in files.items():
        path.write_text(text)
    units = [path for path in files if path.suffix == ".service"]
    configs = [path for path in files if path.suffix == ".yaml"]
    command = check.command(images.host, configs, units, mounts)
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    return done.stdout + done.stderr if done.returncode else ""


def test_good_files_pass(images: build.Images, tmp_path: Path) -> None:
    (tmp_path / "daemon").touch(mode=0o755)
    files = {tmp_path / "a.yaml": "#cloud-config\nruncmd: [ls]\n", tmp_path / "a.service": GOOD}
    assert _problems(images, files, {tmp_path / "daemon": "/opt/daemon"}) == ""


@pytest.mark.parametrize(
    ("name", "text", "problem"),
    [
        ("a.yaml", "#cloud-config\nruncmd: 3\n", "is not of type 'array'"),
        ("a.service", GOOD, "/opt/daemon is not executable"),
        ("a.service", "[Service]\nExecStrt=/bin/true\n", "Unknown key 'ExecStrt'"),
    ],
)
def test_bad_files_do_not(
    images: build.Images, tmp_path: Path, name: str, text: str, problem: str
) -> None:
    assert problem in _problems(images, {tmp_path / name: text}, {})


def test_what_is_there_is_not_built_again(images: build.Images) -> None:
    said: list[str] = []
    start = time.monotonic()
    assert build.ensure(said.append) == images
    assert time.monotonic() - start < 1
    assert said == [f"builder: {images.builder}"]
