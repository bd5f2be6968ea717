"""What cannot work although it is well formed: each rule names the key, the limit and the fix."""

import re
from collections.abc import Iterator
from dataclasses import dataclass

from stacks import limits
from stacks.arguments import judge_arguments, judge_pruning
from stacks.catalogue import Chain, Coin
from stacks.errors import ABSENT, Problem, closest
from stacks.machines import machines
from stacks.model import Given, HostSettings
from stacks.networks import judge_networks
from stacks.places import zones
from stacks.volumes import judge_volume


@dataclass(frozen=True)
class Case:
    """Settings to be judged, and what they are judged by."""

    given: Given
    stack: str
    region: str
    coins: tuple[str, ...]
    coin: Coin | None
    """Absent when there is no such coin; what depends on it cannot be judged then."""
    chain: Chain | None


def all_rules(case: Case) -> Iterator[Problem]:
    """Find all that cannot work."""
    yield from _names(case)
    yield from _zones(case)
    yield from judge_networks(case.given)
    yield from _signer(case)
    for name, node in case.given.nodes.items():
        yield from judge_volume(f"nodes.{name}.volume", node.volume, case.given, case.chain)
        for host, wanted in node.hosts.items():
            yield from _host(f"nodes.{name}.hosts.{host}.type", wanted, case)
    if case.coin:
        yield from _mainnet(case)
        yield from _image(case.given.image.source, case.coin)
        yield from judge_pruning(case.given, case.coin)
        yield from judge_arguments("arguments", case.given.arguments, case.coin)
        for name, node in case.given.nodes.items():
            yield from judge_arguments(f"nodes.{name}.arguments", node.arguments, case.coin)


def _names(case: Case) -> Iterator[Problem]:
    """The coin and chain exist; names made of the stack's and the nodes' fit in AWS."""
    given = case.given
    if not case.coin:
        yield Problem(
            "coin", given.coin, "is not in the catalogue", closest(given.coin, case.coins)
        )
    elif not case.chain:
        fix = f"write one of {', '.join(case.coin.chains)}"  # no guess: testnet is like mainnet
        yield Problem("chain", given.chain, f"{given.coin} has no such chain", fix, ("coin",))
    owner = case.stack.partition("-")[0]
    if case.coin and owner in case.coins and owner != given.coin:
        limit = f"the stack's name, {case.stack}, says {owner}"
        yield Problem("coin", given.coin, limit, f"write coin: {owner}, or rename the stack")
    if not re.fullmatch("[a-z][a-z0-9-]*[a-z0-9]", case.stack):
        limit = "its name is part of names in AWS: a-z, 0-9 and - only, a letter first, no - last"
        yield Problem("pulumi:stack", case.stack, limit, "rename the stack")
    for name in given.nodes:
        if (excess := len(f"{case.stack}-{name}") - limits.NAME_MAX) > 0:
            limit = f"{case.stack}-{name} is over {limits.NAME_MAX} characters"
            fix = f"shorten the node's or the stack's name by {excess}"
            yield Problem(f"nodes.{name}", name, limit, fix)


def _zones(case: Case) -> Iterator[Problem]:
    """The region exists, and has the zones."""
    known = zones()
    if case.region not in known:
        fix = closest(case.region or "eu-central-1", known)
        region = case.region or ABSENT
        yield Problem("aws:region", region, "is not a region of the partition aws", fix)
        return
    letters = known[case.region]
    wanted = {f"nodes.{name}.zone": node.zone for name, node in case.given.nodes.items()}
    if case.given.signer:
        wanted["signer.zone"] = case.given.signer.zone
    for key, zone in wanted.items():
        if zone not in letters:
            fix = f"write one of {', '.join(letters)}"
            yield Problem(key, zone, f"{case.region} has no zone {zone}", fix, ("aws:region",))


def _host(key: str, host: HostSettings, case: Case) -> Iterator[Problem]:
    """The type exists, the coin has an image for it, and the daemon fits in its memory."""
    machine = machines().get(host.type)
    if not machine:
        yield _unknown_type(key, host.type)
        return
    if case.coin and host.platform not in case.coin.platforms:
        limit = f"{case.coin.coin} has no image for {host.platform}"
        fix = f"choose a type of {', '.join(case.coin.platforms)}"
        yield Problem(key, host.type, limit, fix, ("coin",))
    if case.chain and machine.memory_mib < case.chain.memory_mib:
        needs = f"{case.given.coin} {case.given.chain} needs {case.chain.memory_mib} MiB of memory"
        fix = f"write type: {case.chain.instance_types.get(machine.architecture, 'a larger one')}"
        limit = f"{needs}, and it has {machine.memory_mib}"
        yield Problem(key, host.type, limit, fix, ("coin", "chain"))


def _unknown_type(key: str, name: str) -> Problem:
    """Return the problem of a type that is not in the table, with types like it."""
    prefix = f"{name.partition('.')[0]}."
    family = [known for known in machines() if known.startswith(prefix)]
    fix = closest(name, family or ("t3.medium", "t4g.medium", "m7g.large", "m7i.large"))
    limit = "is not an instance type hosts may have (stacks/data/machines.yaml)"
    return Problem(key, name, limit, fix)


def _mainnet(case: Case) -> Iterator[Problem]:
    """What is worth money is kept, and two nodes are not in one zone."""
    if case.given.chain != "mainnet":
        return
    if not case.given.keep:
        limit = "a mainnet's data is kept: it took days to fetch"
        yield Problem(
            "keep", case.given.keep, limit, "leave it out, or write keep: true", ("chain",)
        )
    nodes = case.given.nodes
    if len(nodes) > 1 and len({node.zone for node in nodes.values()}) == 1:
        last = list(nodes)[-1]
        limit = "every node is in this zone: they would fail together"
        fix = "put one into another zone; a second host is enough against a host's failure"
        others = tuple(f"nodes.{name}.zone" for name in nodes)
        yield Problem(f"nodes.{last}.zone", nodes[last].zone, limit, fix, ("chain", *others))


def _image(source: str, coin: Coin) -> Iterator[Problem]:
    """The coin has the source."""
    if source not in coin.sources:
        limit = f"{coin.coin} has no such source"
        yield Problem("image.source", source, limit, closest(source, coin.sources), ("coin",))


def _signer(case: Case) -> Iterator[Problem]:
    """The signer's libraries exist for its host and its coin."""
    signer = case.given.signer
    if not signer:
        return
    if case.coin and case.coin.family == "none":
        limit = f"there is no signer for the wallets of {case.coin.coin}"
        yield Problem("signer", signer.model_dump(), limit, "leave it out", ("coin",))
    if signer.type not in machines():
        yield _unknown_type("signer.type", signer.type)
    elif machines()[signer.type].architecture != "amd64":
        limit = "the signer's library, bdkpython, has wheels for amd64 only"
        yield Problem("signer.type", signer.type, limit, "write type: t3.small")
