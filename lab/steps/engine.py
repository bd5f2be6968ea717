"""A Docker engine: the one that runs, or Debian's package, started if nothing starts it."""

import os
import shutil
import subprocess
from pathlib import Path

from lab.daemon import Daemon
from lab.place import Place
from lab.step import StepError, run
from lab.steps import packages

REMEDY = "start a Docker engine by hand and see that `docker info` works, then `make up` again"


def ensure(place: Place) -> str:
    """Have an engine that answers; say where it comes from.

    Raises:
        StepError: none could be installed or started, or this user may not use it.
    """
    if _answers():
        return "engine runs already"
    if not shutil.which("dockerd"):
        packages.install(place, ["docker.io"])
    if _answers():
        return "engine from the distribution's package"
    if os.access("/var/run/docker.sock", os.F_OK) and not os.access(
        "/var/run/docker.sock", os.W_OK
    ):
        raise StepError(
            "the engine's socket is there, but this user may not use it",
            remedy="run as root, or `usermod -aG docker $USER` and log in again",
        )
    if Path("/run/systemd/system").exists():
        start = [*packages.privileged("systemctl start docker"), "systemctl", "start", "docker"]
        run(start, log=place.log / "dockerd.log", remedy=REMEDY)
        return "engine started by systemd"
    if os.geteuid() != 0:
        raise StepError("no engine runs, and no systemd to start one", remedy=REMEDY)
    daemon = Daemon(place, "dockerd")
    daemon.start(["dockerd"])
    daemon.wait(_answers, seconds=60, remedy=REMEDY)
    return "engine started by the lab (no systemd here); `make down` ends it"


def stop(place: Place) -> bool:
    """End the engine if the lab started it."""
    return Daemon(place, "dockerd").stop()


def _answers() -> bool:
    if not shutil.which("docker"):
        return False
    asked = subprocess.run(["docker", "info"], capture_output=True, check=False)
    return asked.returncode == 0
