"""Whole commands, measured: wall time, and CPU seconds of them and all their children."""

import json
import os
import resource
import statistics
import subprocess
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True)
class Cost:
    """Medians of several runs, in seconds."""

    cpu_s: float
    wall_s: float

    def __str__(self) -> str:
        return f"{self.cpu_s:.1f} CPU s, {self.wall_s:.1f} s"


def cost(
    command: Sequence[str], *, cwd: Path, env: Mapping[str, str], runs: int = 3
) -> tuple[Cost, str]:
    """Run a command several times; return the medians and what the last run printed.

    Raises:
        CalledProcessError: it failed.
    """
    measured = []
    printed = ""
    for _ in range(runs):
        before, start = resource.getrusage(resource.RUSAGE_CHILDREN), time.monotonic()
        printed = subprocess.run(
            command, cwd=cwd, env=dict(env), check=True, capture_output=True, text=True
        ).stdout
        after = resource.getrusage(resource.RUSAGE_CHILDREN)
        cpu = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
        measured.append((cpu, time.monotonic() - start))
    cpu, wall = (statistics.median(column) for column in zip(*measured, strict=True))
    return Cost(cpu, wall), printed


def machine() -> str:
    """Name what it ran on."""
    model = next(
        line.partition(":")[2].strip()
        for line in Path("/proc/cpuinfo").read_text().splitlines()
        if line.startswith(("model name", "Model", "CPU implementer"))
    )
    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 2**30
    return f"{os.cpu_count()} cores ({model}), {memory:.0f} GiB"


def resources(preview_json: str) -> int:
    """Count the resources of a `pulumi preview --json`."""
    return sum(json.loads(preview_json)["changeSummary"].values())
