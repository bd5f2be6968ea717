"""What EC2 knows of a stack, found by the tags its components set."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

import boto3

from ops.session import OperatorError

if TYPE_CHECKING:
    from mypy_boto3_ec2.type_defs import FilterTypeDef

# EC2's word for an instance that is not gone for good
PRESENT = ["pending", "running", "stopping", "stopped"]


@dataclass(frozen=True)
class Host:
    """An instance that may carry its node."""

    name: str
    node: str
    instance_id: str
    state: str


@dataclass(frozen=True)
class Node:
    """A data volume, the hosts that may carry it, and the one that does."""

    name: str
    volume_id: str
    hosts: Mapping[str, Host]
    carrier: Host | None


def nodes(session: boto3.Session, stack: str) -> dict[str, Node]:
    """Return a stack's nodes by name.

    Raises:
        OperatorError: nothing in this account and region is tagged with the stack.
    """
    ec2 = session.client("ec2")
    of_stack: FilterTypeDef = {"Name": "tag:nodekeep:stack", "Values": [stack]}
    hosts = [
        Host(
            tags["nodekeep:host"],
            tags["nodekeep:node"],
            found["InstanceId"],
            found["State"]["Name"],
        )
        for page in ec2.get_paginator("describe_instances").paginate(
            Filters=[of_stack, {"Name": "instance-state-name", "Values": PRESENT}]
        )
        for reservation in page["Reservations"]
        for found in reservation["Instances"]
        if "nodekeep:host" in (tags := _tags(found))
    ]
    by_id = {host.instance_id: host for host in hosts}
    result = {}
    for page in ec2.get_paginator("describe_volumes").paginate(Filters=[of_stack]):
        for volume in page["Volumes"]:
            tags = _tags(volume)
            if "nodekeep:host" in tags or "nodekeep:node" not in tags:
                continue  # a host's root volume, or the signer's
            name = tags["nodekeep:node"]
            attached = [item["InstanceId"] for item in volume["Attachments"]]
            carrier = next((by_id[item] for item in attached if item in by_id), None)
            if name in result and carrier is None:
                continue  # kept from before: a restored or adopted volume took its place
            result[name] = Node(
                name=name,
                volume_id=volume["VolumeId"],
                hosts={host.name: host for host in hosts if host.node == name},
                carrier=carrier,
            )
    if not result:
        raise OperatorError(
            f"--stack {stack}: no data volume in {session.region_name} has the tag "
            f"nodekeep:stack={stack}; deploy it first (pulumi up --stack {stack})"
        )
    return dict(sorted(result.items()))


def _tags(resource: Mapping[str, object]) -> dict[str, str]:
    tags = resource.get("Tags", [])
    return {tag["Key"]: tag["Value"] for tag in tags} if isinstance(tags, list) else {}
