"""The shape of a stack's settings: what may be written, in which unit, and what it is for."""

from collections.abc import Mapping
from typing import ClassVar

from stacks import limits
from stacks.catalogue import Architecture, Platform
from stacks.fields import Name, Strict, Texts, field, items, number, text
from stacks.machines import machines


class VolumeSettings(Strict):
    """The data volume of a node: gp3, and as large as the chain needs unless told otherwise."""

    gib: int = number(f"1 to {limits.GP3_GIB_MAX} GiB", 20, ge=1, le=limits.GP3_GIB_MAX)
    iops: int = number(
        f"{limits.GP3_IOPS_MIN} to {limits.GP3_IOPS_MAX} operations a second",
        limits.GP3_IOPS_MIN,
        default=limits.GP3_IOPS_MIN,
        ge=limits.GP3_IOPS_MIN,
        le=limits.GP3_IOPS_MAX,
    )
    throughput_mibps: int = number(
        f"{limits.GP3_THROUGHPUT_MIN} to {limits.GP3_THROUGHPUT_MAX} MiB a second",
        limits.GP3_THROUGHPUT_MIN,
        default=limits.GP3_THROUGHPUT_MIN,
        ge=limits.GP3_THROUGHPUT_MIN,
        le=limits.GP3_THROUGHPUT_MAX,
    )
    snapshot: str | None = field(
        "the id of a snapshot the volume starts from, snap- and 17 hexadecimal digits",
        "snap-0123456789abcdef0",
        default=None,
        pattern=r"^snap-([0-9a-f]{8}|[0-9a-f]{17})$",
    )
    adopt: str | None = field(
        "the id of a volume to take over when the state is lost, vol- and 17 hexadecimal digits",
        "vol-0123456789abcdef0",
        default=None,
        pattern=r"^vol-([0-9a-f]{8}|[0-9a-f]{17})$",
    )


class HostSettings(Strict):
    """A host that may carry the node."""

    refused: ClassVar[Mapping[str, tuple[str, str]]] = {
        "zone": (
            "all hosts of a node are in the node's zone: its EBS volume cannot leave it",
            "leave it out, or make another node in the other zone",
        ),
        "architecture": ("follows from the instance type", "leave it out"),
    }

    type: str = text("an instance type", "t4g.medium")

    @property
    def architecture(self) -> Architecture:
        """The architecture, which follows from the type."""
        return machines()[self.type].architecture

    @property
    def platform(self) -> Platform:
        """The platform of images this host runs."""
        return f"linux/{self.architecture}"  # type: ignore[return-value]


class NodeSettings(Strict):
    """A node: one volume, and the hosts of its zone that may carry it."""

    zone: str = field("a zone's letter, such as a", "a", pattern="^[a-z]$")
    volume: VolumeSettings = field("a map with at least gib", {"gib": 20})
    hosts: Mapping[Name, HostSettings] = field(
        "a map of host names to hosts, at least one", {"arm": {"type": "t4g.medium"}}, min_length=1
    )
    arguments: Texts = items("arguments of the daemon", ["-txindex"], default=())


class NetworkSettings(Strict):
    """The network of the nodes."""

    cidr: str = text(
        "a private network of addresses, /16 to /24", "10.20.0.0/16", default="10.20.0.0/16"
    )


class ImageSettings(Strict):
    """What the coin's image is made from."""

    source: str = text("one of the coin's sources", "release")
    builder: str | None = text(
        "an image to build in, such as debian:bookworm-slim", "debian:bookworm-slim", default=None
    )


class SignerSettings(Strict):
    """The signer's host, in a network of its own."""

    zone: str = field("a zone's letter, such as a", "a", pattern="^[a-z]$")
    type: str = text("an instance type of amd64", "t3.small", default="t3.small")
    cidr: str = text("a private network, /16 to /28", "10.30.0.0/24", default="10.30.0.0/24")


class Choices(Strict):
    """What a stack chooses, apart from the coin and the chain."""

    keep: bool = field("true, or false to lose the data with the stack", example=True, default=True)
    nodes: Mapping[Name, NodeSettings] = field(
        "a map of node names to nodes, never a list, with at least one",
        {"a": {"zone": "a", "volume": {"gib": 20}, "hosts": {"arm": {"type": "t4g.medium"}}}},
        min_length=1,
    )
    network: NetworkSettings = NetworkSettings()
    image: ImageSettings = field("a map with the key source", {"source": "release"})
    signer: SignerSettings | None = None
    arguments: Texts = items("arguments of the daemon", ["-txindex"], default=())
    prune_mib: int | None = number("MiB of blocks to keep", 10_000, default=None)
    txindex: bool = field("true or false", example=True, default=False)


class Given(Choices):
    """All that can be written in a stack's file."""

    coin: str = text("the name of a coin, which is a directory of the catalogue", "bitcoin")
    chain: str = text("the name of a chain of the coin", "regtest")
