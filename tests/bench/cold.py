"""`make up` from nothing and again, in a clone of its own, step by step."""

import os
import re
import subprocess
from pathlib import Path
from tempfile import TemporaryDirectory

TITLE = re.compile(r"^==> (.+)$")
DONE = re.compile(r"^    done in ([0-9.]+) s$")


def cold_and_warm(root: Path) -> tuple[dict[str, float], dict[str, float]]:
    """Return the seconds of each step of a first and of a second `make up`."""
    with TemporaryDirectory() as directory:
        clone = Path(directory) / "nodekeep"
        subprocess.run(["git", "clone", "-q", root, clone], check=True)
        try:
            return _up(clone), _up(clone)
        finally:
            subprocess.run(["make", "down"], cwd=clone, check=True, capture_output=True)


def _up(clone: Path) -> dict[str, float]:
    # A compiler's cache of its own: the machine's may hold the whole CLI.
    env = {**os.environ, "GOCACHE": str(clone.parent / "go-cache")}
    printed = subprocess.run(
        ["make", "up"], cwd=clone, env=env, check=True, capture_output=True, text=True
    ).stdout
    seconds: dict[str, float] = {}
    title = ""
    for line in printed.splitlines():
        if found := TITLE.match(line):
            title = found[1]
        elif found := DONE.match(line):
            seconds[title] = float(found[1])
    return seconds
