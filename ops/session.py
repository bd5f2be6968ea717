"""Where a command goes: the account of the environment, or this project's lab."""

import os
import sys
from pathlib import Path

import boto3
import yaml

from lab import environment
from lab.place import Place

POINTERS = ("AWS_ENDPOINT_URL", "AWS_PROFILE", "AWS_ACCESS_KEY_ID", "PULUMI_BACKEND_URL")


class OperatorError(Exception):
    """What cannot be done, and what to do about it; ends a command with exit 2."""


def enter_lab(place: Place) -> None:
    """Take `.lab/env` when the environment points nowhere and the lab is there; say so."""
    if any(name in os.environ for name in POINTERS):
        return
    if (place.directory / "env").exists():
        os.environ.update(environment.read(place))
        print("nodekeep: no AWS account in the environment: asking the lab", file=sys.stderr)


def session(root: Path, stack: str) -> boto3.Session:
    """Return a session in the stack's region.

    Raises:
        OperatorError: no such stack file, or it names no region.
    """
    file = root / "stacks" / f"Pulumi.{stack}.yaml"
    if not file.exists():
        there = [path.stem.removeprefix("Pulumi.") for path in file.parent.glob("Pulumi.*.yaml")]
        raise OperatorError(
            f"--stack {stack}: no {file.name} in stacks/; there are {sorted(there)}"
        )
    config = (yaml.safe_load(file.read_text()) or {}).get("config", {})
    region = config.get("aws:region")
    if not isinstance(region, str):
        raise OperatorError(f"{file.name}: aws:region is {region!r}; set it, as in eu-central-1")
    return boto3.Session(region_name=region)
