"""EBS: volumes."""

from dataclasses import dataclass

from lab.plugins.aws.inputs import Call, Input, Local
from lab.plugins.aws.kind import AwsKind
from lab.plugins.aws.tagging import ec2
from lab.plugins.link import Job
from lab.plugins.wire import Properties


@dataclass(frozen=True, kw_only=True)
class _Volume(AwsKind):
    """A volume: its data may go into a last snapshot."""

    def ending(self, job: Job, resource_id: str, state: Properties) -> None:
        """Take the snapshot, if one is wanted, and wait until it has everything."""
        if not state.get("finalSnapshot"):
            return
        tags = {"ResourceType": "snapshot", "Tags": ec2("").written(state.get("tagsAll", {}))}
        request = {"VolumeId": resource_id, "TagSpecifications": [tags] if tags["Tags"] else []}
        snapshot = self.call("create_snapshot", request)["SnapshotId"]
        look = {"SnapshotIds": [snapshot]}
        while self.call("describe_snapshots", look)["Snapshots"][0]["State"] == "pending":
            job.pause(1, f"{snapshot} of {resource_id} to be complete")


VOLUME = _Volume(
    typ="aws:ebs/volume:Volume",
    service="ec2",
    make=Call(operation="create_volume", at="VolumeId"),
    look=Call(operation="describe_volumes", params={"VolumeIds": ["{id}"]}, at="Volumes[0]"),
    fields=[
        Input(name="availabilityZone", replace=True),
        Input(name="size", computed=True),
        Input(name="type", param="VolumeType", computed=True),
        Input(name="iops", computed=True),
        Input(name="throughput", computed=True),
        Input(name="encrypted", replace=True, computed=True),
        Input(name="kmsKeyId", replace=True, computed=True),
        Input(name="snapshotId", replace=True, computed=True),
        Input(name="multiAttachEnabled", replace=True, default=False),
        Input(name="volumeInitializationRate", replace=True, computed=True),
        Local(name="finalSnapshot", default=False),
    ],
    subject={"VolumeId": "{id}"},
    modify="modify_volume",
    ready=("State", ["available", "in-use"]),
    gone=("State", ["deleting", "deleted"]),
    lingers=True,
    unmake=Call(operation="delete_volume", params={"VolumeId": "{id}"}),
    tagging=ec2("volume"),
    told={"arn": "=arn:aws:ec2:{region}:{account}:volume/{id}"},
)

KINDS = [VOLUME]
