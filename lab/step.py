"""How a step of `make up` runs: said before, timed after, its failure with log and remedy."""

import os
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path

TICK_S = 15.0


class StepError(Exception):
    """A step that failed: what happened, where to read more, what to do."""

    def __init__(self, problem: str, *, remedy: str, log: Path | None = None) -> None:
        self.problem, self.remedy, self.log = problem, remedy, log
        super().__init__(problem)


def say(text: str) -> None:
    """Print one line of progress at once."""
    print(text, flush=True)


@contextmanager
def step(title: str) -> Iterator[Callable[[str], None]]:
    """Name a step, yield a way to say details, print its seconds; exit 1 with the remedy."""
    say(f"==> {title}")
    start = time.monotonic()
    try:
        yield lambda detail: say(f"    {detail}")
    except StepError as error:
        lines = [f"nodekeep lab: step failed: {title}", f"  problem: {error.problem}"]
        if error.log:
            lines += [f"  log:     {error.log}", *_tail(error.log)]
        sys.exit("\n".join([*lines, f"  remedy:  {error.remedy}"]))
    say(f"    done in {time.monotonic() - start:.1f} s")


def run(
    command: Sequence[str | Path],
    *,
    log: Path,
    remedy: str,
    env: Mapping[str, str] | None = None,
    cwd: Path | None = None,
) -> None:
    """Run a command into a log; a dot of life every 15 s.

    Raises:
        StepError: the command could not be started or failed.
    """
    log.parent.mkdir(parents=True, exist_ok=True)
    words = [str(word) for word in command]
    done = threading.Event()
    with log.open("a") as out, _ticker(done, words[0]):
        out.write(f"$ {' '.join(words)}\n")
        out.flush()
        try:
            code = subprocess.run(
                words,
                stdout=out,
                stderr=subprocess.STDOUT,
                stdin=subprocess.DEVNULL,
                env={**os.environ, **(env or {})},
                cwd=cwd,
                check=False,
            ).returncode
        except OSError as error:
            raise StepError(f"{words[0]}: {error}", remedy=remedy, log=log) from None
    if code:
        raise StepError(f"{' '.join(words[:4])} … exited {code}", remedy=remedy, log=log)


@contextmanager
def _ticker(done: threading.Event, what: str) -> Iterator[None]:
    start = time.monotonic()

    def tick() -> None:
        while not done.wait(TICK_S):
            say(f"    … {Path(what).name}, {time.monotonic() - start:.0f} s so far")

    thread = threading.Thread(target=tick, daemon=True)
    thread.start()
    try:
        yield
    finally:
        done.set()
        thread.join()


def _tail(log: Path, lines: int = 12) -> list[str]:
    if not log.exists():
        return []
    return [f"    | {line}" for line in log.read_text(errors="replace").splitlines()[-lines:]]
