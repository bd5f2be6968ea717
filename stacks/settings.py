"""A stack's settings: read from plain data, judged as a whole before anything is made, frozen."""

from collections.abc import Mapping
from copy import deepcopy
from pathlib import Path
from typing import Any, Self

from stacks.arguments import merged
from stacks.catalogue import Chain, Coin, Platform, load, names
from stacks.errors import Problem, SettingsError
from stacks.fields import text
from stacks.model import (
    Choices,
    Given,
    HostSettings,
    ImageSettings,
    NetworkSettings,
    NodeSettings,
    SignerSettings,
    VolumeSettings,
)
from stacks.rules import Case, all_rules
from stacks.shape import judge

__all__ = [
    "HostSettings",
    "ImageSettings",
    "NetworkSettings",
    "NodeSettings",
    "Settings",
    "SettingsError",
    "SignerSettings",
    "VolumeSettings",
]

PREFIX = "nodekeep:"


class Settings(Choices):
    """All that a stack is made from; nothing in it contradicts anything else."""

    stack: str = text("the stack's name", "bitcoin-test")
    region: str = text("a region", "eu-central-1")
    coin: Coin
    chain_name: str = text("a chain of the coin", "regtest")

    @classmethod
    def parse(
        cls, mapping: Mapping[str, object], *, stack: str, region: str, catalogue: Path
    ) -> Self:
        """Return the settings that plain data stands for, with the coin's defaults.

        Args:
            mapping: the stack file's keys, without the prefix.
            stack: the stack's name.
            region: the value of `aws:region`.
            catalogue: the directory that holds the coins' directories.

        Raises:
            SettingsError: something in it cannot work; it lists all there is.
        """
        coins = names(catalogue)
        wanted = mapping.get("coin")
        coin = load(str(wanted), catalogue) if wanted in coins else None
        chain = coin.chains.get(str(mapping.get("chain"))) if coin else None
        given, broken = judge(Given, _filled(mapping, coin, chain), PREFIX)
        problems = list(broken)
        if given:
            case = Case(given, stack, region, coins, coin, chain)
            found = map(_prefixed, all_rules(case))
            problems += [it for it in found if not any(it.rests_on(bad.key) for bad in broken)]
        if problems or not given or not coin:
            raise SettingsError(f"the settings of stack {stack} cannot work", problems)
        chosen = {key: getattr(given, key) for key in Choices.model_fields}
        return cls(stack=stack, region=region, coin=coin, chain_name=given.chain, **chosen)

    @property
    def chain(self) -> Chain:
        """The chain the nodes follow."""
        return self.coin.chains[self.chain_name]

    @property
    def zones(self) -> tuple[str, ...]:
        """The letters of all zones in which there are nodes."""
        return tuple(sorted({node.zone for node in self.nodes.values()}))

    @property
    def platforms(self) -> tuple[Platform, ...]:
        """The platforms that hosts need the image for."""
        hosts = [host for node in self.nodes.values() for host in node.hosts.values()]
        return tuple(sorted({host.platform for host in hosts}))

    def daemon_arguments(self, node: str) -> tuple[str, ...]:
        """Return a node's arguments: the chain's, the stack's and its own, which win."""
        pruning = () if self.prune_mib is None else (f"-prune={self.prune_mib}",)
        index = ("-txindex=1",) if self.txindex else ()
        own = self.nodes[node].arguments
        return merged([self.chain.arguments, self.arguments, (*pruning, *index), own])


def _filled(mapping: Mapping[str, object], coin: Coin | None, chain: Chain | None) -> Any:
    """Return plain data with the coin's defaults where it is silent.

    For a coin or a chain that does not exist anything will do: settings do not come of it.
    """
    filled: dict[str, Any] = deepcopy(dict(mapping))
    types = chain.instance_types if chain else {"arm64": "t4g.medium"}
    host = ("arm", types["arm64"]) if "arm64" in types else ("x86", types["amd64"])
    if isinstance(image := filled.setdefault("image", {}), dict):
        image.setdefault("source", coin.default_source if coin else "release")
    nodes = filled.get("nodes")
    for node in nodes.values() if isinstance(nodes, dict) else ():
        if isinstance(node, dict):
            node.setdefault("hosts", {host[0]: {"type": host[1]}})
            if isinstance(volume := node.setdefault("volume", {}), dict):
                volume.setdefault("gib", chain.minimum_gib if chain else 1)
    return filled


def _prefixed(problem: Problem) -> Problem:
    """Return a problem with its keys as they stand in the file."""
    keys = [problem.key, *problem.judged_with]
    mine, *others = (key if ":" in key else f"{PREFIX}{key}" for key in keys)
    return Problem(mine, problem.value, problem.limit, problem.fix, tuple(others))
