"""The node's manifest: fetched at each start, checked, and handed to the shell.

`current` in SSM wins. When SSM cannot be reached, the copy on the data volume is what the data was
last used with; before the volume is there, the copy on the root disk names it.
"""

import json
import os
import shlex
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from . import aws, files, imds
from .checks import each, flag, integer, mapping, nullable, record, text

NAME = text(r"[a-z][a-z0-9-]{0,31}", "give a lower-case name of at most 32 characters")
METHOD = text(r"[A-Za-z_][A-Za-z0-9_.]*", "give the name of an RPC method")
PROGRAM = text(r"[A-Za-z0-9][A-Za-z0-9._-]*", "give the name of a program of the image")
ARN = text(r"arn:[^\s:]+:[^\s:]+:[^\s:]*:[^\s:]*:[^\s]+", "give an ARN")
DIGEST = text(r"[0-9a-f]{64}", "give 64 hexadecimal digits")
ANY = text(r"[^\0]*", "give text without a null character")
PORT = integer(1, 65535)
QUESTION = record({"method": METHOD}, {"field": ANY})

CHECK = record(
    {
        "version": integer(1, 1),
        "image": text(r"[^\s@/]+/[^\s@]+@sha256:[0-9a-f]{64}", "refer to the image by its digest"),
        "arguments": each(ANY),
        "environment": mapping(text(r"[A-Z_][A-Z0-9_]*", "use A to Z, 0 to 9 and _"), ANY),
        "hostfiles": record(
            {
                "bucket": text(r"[a-z0-9][a-z0-9.-]{2,62}", "give the name of a bucket"),
                "key": text(r"[!-~]+", "give the key of an object"),
                "sha256": DIGEST,
            },
            {},
        ),
        "volume": record(
            {"id": text(r"vol-[0-9a-f]{8,17}", "give the id of an EBS volume"), "blank": flag}, {}
        ),
        "ports": record({"rpc": PORT, "p2p": PORT, "health": PORT}, {}),
        "stop": record(
            {
                "signal": text(r"SIG[A-Z0-9+-]+", "give a signal, such as SIGTERM"),
                "grace_s": integer(1, 3600),
            },
            {},
        ),
        "uid": integer(1, 2**31 - 1),
        "data_path": text(r"/[A-Za-z0-9._/-]+", "give an absolute path"),
        "daemon": PROGRAM,
        "readiness": record(
            {"blocks": QUESTION},
            dict.fromkeys(("headers", "ibd", "tip_time", "peers"), QUESTION),
        ),
        "ready": record(
            {
                "ibd": text(r"ignore|require", "give ignore or require"),
                "peers_min": integer(0, 1000),
                "tip_age_max_s": nullable(integer(1, 10**9)),
                "behind_max": nullable(integer(0, 10**9)),
            },
            {},
        ),
        "rpc_users": mapping(NAME, record({"secret": ARN, "methods": each(METHOD)}, {})),
        "target_groups": each(ARN),
    },
    {"cli": nullable(PROGRAM)},
)


class ManifestError(Exception):
    """The manifest is wrong, or there is none."""


def parse(document: str) -> dict[str, Any]:
    """Return a manifest that is known to be right; the error has every fault, one a line."""
    try:
        manifest: dict[str, Any] = json.loads(document)
    except ValueError as error:
        raise ManifestError(f"manifest is not JSON ({error}): write it by `pulumi up`") from error
    faults = sorted(CHECK("", manifest))
    if not faults and len(set(manifest["ports"].values())) != len(manifest["ports"]):
        faults = [f"ports is {manifest['ports']}: give each its own number"]
    if faults:
        raise ManifestError("\n".join(faults))
    return manifest


def fetch() -> str:
    """Return the manifest's text from SSM, or the best copy when SSM cannot be reached."""
    name = f"{os.environ['NODEKEEP_PARAMETERS']}/current"
    try:
        answer = aws.call("ssm", "get-parameter", "--name", name)
    except aws.AwsError as error:
        for copy in _copies():
            if copy.exists():
                print(f"{error}; using the copy {copy}", flush=True)
                return copy.read_text()
        raise ManifestError(
            f"{error}; no copy is on this host: check the role, the way to SSM and that "
            f"parameter {name} exists"
        ) from error
    document: str = answer["Parameter"]["Value"]
    return document


def refresh() -> dict[str, Any]:
    """Fetch, check and keep the manifest; write what shell scripts and the exporter read."""
    document = fetch()
    manifest = parse(document)
    values = shell(manifest, imds.facts())
    for copy in _copies():
        if not copy.exists() or copy.read_text() != document:
            files.replace(copy, document)
    files.replace(files.RUNTIME / "manifest.json", document)
    files.replace(files.RUNTIME / "node.env", values)
    return manifest


def start() -> dict[str, Any]:
    """Refresh, at the start of a unit; end with the reason where that fails."""
    try:
        return refresh()
    except (ManifestError, imds.ImdsError) as error:
        sys.exit(f"error: {error}")


def running() -> dict[str, Any]:
    """Return the manifest that this host started last with, without asking AWS."""
    return parse((files.RUNTIME / "manifest.json").read_text())


def shell(manifest: Mapping[str, Any], facts: Mapping[str, str]) -> str:
    """Return assignments for `sh`; `NODE_ARGUMENTS` and the like hold quoted words for `eval`."""
    ports, stop = manifest["ports"], manifest["stop"]
    environment = {
        **manifest["environment"],
        "RPC_BIND": "0.0.0.0",  # noqa: S104 - the gate and RPC_ALLOW_IP say who gets through
        "RPC_ALLOW_IP": f"127.0.0.1,{facts['vpc_cidrs']}".rstrip(","),
        "RPC_PORT": str(ports["rpc"]),
        "P2P_PORT": str(ports["p2p"]),
    }
    values = {
        "INSTANCE_ID": facts["instance_id"],
        "VOLUME_ID": manifest["volume"]["id"],
        "VOLUME_BLANK": "yes" if manifest["volume"]["blank"] else "no",
        "NODE_IMAGE": manifest["image"],
        "NODE_ARGUMENTS": shlex.join(manifest["arguments"]),
        "NODE_ENVIRONMENT": shlex.join(f"--env={k}={v}" for k, v in environment.items()),
        "NODE_UID": str(manifest["uid"]),
        "NODE_DATA_PATH": manifest["data_path"],
        "NODE_DAEMON": manifest["daemon"],
        "NODE_STOP_SIGNAL": stop["signal"],
        "NODE_STOP_GRACE_S": str(stop["grace_s"]),
        "TARGET_GROUPS": shlex.join(manifest["target_groups"]),
    }
    return "".join(f"{name}={shlex.quote(value)}\n" for name, value in values.items())


def _copies() -> list[Path]:
    on_host = files.STATE / "manifest.json"
    return [files.MOUNT / "manifest.json", on_host] if files.MOUNT.is_mount() else [on_host]


if __name__ == "__main__":
    start()
