"""Which stacks a pull request previews."""

import json
import shutil
import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
GIT = ["git", "-c", "user.name=test", "-c", "user.email=test@localhost"]
ALL = ["bitcoin-main", "bitcoin-test", "bitcoin-testnet", "litecoin-test"]


@pytest.fixture
def clone(tmp_path: Path) -> Path:
    shutil.copytree(ROOT / "stacks", tmp_path / "stacks", ignore=shutil.ignore_patterns("*.py*"))
    for command in (["init", "-q"], ["add", "."], ["commit", "-qm", "Base"], ["tag", "base"]):
        subprocess.run([*GIT, *command], cwd=tmp_path, check=True)
    return tmp_path


@pytest.mark.parametrize(
    ("path", "stacks"),
    [
        ("docker/litecoin/Dockerfile", ["litecoin-test"]),
        ("docker/build/verify-sums", ALL),
        ("docker/exporter/Dockerfile", []),
        ("stacks/Pulumi.bitcoin-main.yaml", ["bitcoin-main"]),
        ("stacks/settings.py", ALL),
        ("components/node.py", ALL),
        ("docs/lab.md", []),
    ],
)
def test_touched_stacks(clone: Path, path: str, stacks: list[str]) -> None:
    changed = clone / path
    changed.parent.mkdir(parents=True, exist_ok=True)
    with changed.open("a") as file:
        file.write("# changed\n")
    for command in (["add", "."], ["commit", "-qm", "Change"]):
        subprocess.run([*GIT, *command], cwd=clone, check=True)
    found = subprocess.check_output(
        ["sh", ROOT / ".github" / "touched-stacks", "base"], cwd=clone, text=True
    )
    assert json.loads(found) == stacks
