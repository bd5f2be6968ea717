"""Filters of DescribeInstances."""

from collections.abc import Callable, Mapping, Sequence
from fnmatch import fnmatchcase
from typing import Any

from lab.aws.lifecycle import RefusedError

Record = Mapping[str, Any]
Filters = Mapping[str, Sequence[str]]

VALUES: dict[str, Callable[[Record], list[Any]]] = {
    "architecture": lambda record: [record["Architecture"]],
    "availability-zone": lambda record: [record["Placement"]["AvailabilityZone"]],
    "block-device-mapping.device-name": lambda record: [
        mapping["DeviceName"] for mapping in record["BlockDeviceMappings"]
    ],
    "block-device-mapping.volume-id": lambda record: [
        mapping["Ebs"]["VolumeId"] for mapping in record["BlockDeviceMappings"]
    ],
    "client-token": lambda record: [record.get("ClientToken", "")],
    "iam-instance-profile.arn": lambda record: [
        (record["IamInstanceProfile"] or {}).get("Arn", "")
    ],
    "image-id": lambda record: [record["ImageId"]],
    "instance-id": lambda record: [record["InstanceId"]],
    "instance-state-code": lambda record: [str(record["State"]["Code"])],
    "instance-state-name": lambda record: [record["State"]["Name"]],
    "instance-type": lambda record: [record["InstanceType"]],
    "instance.group-id": lambda record: [group["GroupId"] for group in record["SecurityGroups"]],
    "network-interface.addresses.private-ip-address": lambda record: [record["PrivateIpAddress"]],
    "private-dns-name": lambda record: [record["PrivateDnsName"]],
    "private-ip-address": lambda record: [record["PrivateIpAddress"]],
    "ip-address": lambda record: [record.get("PublicIpAddress", "")],
    "subnet-id": lambda record: [record["SubnetId"]],
    "vpc-id": lambda record: [record["VpcId"]],
}


def check(asked: Filters) -> None:
    """Refuse filters that are not known, lest they select everything.

    Raises:
        RefusedError: there is one.
    """
    for name in asked:
        if (
            name not in VALUES
            and not name.startswith("tag:")
            and name not in {"tag-key", "tag-value"}
        ):
            raise RefusedError("InvalidParameterValue", f"The filter '{name}' is invalid")


PLACE = {"private-dns-name", "private-ip-address", "ip-address", "subnet-id", "vpc-id"}
"""What a terminated instance has no more."""


def matches(record: Record, asked: Filters) -> bool:
    """Return whether an instance passes every filter but those on tags."""
    if record["State"]["Name"] == "terminated" and PLACE & set(asked):
        return False
    return all(
        any(
            fnmatchcase(str(value), pattern)
            for value in VALUES[name](record)
            for pattern in patterns
        )
        for name, patterns in asked.items()
        if name in VALUES
    )
