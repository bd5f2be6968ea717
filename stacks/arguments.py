"""Arguments of a coin's daemon: whose they are, what they clash with, and which of them win."""

import re
from collections.abc import Iterable, Iterator

from stacks.catalogue import Coin
from stacks.errors import Problem
from stacks.model import Given

_ARGUMENT = re.compile(r"--?(?P<name>[A-Za-z][A-Za-z0-9._-]*)(=(?P<value>[^\x00-\x1f\x7f]*))?")
_OFF = ("0", "false", "no")


def merged(layers: Iterable[tuple[str, ...]]) -> tuple[str, ...]:
    """Return the arguments of several layers; a later layer replaces what an earlier one gave."""
    result: dict[str, list[str]] = {}
    for layer in layers:
        mine: dict[str, list[str]] = {}
        for argument in layer:
            mine.setdefault(name_of(argument), []).append(argument)
        result |= mine
    return tuple(argument for group in result.values() for argument in group)


def name_of(argument: str) -> str:
    """Return the name of an argument, without dashes and value."""
    return argument.lstrip("-").partition("=")[0]


def judge_arguments(key: str, arguments: tuple[str, ...], coin: Coin) -> Iterator[Problem]:
    """Find what cannot be given to a coin's daemon."""
    seen: dict[str, str] = {}
    for index, argument in enumerate(arguments):
        here = f"{key}.{index}"
        if not _ARGUMENT.fullmatch(argument):
            limit = "an argument is a dash, a name and, after =, its value"
            yield Problem(here, argument, limit, "write it such as -name or -name=value")
            continue
        name = name_of(argument)
        if positive := _managed(name, coin):
            yield Problem(
                here, argument, f"{positive} is set by Nodekeep", _instead(positive, coin)
            )
        elif name in seen and (name not in coin.repeatable_arguments or seen[name] == argument):
            yield Problem(here, argument, f"repeats {seen[name]}", "keep one of the two")
        seen[name] = argument


def judge_pruning(given: Given, coin: Coin) -> Iterator[Problem]:
    """Find what cannot go with pruning, or with a coin that has none."""
    if given.txindex and "txindex" not in coin.prune_conflicts:
        limit = f"{coin.daemon} has no transaction index to switch on"
        yield Problem("txindex", given.txindex, limit, "leave it out")
    if given.prune_mib is None:
        return
    if coin.prune_minimum_mib is None:
        limit = f"{coin.daemon} cannot prune"
        yield Problem("prune_mib", given.prune_mib, limit, "leave it out")
        return
    if given.prune_mib < coin.prune_minimum_mib:
        limit = f"{coin.daemon} keeps {coin.prune_minimum_mib} MiB of blocks at least"
        fix = f"write prune_mib: {coin.prune_minimum_mib} or more"
        yield Problem("prune_mib", given.prune_mib, limit, fix)
    for key, argument in _switched_on(given):
        if name_of(argument) in coin.prune_conflicts:
            limit = f"cannot go with prune_mib = {given.prune_mib}: it needs every block"
            fix = "leave one of the two out"
            yield Problem(key, argument, limit, fix, judged_with=("prune_mib",))


def _switched_on(given: Given) -> Iterator[tuple[str, str]]:
    """Return every argument that is not switched off, with the key it stands at."""
    layers = {"arguments": given.arguments}
    layers |= {f"nodes.{name}.arguments": node.arguments for name, node in given.nodes.items()}
    for key, arguments in layers.items():
        for index, argument in enumerate(arguments):
            if argument.partition("=")[2] not in _OFF:
                yield f"{key}.{index}", argument
    if given.txindex:
        yield "txindex", "-txindex=1"


def _managed(name: str, coin: Coin) -> str | None:
    """Return the name that Nodekeep sets itself, when this is it or its negation."""
    managed = {*coin.managed_arguments, *coin.chains}
    managed |= {"prune"} if coin.prune_minimum_mib else set()
    return next((known for known in (name, name.removeprefix("no")) if known in managed), None)


def _instead(name: str, coin: Coin) -> str:
    """Return what to write in place of an argument that Nodekeep sets itself."""
    if name in coin.chains:
        return f"leave it out and write nodekeep:chain: {name}"
    known = {"chain": "nodekeep:chain", "prune": "nodekeep:prune_mib"}
    return f"leave it out and write {known[name]}" if name in known else "leave it out"
