"""A Docker command line that can build with BuildKit, and what it is asked to do here."""

import functools
import os
import re
import shutil
import subprocess
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

from lab.plugins.link import Job
from lab.plugins.resource import PluginError
from lab.plugins.run import Ended, run

_LAST_OWN_BUILDKIT = 22  # up to this major version the command line itself speaks to BuildKit
_TAIL = 40


@functools.cache
def find() -> tuple[str, bool]:
    """Return a Docker command line for BuildKit, and whether it has buildx."""
    found = [
        command
        for folder in dict.fromkeys(os.get_exec_path())
        if (command := shutil.which("docker", path=folder))
    ]
    for command in found:
        if answer(command, "buildx", "version") is not None:
            return command, True
    for command in found:
        major = re.search(r"version (\d+)\.", answer(command, "--version") or "")
        if major and int(major[1]) <= _LAST_OWN_BUILDKIT:
            return command, False
    raise PluginError(
        f"no Docker command line here can use BuildKit (found: {', '.join(found) or 'none'}): "
        "install the buildx plugin (Debian: docker-buildx)"
    )


def answer(*command: str) -> str | None:
    """Return what a command says, or None if it fails."""
    asked = subprocess.run(command, capture_output=True, text=True, check=False)
    return asked.stdout if asked.returncode == 0 else None


_STEP = re.compile(r"#\d+ (\[|\d+\.\d|ERROR)|\w+: (Pushed|digest)")


def docker(
    job: Job, *arguments: str, env: Mapping[str, str] | None = None, stdin: str = ""
) -> Ended:
    """Run the command line; steps are shown as progress, a failure shows the last lines."""
    command, buildx = find()
    flags = {} if buildx else {"DOCKER_BUILDKIT": "1"}
    ended = run(
        job,
        [command, *arguments],
        lambda _, text: job.say(text) if _STEP.match(text) else None,
        env={**flags, **(env or {})},
        stdin=stdin,
    )
    if ended.code:
        tail = "\n".join(ended.both.splitlines()[-_TAIL:])
        raise PluginError(f"docker {arguments[0]} failed (exit status {ended.code}):\n{tail}")
    return ended


@contextmanager
def logged_in(job: Job, server: str, username: str, password: str) -> Iterator[dict[str, str]]:
    """Log in to a registry apart from the user's own settings; yield the environment for that."""
    with tempfile.TemporaryDirectory(prefix="docker-config-") as folder:
        env = {"DOCKER_CONFIG": folder}
        if username:
            host = re.sub(r"^https?://", "", server).partition("/")[0]
            login = ("login", "--username", username, "--password-stdin", host)
            docker(job, *login, env=env, stdin=password)
        else:
            Path(folder, "config.json").write_text("{}")
        yield env
