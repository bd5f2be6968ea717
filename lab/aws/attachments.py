"""Rules of volumes: one instance at a time, and nothing taken from under a mounted file system."""

from collections.abc import Collection, Iterable, Mapping
from typing import Any

from lab.aws.lifecycle import RefusedError, State

GIB = 1024**3
SIZES = {"gp2": (1, 16_384), "gp3": (1, 65_536), "io1": (4, 16_384), "io2": (4, 65_536)}
OTHER_SIZES = (1, 16_384)

Record = Mapping[str, Any]

ATTACHABLE = frozenset({State.RUNNING, State.STOPPED})


def check_attach(
    volume: Record,
    instance: Record,
    device: str,
    others: Iterable[Record],
    states: Collection[State] = ATTACHABLE,
) -> None:
    """Refuse what EC2 refuses; `others` are all volumes.

    Raises:
        RefusedError: attached already, elsewhere, device taken, or not in a state for it.
    """
    name, host = volume["VolumeId"], instance["InstanceId"]
    if volume["Attachments"]:
        raise RefusedError("VolumeInUse", f"{name} is already attached to an instance")
    if volume["State"] != "available":
        raise RefusedError("IncorrectState", f"The volume '{name}' is not 'available'.")
    zone = instance["Placement"]["AvailabilityZone"]
    if volume["AvailabilityZone"] != zone:
        text = f"The volume '{name}' is not in the same availability zone as instance '{host}'"
        raise RefusedError("InvalidVolume.ZoneMismatch", text)
    if State.of(instance) not in states:
        raise RefusedError("IncorrectState", f"Instance '{host}' is not 'running'.")
    if any(
        a["Device"] == device for v in others for a in v["Attachments"] if a["InstanceId"] == host
    ):
        text = (
            f"Invalid value '{device}' for unixDevice. Attachment point {device} is already in use"
        )
        raise RefusedError("InvalidParameterValue", text)


def check_detach(
    volume: Record, instance: Record | None, instance_id: str, device: str
) -> dict[str, Any]:
    """Return the attachment that DetachVolume means.

    Raises:
        RefusedError: not attached, or not so, or a running instance's root.
    """
    name = volume["VolumeId"]
    if not volume["Attachments"]:
        text = f"Volume '{name}' is in the '{volume['State']}' state."
        raise RefusedError("IncorrectState", text)
    attachment: dict[str, Any] = volume["Attachments"][0]
    holder = attachment["InstanceId"]
    if (instance_id and instance_id != holder) or (device and device != attachment["Device"]):
        text = (
            f"The volume '{name}' is not attached to instance '{instance_id}' as device '{device}'"
        )
        raise RefusedError("InvalidAttachment.NotFound", text)
    is_root = instance is not None and attachment["Device"] == instance["RootDeviceName"]
    if instance and is_root and State.of(instance) is State.RUNNING:
        text = f"Unable to detach root volume '{name}' from instance '{holder}'"
        raise RefusedError("OperationNotPermitted", text)
    return attachment


def check_delete(volume: Record) -> None:
    """Refuse to delete what is attached.

    Raises:
        RefusedError: it is in use.
    """
    if volume["Attachments"]:
        holder = volume["Attachments"][0]["InstanceId"]
        text = f"Volume {volume['VolumeId']} is currently attached to {holder}"
        raise RefusedError("VolumeInUse", text)


def check_size(kind: str, gib: int, *, at_least: int = 0, why: str = "") -> None:
    """Refuse sizes that EC2 has not.

    Raises:
        RefusedError: out of the type's range, or below what a snapshot or volume needs.
    """
    low, high = SIZES.get(kind, OTHER_SIZES)
    if not low <= gib <= high:
        text = f"Volume of {gib}GiB is out of the range of {kind}: {low} to {high}GiB."
        raise RefusedError("InvalidParameterValue", text)
    if gib < at_least:
        raise RefusedError("InvalidParameterValue", why)


def mount_point(mountinfo: str, device: str) -> str | None:
    """Return where a device (`MAJOR:MINOR`) is mounted, from /proc/self/mountinfo."""
    for line in mountinfo.splitlines():
        fields = line.split()
        if fields[2] == device:
            return fields[4].encode().decode("unicode_escape")
    return None
