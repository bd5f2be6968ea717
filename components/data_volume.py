"""The volume with the chain data: it outlives hosts, and in kept stacks the stack as well."""

from typing import NotRequired, TypedDict

import pulumi_aws as aws
from pulumi import ComponentResource, Input, InputPropertyError, Output, ResourceOptions

from components._names import whole

# gp3, as of 2025-09: https://docs.aws.amazon.com/ebs/latest/userguide/general-purpose.html
SIZE_GIB = range(1, 65_537)
IOPS = range(3_000, 80_001)
IOPS_PER_GIB = 500
THROUGHPUT_MIBPS = range(125, 2_001)
IOPS_PER_MIBPS = 4
INITIALIZATION_MIBPS = range(100, 301)


class DataVolumeArgs(TypedDict):
    """Inputs of `DataVolume`."""

    availability_zone: str
    """Zone of the node's hosts, such as ``eu-central-1a``; a volume cannot leave its zone."""
    size_gib: int
    """Capacity, 1 to 65536 GiB. It grows in place and online, and never shrinks."""
    iops: NotRequired[int]
    """I/O operations a second, 3000 (when absent) to 80000, at most 500 a GiB above 3000."""
    throughput_mibps: NotRequired[int]
    """Throughput, 125 (when absent) to 2000 MiB/s, at most a quarter of the IOPS."""
    snapshot_id: NotRequired[str]
    """Snapshot to start from; such a volume is never formatted."""
    initialization_mibps: NotRequired[int]
    """Rate at which a snapshot is loaded, 100 to 300 MiB/s, at a price; else when first read."""
    kms_key_id: NotRequired[Input[str]]
    """ARN of a key of your own; it must be protected as long as the volume. Else ``aws/ebs``."""
    keep: NotRequired[bool]
    """Protect the volume from destruction and replacement; true when absent."""
    adopt: NotRequired[str]
    """Id of an existing volume to take over, for one ``up``, when the state was lost."""
    tags: NotRequired[dict[str, str]]
    """Tags of the volume. Hosts may attach it only by ``nodekeep:stack`` and ``nodekeep:node``."""


class DataVolume(ComponentResource):
    """An encrypted gp3 volume that no other resource can take down with it.

    It depends on nothing but its key: neither a network nor a host has to stay, or to go, because
    of it. Hosts attach it themselves.
    """

    volume_id: Output[str]
    """Id of the volume; hosts find the disk by it."""

    def __init__(
        self, name: str, args: DataVolumeArgs, opts: ResourceOptions | None = None
    ) -> None:
        size_gib = whole("sizeGib", args["size_gib"], SIZE_GIB, "GiB")
        iops = _checked_iops(args.get("iops", IOPS.start), size_gib)
        throughput = _checked_throughput(args.get("throughput_mibps", THROUGHPUT_MIBPS.start), iops)
        rate = _checked_rate(args)
        super().__init__("nodekeep:index:DataVolume", name, {}, opts)
        keep = args.get("keep", True)
        volume = aws.ebs.Volume(
            f"{name}-volume",
            availability_zone=args["availability_zone"],
            encrypted=True,
            iops=iops,
            kms_key_id=args.get("kms_key_id"),
            size=size_gib,
            snapshot_id=args.get("snapshot_id"),
            tags={**args.get("tags", {}), "Name": name},
            throughput=throughput,
            type="gp3",
            volume_initialization_rate=rate,
            opts=ResourceOptions(
                parent=self,
                import_=args.get("adopt"),
                protect=keep,
                retain_on_delete=keep,
            ),
        )
        self.volume_id = volume.id
        self.register_outputs({"volumeId": self.volume_id})


def _checked_iops(given: float, size_gib: int) -> int:
    """Return the IOPS when a volume of this size can have them."""
    iops = whole("iops", given, IOPS, "operations a second")
    most = max(IOPS.start, size_gib * IOPS_PER_GIB)
    if iops > most:
        reason = f"iops must be at most {most} for {size_gib} GiB (500 a GiB), got {iops}"
        raise InputPropertyError("iops", reason)
    return iops


def _checked_throughput(given: float, iops: int) -> int:
    """Return the throughput when a volume with these IOPS can have it."""
    throughput = whole("throughputMibps", given, THROUGHPUT_MIBPS, "MiB/s")
    most = iops // IOPS_PER_MIBPS
    if throughput > most:
        reason = f"throughputMibps must be at most {most} for {iops} IOPS, got {throughput}"
        raise InputPropertyError("throughputMibps", reason)
    return throughput


def _checked_rate(args: DataVolumeArgs) -> int | None:
    """Return the initialization rate, which only a snapshot can have."""
    given = args.get("initialization_mibps")
    if given is None:
        return None
    if "snapshot_id" not in args:
        reason = "initializationMibps needs snapshotId: a blank volume has nothing to load"
        raise InputPropertyError("initializationMibps", reason)
    return whole("initializationMibps", given, INITIALIZATION_MIBPS, "MiB/s")
