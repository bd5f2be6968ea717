"""EC2: instances."""

import base64
import dataclasses
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from lab.plugins.aws.inputs import OBJECT, VALUE, Call, Form, Input, Local, pascal, unordered
from lab.plugins.aws.kind import AwsKind
from lab.plugins.aws.tagging import ec2
from lab.plugins.forms import covers, exactly
from lab.plugins.link import Job
from lab.plugins.resource import Field
from lab.plugins.wire import Properties, has_unknown

_TYPE_NEEDS_STOP = ("instanceType", "userData", "userDataBase64")
_ROOT_DEVICE = "/dev/xvda"


def _root_same(actual: Any, wanted: Any) -> bool:
    """Compare root volumes: their tags exactly, the rest as far as given."""
    if not isinstance(actual, dict) or not isinstance(wanted, dict):
        return covers(actual, wanted)
    tags = "tags" not in wanted or exactly(actual.get("tags"), wanted["tags"])
    return tags and covers(actual, {k: v for k, v in wanted.items() if k != "tags"})


@dataclass(frozen=True, kw_only=True)
class _Instance(AwsKind):
    """An instance: some inputs are set while it runs, some need it stopped, the rest a new one."""

    def changes(self, state: Properties, olds: Properties, news: Properties) -> list[Field]:
        """Let user data replace the instance, where the program wants that."""
        changed = super().changes(state, olds, news)
        if not news.get("userDataReplaceOnChange"):
            return changed
        return [
            dataclasses.replace(f, replace=True) if f.name.startswith("userData") else f
            for f in changed
        ]

    def request(self, inputs: Properties) -> dict[str, Any]:
        """Move what concerns the network into an interface, where a public address is decided."""
        request = super().request(inputs) | {"MinCount": 1, "MaxCount": 1}
        root = inputs.get("rootBlockDevice")
        if root and not has_unknown(root):
            disk = {pascal(k): v for k, v in root.items() if k not in ("tags", "deviceName")}
            device = inputs.get("rootDeviceName", _ROOT_DEVICE)
            request["BlockDeviceMappings"] = [{"DeviceName": device, "Ebs": disk}]
        if "associatePublicIpAddress" in inputs:
            names = {
                "SubnetId": "SubnetId",
                "SecurityGroupIds": "Groups",
                "PrivateIpAddress": "PrivateIpAddress",
            }
            moved = {new: request.pop(old) for old, new in names.items() if old in request}
            public = inputs["associatePublicIpAddress"]
            own = {
                "DeviceIndex": 0,
                "DeleteOnTermination": True,
                "AssociatePublicIpAddress": public,
            }
            request["NetworkInterfaces"] = [own | moved]
        if "userDataBase64" in inputs and not has_unknown(inputs["userDataBase64"]):
            request["UserData"] = base64.b64decode(inputs["userDataBase64"])
        return request

    def create(self, job: Job, inputs: Properties) -> tuple[str, Properties]:
        """Ask the image for its root device first: by that name its size is set."""
        images = self.call("describe_images", {"ImageIds": [inputs["ami"]]})["Images"]
        device = images[0].get("RootDeviceName") if images else None
        return super().create(job, inputs | {"rootDeviceName": device or _ROOT_DEVICE})

    def begun(self, job: Job, resource_id: str, inputs: Properties) -> None:
        """Tag the root volume, which no request can name before."""
        super().begun(job, resource_id, inputs)
        tags = inputs.get("rootBlockDevice", {}).get("tags")
        if tags:
            self._tag_root(job, resource_id, tags)

    def alter(
        self,
        job: Job,
        resource_id: str,
        state: Properties,
        changed: Sequence[Input],
        inputs: Properties,
    ) -> None:
        """Stop the instance for what needs it stopped."""
        stopped = [f for f in changed if f.name in _TYPE_NEEDS_STOP and state]
        if stopped:
            self._until(job, resource_id, "stop", "stopped")
        rest = [f for f in changed if f.name != "rootBlockDevice"]
        super().alter(job, resource_id, state, rest, inputs)
        if len(rest) < len(changed) and state:
            self._tag_root(job, resource_id, inputs.get("rootBlockDevice", {}).get("tags", {}))
        if stopped:
            self._until(job, resource_id, "start", "running")

    def find(self, resource_id: str, values: Properties) -> dict[str, Any] | None:
        """Add the root volume to the description."""
        found = super().find(resource_id, values)
        if found is None:
            return None
        volume = self._root(found)
        # By filter, as an instance that is shutting down may have lost its root volume already.
        request = {"Filters": [{"Name": "volume-id", "Values": [volume]}]}
        for disk in self.call("describe_volumes", request)["Volumes"] if volume else ():
            told = {
                "volumeId": volume,
                "volumeSize": disk["Size"],
                "volumeType": disk["VolumeType"],
                "encrypted": disk["Encrypted"],
                "iops": disk.get("Iops"),
                "throughput": disk.get("Throughput"),
                "kmsKeyId": disk.get("KmsKeyId"),
                "tags": ec2("").told(disk.get("Tags")),
                "deviceName": found["RootDeviceName"],
            }
            kept = values.get("rootBlockDevice") or {}
            ends = {"deleteOnTermination": kept.get("deleteOnTermination", True)}
            found["Root"] = {k: v for k, v in (told | ends).items() if v is not None}
        return found

    def _root(self, found: dict[str, Any]) -> str | None:
        for mapping in found.get("BlockDeviceMappings", ()):
            if mapping["DeviceName"] == found.get("RootDeviceName"):
                return str(mapping["Ebs"]["VolumeId"])
        return None

    def _tag_root(self, job: Job, resource_id: str, tags: dict[str, str]) -> None:
        while True:
            found = super().find(resource_id, {}) or {}
            volume = self._root(found)
            if volume or found.get("State", {}).get("Name") == "running":
                break
            job.pause(1, f"the root volume of {resource_id}")
        if not volume:
            return
        disk = self.call("describe_volumes", {"VolumeIds": [volume]})["Volumes"][0]
        old = ec2("").told(disk.get("Tags")).keys() - tags.keys()
        if old:
            removed = [{"Key": name} for name in sorted(old)]
            self.call("delete_tags", {"Resources": [volume], "Tags": removed})
        self.call("create_tags", {"Resources": [volume], "Tags": ec2("").written(tags)})

    def _until(self, job: Job, resource_id: str, verb: str, state: str) -> None:
        self.call(f"{verb}_instances", {"InstanceIds": [resource_id]})
        while True:
            found = super().find(resource_id, {}) or {}
            if found.get("State", {}).get("Name") == state:
                return
            job.pause(1, f"{resource_id} to be {state}")


def _options(name: str, operation: str, **more: Any) -> Input:
    """Return an input which is an object, and whose keys are the parameters of an operation."""
    return Input(**{"name": name, "form": OBJECT, "computed": True, "update": operation, **more})


def _from_base64(text: str | None) -> str | None:
    return base64.b64decode(text).decode(errors="replace") if text else None


_ATTRIBUTE = "modify_instance_attribute"

INSTANCE = _Instance(
    typ="aws:ec2/instance:Instance",
    service="ec2",
    make=Call(operation="run_instances", at="Instances[0].InstanceId"),
    look=Call(
        operation="describe_instances",
        params={"InstanceIds": ["{id}"]},
        at="Reservations[0].Instances[0]",
    ),
    also={
        "UserData": Call(
            operation="describe_instance_attribute",
            params={"InstanceId": "{id}", "Attribute": "userData"},
            at="UserData.Value",
        )
    },
    fields=[
        Input(name="ami", param="ImageId", replace=True),
        Input(name="instanceType", update=_ATTRIBUTE),
        Input(name="subnetId", replace=True, computed=True),
        Input(
            name="availabilityZone",
            param="Placement.AvailabilityZone",
            replace=True,
            computed=True,
        ),
        Input(name="privateIp", param="PrivateIpAddress", replace=True, computed=True),
        Local(name="associatePublicIpAddress", replace=True, computed=True),
        unordered(
            "vpcSecurityGroupIds",
            param="SecurityGroupIds",
            seen="SecurityGroups[].GroupId",
            computed=True,
            update=_ATTRIBUTE,
        ),
        Input(
            name="iamInstanceProfile",
            param="IamInstanceProfile.Name",
            seen="IamInstanceProfile.Arn",
            form=Form(back=lambda arn: arn.rpartition("/")[2]),
            replace=True,
        ),
        Input(name="keyName", replace=True, computed=True),
        Input(name="userData", form=Form(back=_from_base64), update=_ATTRIBUTE),
        Local(name="userDataBase64", update=_ATTRIBUTE),
        Local(name="userDataReplaceOnChange", default=False),
        Input(name="ebsOptimized", replace=True, computed=True),
        Input(name="disableApiTermination", form=VALUE, param=None, seen=None, update=_ATTRIBUTE),
        Input(
            name="instanceInitiatedShutdownBehavior", seen=None, computed=True, update=_ATTRIBUTE
        ),
        Input(name="monitoring", param="Monitoring.Enabled", seen=None, replace=True),
        Input(name="enclaveOptions", form=OBJECT, replace=True, computed=True),
        Input(name="creditSpecification", form=OBJECT, seen=None, replace=True, computed=True),
        _options("metadataOptions", "modify_instance_metadata_options"),
        _options("maintenanceOptions", "modify_instance_maintenance_options"),
        Local(name="rootBlockDevice", seen="Root", same=_root_same, computed=True),
    ],
    ready=("State.Name", ["running", "stopped"]),
    gone=("State.Name", ["terminated"]),
    lingers=True,
    unmake=Call(operation="terminate_instances", params={"InstanceIds": ["{id}"]}),
    tagging=ec2("instance"),
    told={
        "arn": "=arn:aws:ec2:{region}:{account}:instance/{id}",
        "instanceState": "State.Name",
        "privateDns": "PrivateDnsName",
        "publicIp": "PublicIpAddress",
        "publicDns": "PublicDnsName",
        "primaryNetworkInterfaceId": "NetworkInterfaces[0].NetworkInterfaceId",
    },
)

KINDS = [INSTANCE]
