"""What was cut off is gone on with; what runs already is not started twice."""

import os
import signal
import socket
import subprocess
import sys
import threading
from pathlib import Path

import pytest

from lab import environment
from lab.daemon import Daemon
from lab.lock import alone
from lab.place import ROOT, Place
from lab.step import StepError
from lab.steps import cli, local_aws, plugins

PULUMI = """#!/bin/sh
trap 'sleep 0.6; echo saved > state; exit 9' INT
echo up
while :; do sleep 0.1; done
"""


@pytest.fixture
def place(tmp_path: Path) -> Place:
    place = Place(tmp_path)
    place.bin.mkdir(parents=True)
    return place


def test_one_make_waits_for_the_other(place: Place) -> None:
    done = threading.Event()

    def other() -> None:
        with alone(place):
            done.set()

    thread = threading.Thread(target=other)
    with alone(place):
        thread.start()
        assert not done.wait(0.3)
    assert done.wait(10)
    thread.join()


def test_an_interrupted_pulumi_ends_in_good_order(place: Place) -> None:
    (place.bin / "pulumi").write_text(PULUMI)
    (place.bin / "pulumi").chmod(0o755)
    environment.write(place, {})
    program = (
        "import sys\nfrom pathlib import Path\nfrom lab.place import Place\nfrom lab.stack import "
        "pulumi\npulumi(Place(Path(sys.argv[1])), 'up', remedy='again')"
    )
    with subprocess.Popen(
        [sys.executable, "-c", program, place.root],
        cwd=ROOT,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        start_new_session=True,
    ) as process:
        assert process.stdout is not None
        assert [process.stdout.readline() for _ in range(2)] == ["==> pulumi up\n", "up\n"]
        os.killpg(process.pid, signal.SIGINT)
        _, said = process.communicate(timeout=20)
    assert (place.root / "state").read_text() == "saved\n"
    assert process.returncode == 1
    assert "pulumi exited 9" in said
    assert "remedy:  again" in said


def test_a_local_aws_that_still_starts_is_waited_for(
    place: Place, monkeypatch: pytest.MonkeyPatch
) -> None:
    answers = iter([False, False, True])
    monkeypatch.setattr(local_aws, "_healthy", lambda _: next(answers))
    daemon = Daemon(place, "aws")
    daemon.start(["sleep", "60"])
    try:
        assert "already" in local_aws.ensure(place, host_image="host", vault_image="vault")
    finally:
        daemon.stop()
    assert not list(answers)


def test_another_program_on_the_port_is_not_taken_for_ours(place: Place) -> None:
    """It may be another clone's local AWS, which is as healthy as ours would be."""
    with socket.create_server(("127.0.0.1", 0)) as stranger:
        port = stranger.getsockname()[1]
        (place.directory / "port").write_text(f"{port}\n")
        with pytest.raises(StepError, match=f"another program listens on port {port}"):
            local_aws.ensure(place, host_image="host", vault_image="vault")


def test_a_plugin_that_was_cut_off_is_installed_anew(place: Place) -> None:
    home = place.directory / "home" / "plugins" / f"resource-aws-v{plugins.version('aws')}"
    home.mkdir(parents=True)
    assert plugins._installed(place, "aws")
    home.with_name(f"{home.name}.partial").touch()
    assert not plugins._installed(place, "aws")


@pytest.mark.parametrize("there", ["an older one", "a link to nothing"])
def test_a_command_line_of_another_version_makes_way(
    place: Place, monkeypatch: pytest.MonkeyPatch, tmp_path: Path, there: str
) -> None:
    programs = tmp_path / "programs"
    programs.mkdir()
    for name in ("pulumi", "pulumi-language-python"):
        (programs / name).write_text(f"#!/bin/sh\necho v{cli.VERSION}\n")
        (programs / name).chmod(0o755)
    if there == "an older one":
        (place.bin / "pulumi").write_text("#!/bin/sh\necho v1.0.0\n")
        (place.bin / "pulumi").chmod(0o755)
    else:
        (place.bin / "pulumi").symlink_to("/nowhere")
    monkeypatch.setenv("PATH", f"{programs}:{os.environ['PATH']}")
    assert "from PATH" in cli.ensure(place)
    assert (place.bin / "pulumi").resolve() == programs / "pulumi"
    assert "there already" in cli.ensure(place)


def test_a_file_is_never_seen_half_written(place: Place, monkeypatch: pytest.MonkeyPatch) -> None:
    """A passphrase that is empty would encrypt all the same."""

    def cut_off(*_: object) -> int:
        raise KeyboardInterrupt

    with monkeypatch.context() as cut:
        cut.setattr(Path, "write_text", cut_off)
        for write in (lambda: environment.write(place, {}), lambda: place.port):
            with pytest.raises(KeyboardInterrupt):
                write()
    environment.write(place, {})
    assert len((place.directory / "passphrase").read_text()) > 30
    assert place.port
