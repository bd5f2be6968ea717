"""Building and running the coins' images with the docker command line."""

import json
import os
import re
import shutil
import subprocess
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Any

from tests.docker.coins import DOCKER, coin_of

HARDENED = ("--read-only", "--cap-drop=ALL", "--security-opt=no-new-privileges")


def run(*arguments: str, check: bool = True) -> "subprocess.CompletedProcess[str]":
    """A docker command, with what it said in the error."""
    environment = {**os.environ, "DOCKER_BUILDKIT": "1"}
    done = subprocess.run(
        [client(), *arguments], env=environment, check=False, capture_output=True, text=True
    )
    if check and done.returncode:
        raise AssertionError(
            f"docker {' '.join(arguments)}\n{done.stdout[-4000:]}{done.stderr[-4000:]}"
        )
    return done


@cache
def client() -> str:
    """A docker client that can build with BuildKit: before 23 by itself, since by its plugin."""
    for folder in os.environ["PATH"].split(":"):
        found = shutil.which("docker", path=folder)
        if found is None:
            continue
        version = subprocess.run([found, "--version"], check=True, capture_output=True, text=True)
        major = re.search(r"version (\d+)", version.stdout)
        assert major is not None
        plugin = subprocess.run([found, "buildx", "version"], check=False, capture_output=True)
        if int(major[1]) < 23 or plugin.returncode == 0:
            return found
    raise AssertionError("no docker client with BuildKit on PATH: install docker-buildx")


def build(
    name: str,
    platform: str,
    *,
    source: str | None = None,
    builder: str | None = None,
    context: Path = DOCKER,
    overrides: Mapping[str, str] = {},
) -> str:
    """The coin's image for one platform; answers its id."""
    coin = coin_of(name)
    source = source or os.environ.get("NODEKEEP_IMAGE_SOURCE") or coin["default_source"]
    builder = builder or os.environ.get("NODEKEEP_IMAGE_BUILDER")
    arguments = {"SOURCE": source, **coin["sources"][source]["build_args"], **overrides}
    if builder:
        arguments["BUILDER"] = builder
    tag = f"nodekeep-test/{name}:{source}-{platform.removeprefix('linux/')}"
    run(
        *("build", "--platform", platform, "--tag", tag),
        *("--file", str(context / name / "Dockerfile")),
        *(f"--build-arg={key}={value}" for key, value in arguments.items()),
        str(context),
    )
    return tag


def inspect(thing: str) -> dict[str, Any]:
    """What docker knows of an image or container."""
    found: dict[str, Any] = json.loads(run("inspect", thing).stdout)[0]
    return found
