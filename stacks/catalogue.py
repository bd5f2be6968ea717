"""What each coin says of itself in `docker/<coin>/coin.yaml`: all that the rest knows about it."""

from collections.abc import Iterator, Mapping
from functools import cache
from pathlib import Path
from typing import Literal

import yaml

from stacks.errors import Problem, SettingsError, closest
from stacks.fields import Name, Strict, Texts, field, items, number, text
from stacks.shape import judge

Architecture = Literal["amd64", "arm64"]
Platform = Literal["linux/amd64", "linux/arm64", "linux/arm/v7"]


class Stop(Strict):
    """How a daemon is asked to end, and how long it may take."""

    signal: Literal["SIGTERM", "SIGINT"] = text("SIGTERM or SIGINT", "SIGTERM")
    grace_s: int = number("seconds, 1 to 3600", 600, ge=1, le=3600)


class Source(Strict):
    """Where an image takes the daemon from."""

    version: str = text("the version, as text in quotes", "31.1")
    build_args: Mapping[str, str] = field(
        "a map of build arguments to text", {"VERSION": "31.1"}, default={}
    )


class Question(Strict):
    """One number a daemon is asked for."""

    method: str = text("the RPC method to call", "getblockchaininfo")
    field: str | None = text(
        "the field of the answer; absent when the answer is the number itself",
        "blocks",
        default=None,
    )


class Readiness(Strict):
    """How a daemon is asked whether it is synced."""

    blocks: Question
    headers: Question | None = None
    ibd: Question | None = None
    tip_time: Question | None = None
    peers: Question | None = None


class Ports(Strict):
    """The ports of a chain."""

    rpc: int = number("1024 to 65535", 8332, ge=1024, le=65535)
    p2p: int = number("1024 to 65535", 8333, ge=1024, le=65535)


class Ready(Strict):
    """When a node of a chain counts as synced."""

    ibd: Literal["require", "ignore"] = text("require or ignore", "require")
    peers_min: int = number("0 or more", 4, ge=0)
    tip_age_max_s: int | None = number("seconds, or null for any age", 7200, ge=1)
    behind_max: int = number("blocks, 0 or more", 2, ge=0)


class Chain(Strict):
    """One network of a coin."""

    ports: Ports
    minimum_gib: int = number("GiB of the smallest volume", 1000, ge=1)
    state_gib: int | None = number("GiB a pruned node needs beside its blocks", 20, default=None)
    memory_mib: int = number("MiB of memory a host needs", 2048, default=0, ge=0)
    arguments: Texts = items("arguments", ["-dbcache=2048"], default=())
    caller_methods: Texts = items("RPC methods", ["generatetoaddress"], default=())
    instance_types: Mapping[Architecture, str] = field(
        "a map of architectures to the recommended instance type",
        {"arm64": "t4g.medium", "amd64": "t3.medium"},
        min_length=1,
    )
    ready: Ready


class Coin(Strict):
    """A coin: how its daemon is built, run, asked and stopped."""

    coin: Name = text("the name of its directory", "bitcoin")
    daemon: str = text("the daemon's executable", "bitcoind")
    cli: str | None = text("the command line client, or null", "bitcoin-cli")
    family: Literal["psbt", "none"] = text("the wallet family, psbt or none", "psbt")
    uid: int = number("the user the daemon runs as, not root", 10001, ge=1, le=65_533)
    data_path: str = text("the one path for data", "/data")
    stop: Stop
    platforms: tuple[Platform, ...] = items(
        "platforms, such as linux/arm64", ["linux/amd64"], strict=False, min_length=1
    )
    default_source: Name = text("one of the sources", "release")
    sources: Mapping[Name, Source] = field(
        "a map of source names to sources", {"release": {"version": "31.1"}}, min_length=1
    )
    readiness: Readiness
    rpc_users: Mapping[Name, Texts] = field(
        "a map of user names to the RPC methods they may call", {"exporter": ["getblockchaininfo"]}
    )
    managed_arguments: Texts = items("argument names", ["datadir"], default=())
    repeatable_arguments: Texts = items("argument names", ["addnode"], default=())
    prune_minimum_mib: int | None = number(
        "MiB of blocks a pruned node keeps at least; absent: no pruning", 550, default=None
    )
    prune_conflicts: Texts = items("argument names", ["txindex"], default=())
    chains: Mapping[Name, Chain] = field("a map of chain names to chains", {}, min_length=1)


def names(root: Path) -> Texts:
    """Return the coins in a catalogue: every directory with a coin.yaml."""
    return tuple(sorted(path.parent.name for path in root.glob("*/coin.yaml")))


@cache
def load(coin: str, root: Path) -> Coin:
    """Return what a coin says of itself.

    Raises:
        SettingsError: there is no such coin, or its file cannot be right.
    """
    if coin not in names(root):
        fix = f"{closest(coin, names(root))}; a new coin is a new directory with a coin.yaml"
        raise SettingsError(str(root), [Problem("coin", coin, "is not in the catalogue", fix)])
    file = root / coin / "coin.yaml"
    try:
        raw = yaml.safe_load(file.read_text(encoding="utf-8"))
    except (yaml.YAMLError, UnicodeDecodeError) as error:
        wrong = Problem("all of it", str(error), "is not YAML", "correct the line that it names")
        raise SettingsError(str(file), [wrong]) from None
    known, problems = judge(Coin, raw)
    if known and not problems:
        problems = list(_contradictions(known, coin))
    if problems or not known:
        raise SettingsError(str(file), problems)
    return known


def _contradictions(coin: Coin, directory: str) -> Iterator[Problem]:
    """Find what is well formed and still cannot be."""
    if coin.coin != directory:
        fix = f"write coin: {directory}"
        yield Problem("coin", coin.coin, f"must be its directory's name, {directory}", fix)
    if coin.default_source not in coin.sources:
        fix = closest(coin.default_source, coin.sources)
        yield Problem("default_source", coin.default_source, "is not one of sources", fix)
    for name, chain in coin.chains.items():
        for architecture in chain.instance_types:
            if f"linux/{architecture}" not in coin.platforms:
                key = f"chains.{name}.instance_types.{architecture}"
                limit = f"platforms has no linux/{architecture}"
                yield Problem(key, chain.instance_types[architecture], limit, "add it, or this")
