"""A small table of one kind, for tests of what all kinds share."""

import json
from pathlib import Path
from typing import Any

from lab.plugins.aws.inputs import Call, Input, Local, policy, unordered
from lab.plugins.aws.kind import AwsKind
from lab.plugins.aws.tagging import ec2
from lab.plugins.resource import AutoName
from lab.plugins.schema import Schema
from lab.plugins.servicer import Provider

TYP = "aws:toy/toy:Toy"

TOY = AwsKind(
    typ=TYP,
    service="ec2",
    make=Call(operation="create_volume", at="VolumeId"),
    look=Call(operation="describe_volumes", params={"VolumeIds": ["{id}"]}, at="Volumes[0]"),
    fields=[
        Input(name="availabilityZone", replace=True),
        Input(name="size"),
        Input(name="type", param="VolumeType", computed=True),
        Input(name="encrypted", default=False, replace=True),
        Input(name="name", param="OutpostArn", replace=True),
        Local(name="namePrefix"),
        policy("policy", param="KmsKeyId"),
        unordered("zones", param=None, seen="Zones", update="modify_volume", update_param="Size"),
        Local(name="finalSnapshot"),
    ],
    auto_name=AutoName(name="name", longest=20),
    subject={"VolumeId": "{id}"},
    modify="modify_volume",
    ready=("State", ["available"]),
    gone=("State", ["deleted"]),
    lingers=True,
    unmake=Call(operation="delete_volume", params={"VolumeId": "{id}"}),
    tagging=ec2("volume"),
    told={"arn": "=arn:aws:ec2:{region}:{account}:volume/{id}", "state": "State"},
)

_INPUTS = {
    "availabilityZone": "string",
    "size": "integer",
    "type": "string",
    "encrypted": "boolean",
    "name": "string",
    "namePrefix": "string",
    "policy": "string",
    "zones": "[string",
    "finalSnapshot": "boolean",
    "tags": "{string",
    "iops": "integer",
    "nested": "any",
}


def provider(folder: Path) -> Provider:
    """Return a provider of that kind alone."""
    file = folder / "schema.json"
    resources = {TYP: {"inputs": _INPUTS, "required": ["availabilityZone"]}}
    file.write_text(json.dumps({"resources": resources, "types": {}}))
    return Provider(name="toy", version="1.0.0", kinds={TYP: TOY}, schema=Schema(file))


POLICY = json.dumps({"Statement": [{"Effect": "Allow", "Action": ["a", "b"]}]})
TURNED = json.dumps({"Statement": {"Action": ["b", "a"], "Effect": "Allow"}}, indent=1)
INPUTS = {
    "__defaults": ["encrypted"],
    "availabilityZone": "eu-central-1a",
    "encrypted": False,
    "name": "n-1234567",
    "policy": POLICY,
    "size": 2,
    "tags": {"a": "1"},
}
TOLD = {
    "VolumeId": "vol-1",
    "AvailabilityZone": "eu-central-1a",
    "Size": 2,
    "VolumeType": "gp3",
    "Encrypted": False,
    "KmsKeyId": TURNED,
    "State": "available",
    "Tags": [{"Key": "a", "Value": "1"}, {"Key": "aws:own", "Value": "x"}],
}


def answers(**more: Any) -> dict[str, Any]:
    """Return what AWS answers when all is well."""
    return {"create_volume": {"VolumeId": "vol-1"}, "describe_volumes": {"Volumes": [TOLD]}} | more
