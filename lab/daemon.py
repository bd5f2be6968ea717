"""Background programs of the lab: started once, known by pid file, ended by pid."""

import os
import signal
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from lab.files import replace
from lab.place import Place
from lab.step import StepError

STOP_S = 180.0  # a node may take its stop grace before its host is down


@dataclass(frozen=True)
class Daemon:
    """One background program; pid and start time in its file, so a reused pid is never ours."""

    place: Place
    name: str

    @property
    def log(self) -> Path:
        """What it prints."""
        return self.place.log / f"{self.name}.log"

    @property
    def _pid_file(self) -> Path:
        return self.place.run / f"{self.name}.pid"

    def pid(self) -> int | None:
        """Return the pid while the program we started runs."""
        if not self._pid_file.exists():
            return None
        pid, _, started = self._pid_file.read_text().strip().partition(" ")
        return int(pid) if _start_time(int(pid)) == started else None

    def start(self, command: Sequence[str | Path], *, env: Mapping[str, str] | None = None) -> None:
        """Start in a session of its own, so that Ctrl-C in the terminal does not end it."""
        self.log.parent.mkdir(parents=True, exist_ok=True)
        words = [str(word) for word in command]
        # Not subprocess: it outlives this program, which never waits for it.
        pid = os.posix_spawnp(
            words[0],
            words,
            {**os.environ, **(env or {})},
            file_actions=[
                (os.POSIX_SPAWN_OPEN, 0, os.devnull, os.O_RDONLY, 0),
                (os.POSIX_SPAWN_OPEN, 1, self.log, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o644),
                (os.POSIX_SPAWN_DUP2, 1, 2),
            ],
            setsid=True,
        )
        replace(self._pid_file, f"{pid} {_start_time(pid)}\n")

    def wait(self, ready: Callable[[], bool], *, seconds: float, remedy: str) -> None:
        """Wait until it answers.

        Raises:
            StepError: it ended, or did not answer in time.
        """
        deadline = time.monotonic() + seconds
        while not ready():
            if self.pid() is None:
                raise StepError(f"{self.name} ended at once", remedy=remedy, log=self.log)
            if time.monotonic() > deadline:
                problem = f"{self.name} did not answer within {seconds:.0f} s"
                raise StepError(problem, remedy=remedy, log=self.log)
            time.sleep(0.2)

    def stop(self) -> bool:
        """End it with SIGTERM and wait; False when it was not running.

        Raises:
            StepError: it is still there after `STOP_S`.
        """
        pid = self.pid()
        if pid is None:
            self._pid_file.unlink(missing_ok=True)
            return False
        os.kill(pid, signal.SIGTERM)
        deadline = time.monotonic() + STOP_S
        while self.pid() is not None:
            if time.monotonic() > deadline:
                problem = f"{self.name} (pid {pid}) ignores SIGTERM since {STOP_S:.0f} s"
                raise StepError(problem, remedy=f"see its log; kill {pid}", log=self.log)
            time.sleep(0.1)
        self._pid_file.unlink(missing_ok=True)
        return True


def _start_time(pid: int) -> str | None:
    """Return the kernel's start time of a living process (proc(5), stat field 22)."""
    try:
        fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    except (FileNotFoundError, ProcessLookupError):
        return None
    state, started = fields[0], fields[19]
    return None if state == "Z" else started
