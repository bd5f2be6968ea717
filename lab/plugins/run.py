"""Run a program for a resource: its lines are seen as they come, and it ends with the engine."""

import contextlib
import os
import signal
import subprocess
import threading
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import IO

from lab.plugins.link import Job
from lab.plugins.resource import PluginError

_POLL_S = 0.2
_GRACE_S = 2

Line = Callable[[str, str], None]
"""Takes `stdout` or `stderr` and a line of it."""


@dataclass(frozen=True)
class Ended:
    """What a program left: both outputs whole, and in the order in which lines came."""

    code: int
    stdout: str
    stderr: str
    both: str


def run(
    job: Job,
    argv: Sequence[str],
    line: Line,
    *,
    env: Mapping[str, str] | None = None,
    directory: str | Path | None = None,
    stdin: str = "",
) -> Ended:
    """Run a program to its end and return what it wrote; a stopped engine ends it."""
    try:
        process = subprocess.Popen(
            argv,
            env={**os.environ, **(env or {})},
            cwd=directory,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            errors="replace",
            start_new_session=True,  # so that its own children end with it
        )
    except OSError as error:
        raise PluginError(f"cannot start {argv[0]!r} in {directory or '.'}: {error}") from error
    taken: list[tuple[str, str]] = []

    def pump(name: str, stream: IO[str]) -> None:
        with stream:
            for text in stream:
                taken.append((name, text))
                line(name, text.rstrip("\n"))

    def feed(stream: IO[str]) -> None:
        with contextlib.suppress(BrokenPipeError), stream:  # it need not read what it is given
            stream.write(stdin)

    assert process.stdin and process.stdout and process.stderr  # noqa: S101, PT018 - piped above
    threads = [
        threading.Thread(target=feed, args=(process.stdin,), daemon=True),
        threading.Thread(target=pump, args=("stdout", process.stdout), daemon=True),
        threading.Thread(target=pump, args=("stderr", process.stderr), daemon=True),
    ]
    for thread in threads:
        thread.start()
    try:
        while process.poll() is None:
            job.pause(_POLL_S, f"{Path(argv[0]).name} to end")
    finally:
        _end(process)
    for thread in threads[1:]:
        thread.join(_GRACE_S)  # a child left in the background may hold the output open
    parts = {name: "".join(t for n, t in taken if n == name) for name in ("stdout", "stderr")}
    return Ended(process.returncode, **parts, both="".join(text for _, text in taken))


def _end(process: subprocess.Popen[str]) -> None:
    """End a program that still runs, with everything it started."""
    for number in (signal.SIGTERM, signal.SIGKILL):
        if process.poll() is None:
            with contextlib.suppress(ProcessLookupError):
                os.killpg(process.pid, number)
            with contextlib.suppress(subprocess.TimeoutExpired):
                process.wait(_GRACE_S)
