"""The local AWS: its own environment, its process, its answer."""

import urllib.request

from lab.daemon import Daemon
from lab.place import Place
from lab.step import run
from lab.steps.cli import uv_program


def ensure(place: Place, *, host_image: str, vault_image: str) -> str:
    """Start the local AWS unless it runs; say where it answers."""
    daemon = Daemon(place, "aws")
    if daemon.pid():
        return f"answers at {place.endpoint} already"
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
            "LAB_DIR": str(place.directory),
            "LAB_PORT": str(place.port),
            "LAB_HOST_IMAGE": host_image,
            "LAB_VAULT_IMAGE": vault_image,
        },
    )
    daemon.wait(
        lambda: _healthy(place),
        seconds=180,
        remedy="see its log; another program on its port? remove .lab/port and `make up` again",
    )
    return f"answers at {place.endpoint}"


def stop(place: Place) -> bool:
    """End it; its hosts stop, their volumes and all state stay."""
    return Daemon(place, "aws").stop()


def _healthy(place: Place) -> bool:
    try:
        urllib.request.urlopen(f"{place.endpoint}/_ministack/health", timeout=2).close()  # noqa: S310
    except OSError:
        return False
    return True
