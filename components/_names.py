"""Names that AWS limits in length, and the numbers and blocks that components accept."""

import hashlib
import re
from ipaddress import IPv4Network

from pulumi import InputPropertyError

_ZONE = re.compile(r"[a-h]")


def bounded(name: str, limit: int, *, digits: int = 6) -> str:
    """Return a name within a limit; what had to be cut ends in a hash, so that it stays unique."""
    if len(name) <= limit:
        return name
    digest = hashlib.sha256(name.encode()).hexdigest()[:digits]
    return f"{name[: limit - digits - 1].rstrip('-')}-{digest}"


def whole(key: str, value: float, allowed: range, unit: str) -> int:
    """Return a whole number within its limits; a packaged component receives floats.

    Raises:
        InputPropertyError: with the key, the value, the limits and their unit.
    """
    if int(value) != value or int(value) not in allowed:
        limits = f"{allowed.start} to {allowed.stop - 1} whole {unit}"
        raise InputPropertyError(key, f"{key} must be {limits}, got {value:g}")
    return int(value)


def block(key: str, value: str, smallest: int) -> IPv4Network:
    """Return an IPv4 block from /16 to the smallest that still holds what goes into it.

    Raises:
        InputPropertyError: with the key, the value and what AWS would accept.
    """
    try:
        network = IPv4Network(value)
    except ValueError as error:
        raise InputPropertyError(key, f"{key} must be an IPv4 block: {error}") from error
    if not 16 <= network.prefixlen <= smallest:  # noqa: PLR2004 - AWS's own limit of a VPC
        raise InputPropertyError(key, f"{key} must be /16 to /{smallest}, got {value}")
    return network


def zone(key: str, region: str, letter: str) -> str:
    """Return the name of an availability zone, such as ``eu-central-1a`` for ``a``.

    Raises:
        InputPropertyError: when the letter is none of a to h.
    """
    if not _ZONE.fullmatch(letter):
        raise InputPropertyError(key, f"{key} must be a zone's letter, a to h, got {letter!r}")
    return f"{region}{letter}"


def zone_block(network: IPv4Network, letter: str) -> str:
    """Return a zone's eighth of a block: it depends on the letter only, so zones can be added."""
    return str(list(network.subnets(prefixlen_diff=3))[ord(letter) - ord("a")])
