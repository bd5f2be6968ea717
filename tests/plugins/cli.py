"""The Pulumi command line, as the tests drive it."""

import json
import os
import shutil
import subprocess
from collections.abc import Mapping
from pathlib import Path
from typing import Any

PROGRAMS = Path(__file__).parent


class Stack:
    """A stack of a program, in a folder and a backend of its own."""

    def __init__(self, folder: Path, program: str | None = None) -> None:
        self.folder = folder / "program"
        self._env = {
            **os.environ,
            "PULUMI_BACKEND_URL": f"file://{folder}",
            "PULUMI_CONFIG_PASSPHRASE": "passphrase",
            "PULUMI_SKIP_UPDATE_CHECK": "1",
        }
        shutil.copytree(PROGRAMS / "program", self.folder)
        if program is not None:
            (self.folder / "__main__.py").write_text(program)
        self.run("stack", "init", "test")
        self.set("aws:region", "eu-central-1")

    def start(self, *arguments: str) -> subprocess.Popen[str]:
        """Start a command."""
        return subprocess.Popen(
            ["pulumi", *arguments, "--non-interactive"],
            cwd=self.folder,
            env=self._env,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )

    def run(self, *arguments: str, fails: bool = False) -> str:
        """Run a command to its end and return what it says."""
        with self.start(*arguments) as process:
            said, _ = process.communicate()
        assert (process.returncode != 0) == fails, said
        return said

    def set(self, key: str, value: str, *flags: str) -> None:
        """Set a configuration value."""
        self.run("config", "set", key, value, *flags)

    def up(self, *, fails: bool = False) -> str:
        """Make it so."""
        return self.run("up", "--yes", "--skip-preview", fails=fails)

    def steps(self) -> dict[str, str]:
        """Return what a preview would do, by type and name."""
        told = json.loads(self.run("preview", "--json"))
        return {
            f"{_type(step['urn'])} {step['urn'].rpartition('::')[2]}": step["op"]
            for step in told["steps"]
            if step["op"] != "same"
        }

    def state(self) -> list[Mapping[str, Any]]:
        """Return the resources of the state."""
        told: Mapping[str, Any] = json.loads(self.run("stack", "export"))
        resources: list[Mapping[str, Any]] = told["deployment"].get("resources", [])
        return resources

    def find(self, kind: str, name: str) -> Mapping[str, Any]:
        """Return a resource of the state."""
        [found] = [r for r in self.state() if r["urn"].endswith(f":{kind}::{name}")]
        return found

    def destroy(self) -> None:
        """Leave nothing."""
        self.run("destroy", "--yes", "--skip-preview")


def _type(urn: str) -> str:
    return urn.split("::")[2].rpartition("$")[2].rpartition(":")[2]
