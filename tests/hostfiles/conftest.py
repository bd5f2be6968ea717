"""A host made of temporary directories."""

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from tests.hostfiles import fake

HOSTFILES = Path(__file__).parents[2] / "components/hostfiles"
VOLUME = "vol-0123456789abcdef0"
ME = "i-0aaaaaaaaaaaaaaaa"
OTHER = "i-0bbbbbbbbbbbbbbbb"
REGION = "eu-central-1"


def arn(service: str, name: str) -> str:
    return f"arn:aws:{service}:{REGION}:000000000000:{name}"


def manifest() -> dict[str, Any]:
    """Return a manifest as the program writes it."""
    info = "getblockchaininfo"
    return {
        "version": 1,
        "image": "127.0.0.1:4566/coin/bitcoin@sha256:" + "1" * 64,
        "arguments": ["-txindex", "-uacomment=a b'c"],
        "environment": {"CHAIN": "regtest"},
        "hostfiles": {"bucket": "hostfiles", "key": "hostfiles/1.tar.gz", "sha256": "2" * 64},
        "volume": {"id": VOLUME, "blank": True},
        "ports": {"rpc": 18443, "p2p": 18444, "health": 9150},
        "stop": {"signal": "SIGTERM", "grace_s": 600},
        "uid": 10001,
        "data_path": "/data",
        "daemon": "bitcoind",
        "cli": "bitcoin-cli",
        "readiness": {
            "blocks": {"method": info, "field": "blocks"},
            "headers": {"method": info, "field": "headers"},
            "ibd": {"method": info, "field": "initialblockdownload"},
            "tip_time": {"method": info, "field": "time"},
            "peers": {"method": "getconnectioncount"},
        },
        "ready": {"ibd": "require", "peers_min": 2, "tip_age_max_s": 7200, "behind_max": 2},
        "rpc_users": {
            "exporter": {"secret": arn("secretsmanager", "secret:exporter"), "methods": [info]},
            "caller": {"secret": arn("secretsmanager", "secret:caller"), "methods": []},
        },
        "target_groups": [arn("elasticloadbalancing", "targetgroup/a/1")],
    }


class Host:
    """A host's directories, and the commands that its scripts find."""

    def __init__(self, root: Path) -> None:
        self.run_directory, self.state, self.mount = root / "run", root / "state", root / "mnt"
        self.bin, self.disks = root / "bin", root / "by-id"
        for directory in (self.run_directory, self.state, self.mount, self.bin, self.disks):
            directory.mkdir()
        for name in ("aws", "docker"):
            self.fake(name)
        self.script("sleep", "exit")
        # Not a symbolic link: this interpreter finds its packages by its own path.
        self.script("python3", f'exec {sys.executable} "$@"')
        self.environment = {
            "AWS_DEFAULT_REGION": REGION,
            "NODEKEEP_DISKS": str(self.disks),
            "NODEKEEP_MOUNT": str(self.mount),
            "NODEKEEP_PARAMETERS": "/nodekeep/bitcoin-test/a",
            "NODEKEEP_PLATFORM": "linux/amd64",
            "PATH": f"{self.bin}:{os.environ['PATH']}",
            "RUNTIME_DIRECTORY": str(self.run_directory),
            "STATE_DIRECTORY": str(self.state),
        }
        facts = {"instance_id": ME, "vpc_cidrs": "10.20.0.0/16"}
        (self.run_directory / "facts.json").write_text(json.dumps(facts))
        self.put(manifest())

    def fake(self, name: str) -> None:
        """Put a command that answers as told in front of the real one."""
        script = self.bin / name
        script.write_text(f"#!{sys.executable} -SE\n{Path(fake.__file__).read_text()}")
        script.chmod(0o755)

    def script(self, name: str, line: str) -> None:
        """Put a shell script of one line in front of the real command."""
        script = self.bin / name
        script.write_text(f"#!/bin/sh\n{line}\n")
        script.chmod(0o755)

    def tell(self, name: str, operation: str, *answers: Any) -> None:
        """Set answers: text is output; an exception's name is AWS refusing with that code."""
        path = self.bin / f"{name}.answers.json"
        known = json.loads(path.read_text()) if path.exists() else {}
        known[operation] = [_answer(operation, answer) for answer in answers]
        path.write_text(json.dumps(known))
        (self.bin / f"{name}.{operation.replace(' ', '_').replace('/', '_')}").unlink(
            missing_ok=True
        )

    def put(self, document: Any) -> None:
        """Make this the manifest in SSM."""
        text = document if isinstance(document, str) else json.dumps(document)
        self.tell("aws", "ssm get-parameter", json.dumps({"Parameter": {"Value": text}}))

    def run(self, script: str, *arguments: str, **more: str) -> subprocess.CompletedProcess[str]:
        """Run a script of the hostfiles, or `python:MODULE`."""
        command = [str(HOSTFILES / script)]
        if script.startswith("python:"):
            command = [sys.executable, "-B", "-m", f"nodekeep_host.{script[7:]}"]
        return subprocess.run(
            [*command, *arguments],
            cwd=HOSTFILES,
            env=self.environment | more,
            capture_output=True,
            text=True,
            check=False,
            timeout=120,
        )

    def calls(self, name: str = "aws") -> list[dict[str, Any]]:
        """Return how a command was called, in order."""
        path = self.bin / "calls.jsonl"
        lines = path.read_text().splitlines() if path.exists() else []
        return [call for call in map(json.loads, lines) if call["name"] == name]

    def asked(self, word: str, name: str = "aws") -> list[list[str]]:
        """Return the arguments of each call that has this word."""
        return [call["argv"] for call in self.calls(name) if word in call["argv"]]


def _answer(operation: str, answer: Any) -> tuple[int, str, str]:
    if isinstance(answer, Refused):
        text = f"\nAn error occurred ({answer}) when calling the {operation} operation: no\n"
        return 254, "", text
    if isinstance(answer, int):
        return answer, "", ""
    return 0, answer if isinstance(answer, str) else json.dumps(answer), ""


class Refused(str):
    """AWS's code of a refusal."""

    __slots__ = ()


@pytest.fixture
def host(tmp_path: Path) -> Host:
    return Host(tmp_path)
