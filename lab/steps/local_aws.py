"""The local AWS: its own environment, its process, its answer."""

import socket
import urllib.request

from lab.daemon import Daemon
from lab.place import Place
from lab.step import StepError, run
from lab.steps.cli import uv_program


def ensure(place: Place, *, host_image: str, vault_image: str) -> str:
    """Start the local AWS unless it runs; say where it answers."""
    daemon = Daemon(place, "aws")
    if daemon.pid():
        _wait(place, daemon)  # the run that started it may have been cut off
        return f"answers at {place.endpoint} already"
    if _is_taken(place.port):
        raise StepError(
            f"another program listens on port {place.port}",
            remedy="end it; or, where no stack is up in this lab, remove .lab/port for another",
        )
    environment = place.directory / "venv-aws"
    run(
        [
            uv_program(place),
            "sync",
            "--frozen",
            "--no-install-project",
            "--project",
            place.root / "lab" / "aws",
        ],
        log=place.log / "aws-environment.log",
        remedy="see the log; `rm -rf .lab/venv-aws` and `make up` make it afresh",
        env={"UV_PROJECT_ENVIRONMENT": str(environment)},
    )
    daemon.start(
        [environment / "bin" / "python", "-m", "lab.aws"],
        env={
            "PYTHONPATH": str(place.root),
            "AUTH": "false",  # of the emulator; a shell may have it for something else
            "LAB_DIR": str(place.directory),
            "LAB_PORT": str(place.port),
            "LAB_HOST_IMAGE": host_image,
            "LAB_VAULT_IMAGE": vault_image,
        },
    )
    _wait(place, daemon)
    return f"answers at {place.endpoint}"


def runs(place: Place) -> bool:
    """Tell whether it was started and has not ended."""
    return Daemon(place, "aws").pid() is not None


def stop(place: Place) -> bool:
    """End it; its hosts stop, their volumes and all state stay."""
    return Daemon(place, "aws").stop()


def _wait(place: Place, daemon: Daemon) -> None:
    daemon.wait(lambda: _healthy(place), seconds=180, remedy="see its log, then `make up` again")


def _is_taken(port: int) -> bool:
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", port)) == 0


def _healthy(place: Place) -> bool:
    try:
        urllib.request.urlopen(f"{place.endpoint}/_ministack/health", timeout=2).close()  # noqa: S310
    except OSError:
        return False
    return True
