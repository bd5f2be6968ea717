"""The manifest: what a host is told to run, as the JSON of a node's parameters.

Version 1. Hosts read it with a few lines of shell and Python, so it has no defaults and no
references: all that a host needs stands in it, and none of it is secret.
"""

from typing import Any, NotRequired, TypedDict

from pulumi import Input, Output

VERSION = 1


class DaemonArgs(TypedDict):
    """A coin's daemon: how it runs, stops, and tells that it is ready."""

    name: str
    """Executable in the image, such as ``bitcoind``."""
    cli: NotRequired[str]
    """Command line client in the image, such as ``bitcoin-cli``; none when absent."""
    uid: int
    """User and group that own the data, not 0."""
    data_path: str
    """Where the image expects its data, such as ``/data``."""
    stop_signal: str
    """Signal that makes the daemon save all and end, such as ``SIGTERM``."""
    stop_grace_s: int
    """Seconds it may take to do so."""
    arguments: list[str]
    """Arguments of the daemon, none of them secret."""
    environment: dict[str, str]
    """Environment of the container, none of it secret."""
    readiness: dict[str, Any]
    """RPC method and field of ``blocks``, ``headers``, ``ibd``, ``tip_time`` and ``peers``."""
    ready: dict[str, Any]
    """Limits: ``ibd`` (ignore, require), ``peers_min``, ``tip_age_max_s``, ``behind_max``."""


class RpcUserArgs(TypedDict):
    """A user of a daemon's RPC."""

    secret_arn: Input[str]
    """Secret with its username and password."""
    methods: list[str]
    """Methods it may call."""


class Manifest(TypedDict):
    """What a manifest is made of."""

    image: Input[str]
    """Image by digest."""
    daemon: DaemonArgs
    """The daemon in it."""
    hostfiles: dict[str, Input[str]]
    """Bucket, key and digest of the hostfiles."""
    volume_id: Input[str]
    """Data volume."""
    volume_blank: bool
    """Whether it was made empty."""
    ports: dict[str, int]
    """Ports by use: rpc, health, p2p."""
    rpc_users: dict[str, RpcUserArgs]
    """Users by name."""
    target_group_arns: list[Input[str]]
    """Target groups."""


def render(manifest: Manifest) -> Output[str]:
    """Return the JSON of a manifest, without spaces: a parameter holds 4 KiB before it costs."""
    daemon = manifest["daemon"]
    content: dict[str, Any] = {
        "version": VERSION,
        "image": manifest["image"],
        "arguments": list(daemon["arguments"]),
        "environment": dict(daemon["environment"]),
        "hostfiles": manifest["hostfiles"],
        "volume": {"id": manifest["volume_id"], "blank": manifest["volume_blank"]},
        "ports": manifest["ports"],
        "stop": {"signal": daemon["stop_signal"], "grace_s": int(daemon["stop_grace_s"])},
        "uid": int(daemon["uid"]),
        "data_path": daemon["data_path"],
        "daemon": daemon["name"],
        "cli": daemon.get("cli"),
        "readiness": _plain(daemon["readiness"]),
        "ready": _plain(daemon["ready"]),
        "rpc_users": {
            user: {"secret": given["secret_arn"], "methods": list(given["methods"])}
            for user, given in manifest["rpc_users"].items()
        },
        "target_groups": manifest["target_group_arns"],
    }
    return Output.json_dumps(content, separators=(",", ":"), sort_keys=True)


def _plain(value: Any) -> Any:
    """Return a table with whole numbers as such: a packaged component receives floats."""
    if isinstance(value, dict):
        return {key: _plain(inner) for key, inner in value.items()}
    if isinstance(value, float) and value.is_integer():
        return int(value)
    return value
