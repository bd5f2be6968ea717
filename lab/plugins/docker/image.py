"""`docker:index/image:Image`: an image built from a folder and pushed to a registry."""

import os
import re
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from lab.plugins.docker import context, registry
from lab.plugins.docker.cli import answer, docker, find, logged_in
from lab.plugins.link import Job
from lab.plugins.resource import Failure, Field, Kind, PluginError
from lab.plugins.wire import UNKNOWN, Properties, has_unknown

_BUILDKIT = "BuilderBuildKit"
_DONE = ("args", "builderVersion", "context", "contextDigest", "dockerfile", "platform", "target")


@dataclass(frozen=True, kw_only=True)
class Image(Kind):
    """An image; its inputs carry a digest of the context, so that a changed file is a change."""

    def complete(self, name: str, seed: bytes, olds: Properties, news: Properties) -> Properties:
        """Add the context's digest."""
        inputs = super().complete(name, seed, olds, news)
        build = inputs.get("build", {})
        if build is UNKNOWN or has_unknown([build.get("context"), build.get("dockerfile")]):
            return inputs
        return inputs | {"build": build | {"contextDigest": context.digest(*_paths(build))}}

    def refusals(self, inputs: Properties) -> list[Failure]:
        """Refuse what would silently not be done."""
        build = inputs.get("build", {})
        if build is UNKNOWN:
            return []
        failures = [
            (
                f"build.{key}",
                f"the lab's stand-in does not do build.{key}; it does: {', '.join(_DONE)}",
            )
            for key in build
            if key not in _DONE
        ]
        if build.get("builderVersion", _BUILDKIT) != _BUILDKIT:
            failures.append(("build.builderVersion", f"the lab's stand-in does only {_BUILDKIT}"))
        return failures

    def create(self, job: Job, inputs: Properties) -> tuple[str, Properties]:
        """Build and push; the id is the image's digest."""
        state = self._make(job, inputs)
        return state["repoDigest"].rpartition("@")[2], state

    def read(
        self, job: Job, resource_id: str, state: Properties, inputs: Properties
    ) -> Properties | None:
        """Return the state as it was, if the registry (or this machine) still has the image."""
        del job, resource_id
        if state.get("skipPush"):
            digest = state["repoDigest"].rpartition("@")[2]
            return state if answer(find()[0], "image", "inspect", digest) else None
        login = inputs.get("registry", {})
        name, password = login.get("username", ""), login.get("password", "")
        return None if registry.is_gone(state["repoDigest"], name, password) else state

    def update(
        self,
        job: Job,
        resource_id: str,
        state: Properties,
        changed: Sequence[Field],
        inputs: Properties,
    ) -> Properties:
        """Build and push anew, if anything that makes the image changed."""
        del resource_id
        return self._make(job, inputs) if changed else state

    def delete(self, job: Job, resource_id: str, state: Properties) -> None:
        """Leave the image where it is, as the official plugin does: others may use it by digest."""

    def _make(self, job: Job, inputs: Properties) -> Properties:
        name, build = inputs["imageName"], inputs["build"]
        folder, dockerfile = _paths(build)
        arguments, secret = _build_arguments(build.get("args", {}))
        for flag in ("platform", "target"):
            arguments += [f"--{flag}", build[flag]] if build.get(flag) else []
        if find()[1]:
            arguments += [
                "--provenance=false",
                "--load",
            ]  # one manifest, whose digest is the image's
        job.say(f"building {name}")
        docker(
            job,
            *("build", "--progress=plain", "--tag", name, "--file", str(dockerfile), *arguments),
            str(folder),
            env=secret,
        )
        digest = _inspect(job, name) if inputs.get("skipPush") else _push(job, inputs)
        base = re.sub(r":[^/:]+$", "", name)
        known = {
            "baseImageName": base,
            "build": build,
            "context": build.get("context", "."),
            "dockerfile": build.get("dockerfile", "Dockerfile"),
            "imageName": name,
            "platform": build.get("platform"),
            "registryServer": inputs.get("registry", {}).get("server", ""),
            "repoDigest": f"{base}@{digest}",
            "skipPush": inputs.get("skipPush"),
        }
        return {key: value for key, value in known.items() if value is not None}


def _paths(build: Properties) -> tuple[Path, Path]:
    folder = Path(str(build.get("context", ".")))
    return folder, Path(
        str(build["dockerfile"])
    ) if "dockerfile" in build else folder / "Dockerfile"


def _build_arguments(args: dict[str, Any]) -> tuple[list[str], dict[str, str]]:
    """Return the flags and the environment: a value in an environment is in no list of processes.

    A name the command line itself would heed has its value in the flag after all.
    """
    flags: list[str] = []
    env: dict[str, str] = {}
    for key, value in args.items():
        heeded = key in os.environ or key.startswith(("DOCKER_", "BUILD"))
        flags += ["--build-arg", f"{key}={value}" if heeded else key]
        env |= {} if heeded else {key: str(value)}
    return flags, env


def _inspect(job: Job, name: str) -> str:
    return docker(job, "image", "inspect", "--format", "{{.Id}}", name).stdout.strip()


def _push(job: Job, inputs: Properties) -> str:
    name, login = inputs["imageName"], inputs.get("registry", {})
    job.say(f"pushing {name}")
    account = (login.get(key, "") for key in ("server", "username", "password"))
    with logged_in(job, *account) as env:
        pushed = docker(job, "push", name, env=env)
    found = re.search(r"digest: (sha256:[0-9a-f]{64})", pushed.stdout)
    if not found:
        raise PluginError(f"docker push {name} told no digest:\n{pushed.both}")
    return found[1]


IMAGE = Image(
    typ="docker:index/image:Image",
    fields=[
        Field(name="build"),
        Field(name="imageName"),
        Field(name="registry", silent=True),  # a new token to log in with makes no new image
        Field(name="skipPush", default=False),
        Field(name="buildOnPreview", default=False, silent=True),
    ],
    outputs=["baseImageName", "context", "dockerfile", "registryServer", "repoDigest"],
    volatile=["repoDigest"],
)
