"""Which addresses the lab's networks and their members have."""

from collections.abc import Iterable
from ipaddress import IPv4Address, IPv4Network

RELAY_HOST = 2
FIRST_HOST = 10
"""Below it: the machine (.1) and the vault's relay (.2)."""


class NoAddressError(Exception):
    """Nothing is free any more."""


def candidates(lab: str) -> Iterable[tuple[IPv4Network, IPv4Network]]:
    """Yield pairs of networks, edge and vault, starting at one of the lab's own.

    Two labs on one machine start apart; a pair that Docker refuses is followed by the next.
    """
    start = int(lab[:2], 16)
    for step in range(256):
        third = (start + step) % 256
        yield IPv4Network(f"10.77.{third}.0/24"), IPv4Network(f"10.78.{third}.0/24")


def free_address(network: IPv4Network, taken: Iterable[str]) -> str:
    """Return the lowest address of a network that nobody has.

    Raises:
        NoAddressError: all are taken.
    """
    used = set(taken)
    for offset in range(FIRST_HOST, network.num_addresses - 1):
        address = str(network[offset])
        if address not in used:
            return address
    raise NoAddressError(f"{network}: all {len(used)} addresses are taken; terminate instances")


def hardware_address(address: str) -> str:
    """Return the MAC of a private address, as Docker's bridges have always derived it."""
    return ":".join(["02", "42", *(f"{byte:02x}" for byte in IPv4Address(address).packed)])
