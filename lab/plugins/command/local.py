"""`command:local:Command`: a program that runs here when a resource comes, changes and goes."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from lab.plugins.forms import exactly
from lab.plugins.link import Job
from lab.plugins.resource import Field, Kind, PluginError
from lab.plugins.run import run
from lab.plugins.wire import Asset, Properties

_SHELL = ("/bin/sh", "-c")
_SHOWN = {
    "stdout": ("stdout",),
    "stderr": ("stderr",),
    "stdoutAndStderr": ("stdout", "stderr"),
    "none": (),
}


@dataclass(frozen=True, kw_only=True)
class Command(Kind):
    """A command and what it wrote when it last ran."""

    def create(self, job: Job, inputs: Properties) -> tuple[str, Properties]:
        """Run `create`; without one there is nothing to run."""
        state = self._run(job, inputs.get("create"), inputs, {})
        return f"{job.urn.rpartition('::')[2]}", state

    def read(self, job: Job, resource_id: str, state: Properties, inputs: Properties) -> Properties:
        """Return what is known: nothing can be asked of a command that ran."""
        del job, resource_id, inputs
        return state

    def update(
        self,
        job: Job,
        resource_id: str,
        state: Properties,
        changed: Sequence[Field],
        inputs: Properties,
    ) -> Properties:
        """Run `update`, or `create` where there is none, if anything changed."""
        del resource_id
        if not changed:
            return state
        return self._run(job, inputs.get("update") or inputs.get("create"), inputs, state)

    def delete(self, job: Job, resource_id: str, state: Properties) -> None:
        """Run `delete`, if there is one."""
        del resource_id
        self._run(job, state.get("delete"), state, state)

    def _run(
        self, job: Job, command: str | None, inputs: Properties, before: Properties
    ) -> Properties:
        known = {f.name: inputs[f.name] for f in self.fields if f.name in inputs}
        if command is None:
            return known | {"stdout": "", "stderr": ""}
        shown = _SHOWN[inputs.get("logging", "stdoutAndStderr")]
        env = dict(inputs.get("environment", {}))
        if before and inputs.get("addPreviousOutputInEnv", True):
            env |= {f"PULUMI_COMMAND_{k.upper()}": before.get(k, "") for k in ("stdout", "stderr")}
        ended = run(
            job,
            [*(inputs.get("interpreter") or _SHELL), command],
            lambda name, text: job.say(text, passing=False) if name in shown else None,
            env={key: str(value) for key, value in env.items()},
            directory=inputs.get("dir"),
            stdin=inputs.get("stdin", ""),
        )
        if ended.code:
            # The command itself is not told: it may hold a secret.
            raise PluginError(f"the command ended with exit status {ended.code}:\n{ended.both}")
        assets = _assets(inputs.get("dir") or ".", inputs.get("assetPaths", ()))
        written = {"stdout": ended.stdout.rstrip("\n"), "stderr": ended.stderr.rstrip("\n")}
        return known | written | ({"assets": assets} if assets else {})


def _assets(directory: str, patterns: Sequence[str]) -> dict[str, Asset]:
    """Return the files the patterns name; `!` takes some out again."""
    found: dict[str, Asset] = {}
    for pattern in patterns:
        for path in Path(directory).glob(pattern.removeprefix("!")):
            name = path.relative_to(directory).as_posix()
            if pattern.startswith("!"):
                found.pop(name, None)
            elif path.is_file():
                found[name] = Asset(path=str(path))
    return found


COMMAND = Command(
    typ="command:local:Command",
    fields=[
        Field(name="create"),
        Field(name="update"),
        Field(name="delete"),
        Field(name="dir"),
        Field(name="interpreter"),
        Field(name="environment", same=exactly),
        Field(name="stdin"),
        Field(name="logging"),
        Field(name="addPreviousOutputInEnv"),
        Field(name="assetPaths"),
        Field(name="triggers", replace=True),
    ],
    outputs=["stdout", "stderr"],
    volatile=["stdout", "stderr"],
)
