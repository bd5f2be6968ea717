"""A stack under test: the CLI's commands, its outputs, its node's RPC."""

import base64
import json
import shutil
import subprocess
import time
import urllib.request
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any, TypeVar

import boto3
from botocore.exceptions import ClientError

from ops import remote

T = TypeVar("T")
ROOT = Path(__file__).resolve().parent.parent.parent
# A regtest address nobody needs the key of: tests only count blocks.
MINER = "bcrt1qw508d6qejxtdg4y5r3zarvary0c5xw7kygt080"


def eventually(probe: Callable[[], T], *, seconds: float = 120) -> T:
    """Return the probe's first true answer; in the end fail with what it raised last."""
    deadline = time.monotonic() + seconds
    while True:
        problem: Exception | None = None
        try:
            if answer := probe():
                return answer
        except (OSError, ValueError, LookupError, ClientError) as error:
            problem = error
        if time.monotonic() > deadline:
            raise AssertionError(f"not within {seconds} s: {problem!r}")
        time.sleep(0.5)


@dataclass
class Deployment:
    """One stack in the lab."""

    stack: str
    environment: Mapping[str, str]
    config_file: Path
    """A copy of the stack's file, as the CLI writes into it."""

    def pulumi(self, *words: str, check: bool = True) -> subprocess.CompletedProcess[str]:
        """Run a command of the CLI on this stack."""
        options = ["--stack", self.stack]
        if words[0] in {"up", "preview", "refresh", "destroy"}:
            options += ["--config-file", str(self.config_file)]
        done = subprocess.run(
            ["pulumi", *words, *options, "--non-interactive"],
            cwd=ROOT,
            env=dict(self.environment),
            capture_output=True,
            text=True,
            check=False,
        )
        if check:
            assert done.returncode == 0, done.stdout + done.stderr
        return done

    def up(self) -> str:
        """Deploy; return what the CLI printed."""
        return self.pulumi("up", "--yes", "--skip-preview").stdout

    def remove(self) -> None:
        """Destroy it and forget it; the stack's file in the project stays."""
        self.pulumi("destroy", "--yes", "--skip-preview")
        self.pulumi("stack", "rm", "--yes", "--preserve-config")

    def changes(self, command: str = "preview") -> dict[str, int]:
        """Return what a preview would do, by kind of operation; `same` left out."""
        summary = json.loads(self.pulumi(command, "--json").stdout)["changeSummary"]
        return {kind: count for kind, count in summary.items() if kind != "same"}

    @cached_property
    def outputs(self) -> dict[str, Any]:
        """The stack's outputs."""
        found: dict[str, Any] = json.loads(self.pulumi("stack", "output", "--json").stdout)
        return found

    def state(self) -> str:
        """Return the whole state as the backend holds it."""
        return self.pulumi("stack", "export").stdout

    @cached_property
    def aws(self) -> boto3.Session:
        """A session in the stack's region; the endpoint comes from the environment."""
        return boto3.Session(region_name="eu-central-1")

    def secret(self, user: str) -> dict[str, str]:
        """Return an RPC user's name and password."""
        arn = self.outputs["rpc_secret_arns"][user]
        value = self.aws.client("secretsmanager").get_secret_value(SecretId=arn)["SecretString"]
        found: dict[str, str] = json.loads(value)
        return found

    def rpc(self, method: str, *parameters: object) -> Any:
        """Call the node behind the endpoint as the stack's caller."""
        caller = self.secret("caller")
        token = base64.b64encode(f"{caller['username']}:{caller['password']}".encode()).decode()
        request = urllib.request.Request(
            f"http://{self.outputs['endpoint']}/",
            json.dumps({"id": 1, "method": method, "params": parameters}).encode(),
            {"Authorization": f"Basic {token}", "Content-Type": "application/json"},
        )
        with urllib.request.urlopen(request, timeout=30) as answer:
            return json.loads(answer.read())["result"]

    def height(self) -> int:
        """Return the height, once the endpoint serves the node."""
        return int(eventually(lambda: self.rpc("getblockchaininfo"))["blocks"])

    def mine(self, blocks: int) -> int:
        """Mine; return the height after.

        Until a target is known to be healthy a load balancer fails open: a standby may refuse.
        """
        eventually(lambda: self.rpc("generatetoaddress", blocks, MINER))
        return self.height()

    def status(self) -> tuple[int, dict[str, Any]]:
        """Return `nodekeep status`: exit code and nodes."""
        done = subprocess.run(
            [ROOT / ".venv" / "bin" / "nodekeep", "status", "--stack", self.stack, "--json"],
            cwd=ROOT,
            env=dict(self.environment),
            capture_output=True,
            text=True,
            check=False,
        )
        return done.returncode, json.loads(done.stdout)["nodes"] if done.stdout else {}

    def on_host(self, host: str, command: str) -> str:
        """Run a command on a host over SSM and return what it printed."""
        return remote.run(self.aws, self.outputs["hosts"][host], command, timeout_s=180)


def deployment(
    stack: str, environment: Mapping[str, str], source: Path, scratch: Path
) -> Deployment:
    """Return a stack with a copy of its file from a directory; nothing is deployed yet."""
    return Deployment(
        stack, environment, Path(shutil.copy(source / f"Pulumi.{stack}.yaml", scratch))
    )
