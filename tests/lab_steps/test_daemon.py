"""Background programs: ended by pid, never somebody else's process."""

import os
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from lab.daemon import Daemon
from lab.place import Place
from lab.step import StepError


@pytest.fixture
def daemon(tmp_path: Path) -> Iterator[Daemon]:
    daemon = Daemon(Place(tmp_path), "sleeper")
    yield daemon
    daemon.stop()


def test_starts_is_known_and_stops(daemon: Daemon) -> None:
    daemon.start(["sleep", "60"])
    pid = daemon.pid()
    assert pid
    assert os.getsid(pid) == pid  # Ctrl-C in the terminal does not reach it
    assert daemon.stop()
    assert daemon.pid() is None
    assert not daemon.stop()


def test_a_pid_used_anew_is_not_ours(daemon: Daemon) -> None:
    stranger = subprocess.Popen(["sleep", "60"])
    try:
        daemon.place.run.mkdir(parents=True)
        (daemon.place.run / "sleeper.pid").write_text(f"{stranger.pid} 1\n")
        assert daemon.pid() is None
        assert not daemon.stop()
        assert stranger.poll() is None
    finally:
        stranger.kill()
        stranger.wait()


def test_one_that_ends_at_once_is_reported_with_its_log(daemon: Daemon) -> None:
    daemon.start(["sh", "-c", "echo no such option; exit 3"])
    with pytest.raises(StepError, match="ended at once") as caught:
        daemon.wait(lambda: False, seconds=30, remedy="see the log")
    assert caught.value.log
    assert "no such option" in caught.value.log.read_text()


def test_one_that_never_answers_is_reported(daemon: Daemon) -> None:
    daemon.start(["sleep", "60"])
    with pytest.raises(StepError, match="did not answer within"):
        daemon.wait(lambda: False, seconds=0.3, remedy="see the log")
