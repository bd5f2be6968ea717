"""Every impossible setting is refused once, with its key, its value and a fix."""

from copy import deepcopy
from typing import Any, NamedTuple

import pytest

from stacks.errors import ABSENT
from tests.stacks.base import GOOD, LACKS, changed, parse, refused

V = "nodes.a.volume"
H = "nodes.a.hosts.arm"
B = {"zone": "b", "volume": {"gib": 1000}, "hosts": {"arm": {"type": "m7g.large"}}}
MAIN = {
    "chain": "mainnet",
    "nodes": {"a": {**deepcopy(B), "zone": "a"}, "b": B},
}
BETA = {
    "coin": "beta",
    "chain": "only",
    "nodes": {"a": {"zone": "a", "hosts": {"x": {"type": "t3.small"}}}},
    "signer": LACKS,
}


TRUE, FALSE = True, False


class Bad(NamedTuple):
    """One change to good settings, and what it must be told."""

    change: dict[str, Any]
    key: str
    value: object
    limit: str
    fix: str
    where: dict[str, str] = {}  # noqa: RUF012 - never changed


CASES = [
    # Keys nobody knows, at every level.
    Bad({"nodez": {}}, "nodez", {}, "not a key", "did you mean nodes?"),
    Bad({"nodes.a.zones": "a"}, "nodes.a.zones", "a", "not a key", "did you mean zone?"),
    Bad({f"{V}.size": 3}, f"{V}.size", 3, "not a key", "known: adopt, gib, iops"),
    Bad({f"{V}.iop": 3000}, f"{V}.iop", 3000, "not a key", "did you mean iops?"),
    Bad({f"{H}.typ": "x"}, f"{H}.typ", "x", "not a key", "did you mean type?"),
    Bad({f"{H}.zone": "b"}, f"{H}.zone", "b", "EBS volume cannot leave it", "another node"),
    Bad({f"{H}.architecture": "arm64"}, f"{H}.architecture", "arm64", "follows", "leave it out"),
    Bad({"signer.seed": "x"}, "signer.seed", "x", "not a key", "known: cidr, type, zone"),
    Bad({"network.cdir": "x"}, "network.cdir", "x", "not a key", "did you mean cidr?"),
    Bad({"image.sources": "x"}, "image.sources", "x", "not a key", "did you mean source?"),
    # What must be there.
    Bad({"coin": LACKS}, "coin", ABSENT, "name of a coin", "write coin: bitcoin"),
    Bad({"chain": LACKS}, "chain", ABSENT, "name of a chain", "write chain: regtest"),
    Bad({"nodes": LACKS}, "nodes", ABSENT, "at least one", "write nodes: {a:"),
    Bad({"nodes": {}}, "nodes", {}, "at least one", "write nodes: {a:"),
    Bad({"nodes": []}, "nodes", [], "never a list", "write nodes: {a:"),
    Bad({"nodes.a": None}, "nodes.a", None, "a map with the keys zone", "write a: {zone: a"),
    Bad({"nodes.a.zone": LACKS}, "nodes.a.zone", ABSENT, "zone's letter", "write zone: a"),
    Bad({"nodes.a.hosts": {}}, "nodes.a.hosts", {}, "at least one", "write hosts: {arm:"),
    Bad({f"{H}.type": LACKS}, f"{H}.type", ABSENT, "instance type", "write type: t4g.medium"),
    Bad({"signer": {}}, "signer.zone", ABSENT, "zone's letter", "write zone: a"),
    # Wrong kinds and units.
    Bad({f"{V}.gib": "20GB"}, f"{V}.gib", "20GB", "whole number", "without quotes or unit"),
    Bad({f"{V}.gib": "20"}, f"{V}.gib", "20", "whole number", "without quotes or unit"),
    Bad({f"{V}.gib": 20.5}, f"{V}.gib", 20.5, "whole number", "write gib: 20"),
    Bad({f"{V}.gib": True}, f"{V}.gib", TRUE, "whole number", "write gib: 20"),
    Bad({f"{V}.iops": "3k"}, f"{V}.iops", "3k", "3000 to 80000", "write iops: 3000"),
    Bad({"keep": "yes"}, "keep", "yes", "true, or false", "write keep: true"),
    Bad({"txindex": 1}, "txindex", 1, "true or false", "write txindex: true"),
    Bad({"arguments": "-x"}, "arguments", "-x", "a list of", "write arguments: [-txindex]"),
    Bad({"arguments": [7]}, "arguments.0", 7, "a list of", "write arguments: [-txindex]"),
    Bad({"prune_mib": "1 GiB"}, "prune_mib", "1 GiB", "MiB", "write prune_mib: 10000"),
    # Names.
    Bad({"coin": "alhpa"}, "coin", "alhpa", "not in the catalogue", "did you mean alpha?"),
    Bad({"chain": "testnet"}, "chain", "testnet", "no such chain", "one of mainnet, regtest"),
    Bad({"nodes.A": {}}, "nodes.A", "A", "a small letter", "rename it"),
    Bad({"nodes.a.hosts.x_1": {}}, "nodes.a.hosts.x_1", "x_1", "a-z, 0-9 and -", "rename it"),
    Bad({f"nodes.{'a' * 17}": {}}, f"nodes.{'a' * 17}", "a" * 17, "up to 15 more", "rename it"),
    Bad({}, "nodes.a", "a", "over 24 characters", "by 3", {"stack": "alpha-" + "x" * 19}),
    Bad({}, "pulumi:stack", "Alpha_1", "a-z", "rename the stack", {"stack": "Alpha_1"}),
    Bad({}, "coin", "alpha", "says beta", "write coin: beta", {"stack": "beta-test"}),
    # Volumes.
    Bad({f"{V}.gib": 1}, f"{V}.gib", 1, "alpha regtest needs 2 GiB", "write gib: 2 or more"),
    Bad({f"{V}.gib": 0}, f"{V}.gib", 0, "1 to 65536", "write gib: 1"),
    Bad({f"{V}.gib": 65537}, f"{V}.gib", 65537, "1 to 65536", "write gib: 65536"),
    Bad({f"{V}.iops": 2999}, f"{V}.iops", 2999, "3000 to 80000", "write iops: 3000"),
    Bad({f"{V}.iops": 80001}, f"{V}.iops", 80001, "3000 to 80000", "write iops: 80000"),
    Bad({f"{V}.iops": 10_001}, f"{V}.iops", 10_001, "500 a GiB: 10000 for 20", "gib: 21 or more"),
    Bad({f"{V}.gib": 5, f"{V}.iops": 3001}, f"{V}.iops", 3001, "3000 for 5 GiB", "iops: 3000"),
    Bad({f"{V}.throughput_mibps": 124}, f"{V}.throughput_mibps", 124, "125 to 2000", "125"),
    Bad({f"{V}.throughput_mibps": 2001}, f"{V}.throughput_mibps", 2001, "125 to 2000", "2000"),
    Bad({f"{V}.throughput_mibps": 751}, f"{V}.throughput_mibps", 751, "750 for 3000", "iops: 3004"),
    Bad({f"{V}.snapshot": "snap-1"}, f"{V}.snapshot", "snap-1", "17 hex", "snap-0123456789abcdef0"),
    Bad({f"{V}.adopt": "vol-XYZ"}, f"{V}.adopt", "vol-XYZ", "17 hex", "vol-0123456789abcdef0"),
    Bad(
        {f"{V}.adopt": "vol-01234567", f"{V}.snapshot": "snap-01234567"},
        *(f"{V}.adopt", "vol-01234567", "is not made", "leave adopt or snapshot out"),
    ),
    # Places.
    Bad({}, "aws:region", "eu-centrl-1", "not a region", "eu-central-1", {"region": "eu-centrl-1"}),
    Bad({}, "aws:region", ABSENT, "not a region", "eu-central-1", {"region": ""}),
    Bad({"nodes.a.zone": "d"}, "nodes.a.zone", "d", "has no zone d", "one of a, b, c"),
    Bad({"nodes.a.zone": "eu-central-1a"}, "nodes.a.zone", "eu-central-1a", "letter", "zone: a"),
    Bad({"signer.zone": "f"}, "signer.zone", "f", "has no zone f", "one of a, b, c"),
    # Hosts.
    Bad({f"{H}.type": "t4g.medum"}, f"{H}.type", "t4g.medum", "not an instance", "t4g.medium?"),
    Bad({f"{H}.type": "big"}, f"{H}.type", "big", "not an instance type", "known: m7g.large"),
    Bad({f"{H}.type": "m7i.metal-24xl"}, f"{H}.type", "m7i.metal-24xl", "not an", "m7i.16xlarge"),
    Bad(
        {**BETA, "nodes.a.hosts.x.type": "t4g.small"},
        *("nodes.a.hosts.x.type", "t4g.small", "no image for linux/arm64", "type of linux/amd64"),
    ),
    Bad(
        {**MAIN, "nodes.b.hosts.arm.type": "t4g.small"},
        *("nodes.b.hosts.arm.type", "t4g.small", "needs 4096 MiB", "write type: m7g.large"),
    ),
    # What a mainnet is worth.
    Bad({**MAIN, "keep": False}, "keep", FALSE, "mainnet's data is kept", "keep: true"),
    Bad({**MAIN, "nodes.b.zone": "a"}, "nodes.b.zone", "a", "fail together", "another zone"),
    # Images.
    Bad({"image.source": "git"}, "image.source", "git", "no such source", "debian, release"),
    Bad({**BETA, "image.source": "release"}, "image.source", "release", "no such", "debian"),
    # Signer and networks.
    Bad({**BETA, "signer": {"zone": "a"}}, "signer", ..., "no signer for the wallets", "leave it"),
    Bad({"signer.type": "t4g.small"}, "signer.type", "t4g.small", "bdkpython", "type: t3.small"),
    Bad({"signer.type": "t3.smal"}, "signer.type", "t3.smal", "not an instance", "t3.small?"),
    Bad({"signer.cidr": "10.20.9.0/24"}, "signer.cidr", "10.20.9.0/24", "overlaps", "10.30.0.0/24"),
    Bad({"signer.cidr": "10.30.0.0/29"}, "signer.cidr", "10.30.0.0/29", "/16 to /28", "/24"),
    Bad({"network.cidr": "10.20"}, "network.cidr", "10.20", "not an IPv4 network", "10.20.0.0/16"),
    Bad({"network.cidr": "10.0.0.1/16"}, "network.cidr", "10.0.0.1/16", "host bits", "10.20.0.0"),
    Bad({"network.cidr": "fd00::/16"}, "network.cidr", "fd00::/16", "IPv4", "10.20.0.0/16"),
    Bad({"network.cidr": "10.0.0.0/8"}, "network.cidr", "10.0.0.0/8", "/16 to /24", "/16"),
    Bad({"network.cidr": "10.0.0.0/25"}, "network.cidr", "10.0.0.0/25", "/16 to /24", "/16"),
    Bad({"network.cidr": "8.8.0.0/16"}, "network.cidr", "8.8.0.0/16", "private", "10.20.0.0/16"),
    Bad({"network.cidr": "172.17.0.0/16"}, "network.cidr", "172.17.0.0/16", "Docker's", "10.20"),
    # Arguments and pruning.
    Bad({"arguments": ["-datadir=/x"]}, "arguments.0", "-datadir=/x", "set by Nodekeep", "leave"),
    Bad({"arguments": ["--rpcport=1"]}, "arguments.0", "--rpcport=1", "set by Nodekeep", "leave"),
    Bad({"arguments": ["-chain=x"]}, "arguments.0", "-chain=x", "set by", "nodekeep:chain"),
    Bad(
        {"arguments": ["-regtest"]}, "arguments.0", "-regtest", "set by", "nodekeep:chain: regtest"
    ),
    Bad({"arguments": ["-nodatadir"]}, "arguments.0", "-nodatadir", "datadir is set by", "leave"),
    Bad({"arguments": ["-prune=9"]}, "arguments.0", "-prune=9", "set by", "nodekeep:prune_mib"),
    Bad({"arguments": ["txindex"]}, "arguments.0", "txindex", "a dash, a name", "-name=value"),
    Bad({"arguments": ["-a=\n-b"]}, "arguments.0", "-a=\n-b", "a dash, a name", "-name=value"),
    Bad({"arguments": ["-x=1", "-x=2"]}, "arguments.1", "-x=2", "repeats -x=1", "keep one"),
    Bad(
        {"nodes.a.arguments": ["-addnode=h", "-addnode=h"]},
        *("nodes.a.arguments.1", "-addnode=h", "repeats -addnode=h", "keep one"),
    ),
    Bad({"prune_mib": 549}, "prune_mib", 549, "keeps 550 MiB", "prune_mib: 550 or more"),
    Bad({"prune_mib": 600, "txindex": True}, "txindex", "-txindex=1", "every block", "leave one"),
    Bad(
        {"prune_mib": 600, "arguments": ["-txindex"]},
        *("arguments.0", "-txindex", "cannot go with prune_mib = 600", "leave one"),
    ),
    Bad(
        {"prune_mib": 600, "nodes.a.arguments": ["-coinstatsindex=1"]},
        *("nodes.a.arguments.0", "-coinstatsindex=1", "cannot go with prune_mib", "leave one"),
    ),
    Bad({**BETA, "prune_mib": 600}, "prune_mib", 600, "betad cannot prune", "leave it out"),
    Bad({**BETA, "txindex": True}, "txindex", TRUE, "no transaction index", "leave it out"),
]


@pytest.mark.parametrize("bad", CASES, ids=[f"{bad.key}={bad.value!r:.20}" for bad in CASES])
def test_it_is_refused_with_key_value_limit_and_fix(bad: Bad) -> None:
    where = {"stack": "test", **bad.where}
    [problem] = refused(changed(bad.change), **where)
    assert problem.key == (bad.key if ":" in bad.key else f"nodekeep:{bad.key}")
    assert bad.value in (problem.value, ...)
    assert bad.limit in problem.limit
    assert bad.fix in problem.fix
    assert problem.key in str(problem)
    assert f"fix: {problem.fix}" in str(problem)


def test_good_settings_are_not_refused() -> None:
    assert parse(GOOD)


def test_all_there_is_to_say_is_said_at_once() -> None:
    told = refused(
        changed(
            {
                "nodez": 1,
                f"{V}.gib": "20GB",
                f"{H}.type": "t4g.huge",
                "nodes.b": {"zone": "z", "volume": {"iops": 90_000, "gib": 1}},
                "signer.cidr": "10.20.0.0/24",
                "prune_mib": 1,
                "arguments": ["-datadir=/x"],
            }
        ),
        region="eu-central-1",
    )
    assert sorted(problem.key.removeprefix("nodekeep:") for problem in told) == [
        "arguments.0",
        "nodes.a.hosts.arm.type",
        "nodes.a.volume.gib",
        "nodes.b.volume.gib",
        "nodes.b.volume.iops",
        "nodes.b.zone",
        "nodez",
        "prune_mib",
        "signer.cidr",
    ]


def test_what_rests_on_a_broken_value_is_not_judged() -> None:
    """Without knowing what iops was meant to be, nothing can be said of the throughput."""
    [problem] = refused(changed({f"{V}.iops": "fast", f"{V}.throughput_mibps": 1000}))
    assert problem.key == "nodekeep:nodes.a.volume.iops"


def test_an_unknown_coin_does_not_hide_the_rest() -> None:
    keys = [it.key for it in refused(changed({"coin": "x", "nodes.a.zone": "z"}), stack="test")]
    assert keys == ["nodekeep:coin", "nodekeep:nodes.a.zone"]
