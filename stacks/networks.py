"""The networks of nodes and signer: private, large enough, and apart."""

from collections.abc import Iterator
from ipaddress import IPv4Network

from stacks import limits
from stacks.errors import Problem
from stacks.model import Given

_PRIVATE = [IPv4Network(block) for block in ("10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16")]
_DOCKER = IPv4Network("172.17.0.0/16")


def judge_networks(given: Given) -> Iterator[Problem]:
    """Find networks that are not private, of a size that does not work, or not apart."""
    edge = given.network.cidr
    problems = [*_cidr("network.cidr", edge, limits.EDGE_PREFIXES, "10.20.0.0/16")]
    vault = given.signer.cidr if given.signer else None
    if vault:
        problems += _cidr("signer.cidr", vault, limits.VAULT_PREFIXES, "10.30.0.0/24")
    yield from problems
    if vault and not problems and IPv4Network(edge).overlaps(IPv4Network(vault)):
        limit = f"overlaps network.cidr = {edge}"
        yield Problem("signer.cidr", vault, limit, "write cidr: 10.30.0.0/24", ("network.cidr",))


def _cidr(key: str, cidr: str, prefixes: range, example: str) -> Iterator[Problem]:
    """A network is one, private, of a size that works, and not Docker's."""
    network = _network(cidr)
    fix = f"write cidr: {example}"
    if not network:
        yield Problem(key, cidr, "is not an IPv4 network: address/prefix, host bits zero", fix)
    elif network.prefixlen not in prefixes:
        limit = f"must be a network of /{prefixes[0]} to /{prefixes[-1]}"
        yield Problem(key, cidr, limit, fix)
    elif not any(network.subnet_of(block) for block in _PRIVATE):
        yield Problem(key, cidr, "is not within a private network (RFC 1918)", fix)
    elif network.overlaps(_DOCKER):
        yield Problem(key, cidr, f"overlaps {_DOCKER}, which is Docker's on every host", fix)


def _network(cidr: str) -> IPv4Network | None:
    """Return a network, if it is one."""
    try:
        return IPv4Network(cidr)
    except ValueError:
        return None
