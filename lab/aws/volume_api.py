"""EC2's actions on volumes."""

import logging
from collections.abc import Collection
from subprocess import CalledProcessError

from ministack.core.responses import get_region
from ministack.services import ec2

from lab.aws import attachments, descriptions, store
from lab.aws.attachments import ATTACHABLE, check_size
from lab.aws.lifecycle import RefusedError, State
from lab.aws.markup import Value, render
from lab.aws.store import Answer, Params, Record
from lab.aws.volumes import Volumes

logger = logging.getLogger("lab.volumes")

PERFORMANCE = {"gp3": (3000, 125), "io1": (100, 0), "io2": (100, 0)}
"""IOPS and throughput (MiB/s) that a type has when nothing is asked for."""


class VolumeApi:
    """Handlers, by action."""

    def __init__(self, volumes: Volumes) -> None:
        self._volumes = volumes

    def install(self) -> None:
        """Take over from MiniStack."""
        ec2._volume_inner_xml = lambda record: render(
            descriptions.volume(record, store.tags(record["VolumeId"]))
        )
        store.install(
            {
                "AttachVolume": self.attach,
                "CreateVolume": self.create,
                "DeleteVolume": self.delete,
                "DescribeVolumesModifications": self.describe_modifications,
                "DetachVolume": self.detach,
                "ModifyVolume": self.modify,
            }
        )

    def resume(self) -> None:
        """Finish what the last run of the local AWS began; snapshots of that moment are lost."""
        for volume in ec2._volumes.all_values():
            if volume["State"] == "creating":
                store.background(self._fill, volume)
        for snapshot in ec2._snapshots.all_values():
            if snapshot["State"] == "pending":
                snapshot["State"] = "error"

    def create(self, params: Params) -> Answer:
        """CreateVolume: a disk of its own, blank or from a snapshot."""
        record = self.new(params, zone=store.text(params, "AvailabilityZone"))
        tags = store.specified_tags(params, "volume")
        if tags:
            ec2._tags[record["VolumeId"]] = tags
        described = descriptions.volume(record, tags)
        return store.answer("CreateVolume", described)

    def new(self, params: Params, *, zone: str, wait: bool = False) -> Record:
        """Make a volume from CreateVolume's parameters, or from those of a launch's mapping."""
        token = store.text(params, "ClientToken")
        for known in ec2._volumes.values():
            if token and known.get("ClientToken") == token:
                found: Record = known
                return found
        if zone.rstrip("abc") != get_region():
            text = f"Value ({zone}) for parameter availabilityZone is invalid."
            raise RefusedError("InvalidParameterValue", text)
        snapshot = self._snapshot(store.text(params, "SnapshotId"))
        least = snapshot["VolumeSize"] if snapshot else 0
        size = int(store.text(params, "Size") or store.text(params, "VolumeSize") or least)
        kind = store.text(params, "VolumeType", "gp2")
        too_small = f"Volume of {size}GiB is smaller than its snapshot, expect size >= {least}GiB."
        check_size(kind, size, at_least=least, why=too_small)
        iops, throughput = PERFORMANCE.get(kind, (0, 0))
        key = store.text(params, "KmsKeyId")
        volume_id = ec2._new_volume_id()
        record = {
            "VolumeId": volume_id,
            "Size": size,
            "AvailabilityZone": zone,
            "State": "creating",
            "VolumeType": kind,
            "SnapshotId": store.text(params, "SnapshotId"),
            "Iops": int(store.text(params, "Iops") or iops),
            "Throughput": int(store.text(params, "Throughput") or throughput),
            "Encrypted": store.flag(params, "Encrypted")
            or bool(snapshot and snapshot["Encrypted"]),
            "KmsKeyId": key or None,
            "CreateTime": ec2._now_ts(),
            "Attachments": [],
            "MultiAttachEnabled": False,
            "ClientToken": token,
            "VolumeInitializationRate": store.text(params, "VolumeInitializationRate") or None,
        }
        ec2._volumes[volume_id] = record
        if wait:
            self._fill(record)
        else:
            store.background(self._fill, record)
        return record

    def attach(self, params: Params) -> Answer:
        """AttachVolume: to one instance only."""
        volume = store.volume(store.text(params, "VolumeId"))
        instance = store.instance(store.text(params, "InstanceId"))
        attachment = self.claim(volume, instance, store.text(params, "Device"))
        store.background(self._volumes.attach, volume, attachment, instance)
        return store.answer("AttachVolume", descriptions.attachment(attachment))

    def claim(
        self,
        volume: Record,
        instance: Record,
        device: str,
        *,
        ends: bool = False,
        states: Collection[State] = ATTACHABLE,
    ) -> Record:
        """Give a volume to an instance, or refuse; two callers at once never both get it."""
        with store.changing:
            attachments.check_attach(volume, instance, device, ec2._volumes.values(), states)
            attachment = {
                "VolumeId": volume["VolumeId"],
                "InstanceId": instance["InstanceId"],
                "Device": device,
                "State": "attaching",
                "AttachTime": ec2._now_ts(),
                "DeleteOnTermination": ends,
            }
            volume["Attachments"] = [attachment]
            volume["State"] = "in-use"
            ebs = {
                "VolumeId": volume["VolumeId"],
                "Status": "attached",
                "AttachTime": attachment["AttachTime"],
                "DeleteOnTermination": ends,
            }
            instance["BlockDeviceMappings"].append({"DeviceName": device, "Ebs": ebs})
        return attachment

    def launch(self, instance: Record, mapping: Params, ebs: Params, *, ends: bool) -> Record:
        """Make a volume that a launch asks for; it is plugged when its host boots."""
        volume = self.new(ebs, zone=instance["Placement"]["AvailabilityZone"], wait=True)
        device = store.text(mapping, "DeviceName")
        self.claim(volume, instance, device, ends=ends, states={State.PENDING})
        return volume

    def detach(self, params: Params) -> Answer:
        """DetachVolume: stays detaching until the host let go; Force changes nothing about that."""
        volume = store.volume(store.text(params, "VolumeId"))
        with store.changing:
            holders = [a["InstanceId"] for a in volume["Attachments"]]
            instance = ec2._instances.get(holders[0]) if holders else None
            asked, device = store.text(params, "InstanceId"), store.text(params, "Device")
            attachment = attachments.check_detach(volume, instance, asked, device)
            began = attachment["State"] != "detaching"
            attachment["State"] = "detaching"
        if began:
            store.background(self._volumes.detach, volume, instance)
        return store.answer("DetachVolume", descriptions.attachment(attachment))

    def delete(self, params: Params) -> Answer:
        """DeleteVolume: not while it is attached."""
        volume = store.volume(store.text(params, "VolumeId"))
        with store.changing:
            attachments.check_delete(volume)
            volume["State"] = "deleting"
        self._volumes.delete(volume)
        return store.answer("DeleteVolume", {"return": True})

    def modify(self, params: Params) -> Answer:
        """ModifyVolume: grows at once, under a running host too."""
        volume = store.volume(store.text(params, "VolumeId"))
        before = {key: volume[key] for key in ("Size", "VolumeType", "Iops", "Throughput")}
        size = int(store.text(params, "Size") or volume["Size"])
        kind = store.text(params, "VolumeType") or volume["VolumeType"]
        shrinks = f"New size cannot be smaller than existing size, {volume['Size']} GiB"
        check_size(kind, size, at_least=volume["Size"], why=shrinks)
        if size > volume["Size"]:
            self._volumes.disks.grow(volume["VolumeId"], size)
        iops, throughput = PERFORMANCE.get(kind, (0, 0))
        kept = kind == volume["VolumeType"]
        volume["Iops"] = int(store.text(params, "Iops") or (volume["Iops"] if kept else iops))
        volume["Throughput"] = int(
            store.text(params, "Throughput") or (volume["Throughput"] if kept else throughput)
        )
        volume["Size"], volume["VolumeType"] = size, kind
        volume["_modification"] = {"original": before, "at": ec2._now_ts()}
        return store.answer("ModifyVolume", {"volumeModification": _modification(volume)})

    def describe_modifications(self, params: Params) -> Answer:
        """DescribeVolumesModifications: only of volumes that were modified."""
        asked = store.members(params, "VolumeId")
        volumes = [store.volume(name) for name in asked] or list(ec2._volumes.values())
        modified = [volume for volume in volumes if "_modification" in volume]
        if asked and not modified:
            text = f"Modification for volume '{asked[0]}' does not exist."
            raise RefusedError("InvalidVolumeModification.NotFound", text)
        shown = {"volumeModificationSet": [_modification(volume) for volume in modified]}
        return store.answer("DescribeVolumesModifications", shown)

    def _snapshot(self, snapshot_id: str) -> Record | None:
        if not snapshot_id:
            return None
        snapshot: Record | None = ec2._snapshots.get(snapshot_id)
        if snapshot is None:
            text = f"The snapshot '{snapshot_id}' does not exist."
            raise RefusedError("InvalidSnapshot.NotFound", text)
        if snapshot["State"] != "completed":
            text = f"Snapshot '{snapshot_id}' is in the '{snapshot['State']}' state."
            raise RefusedError("IncorrectState", text)
        return snapshot

    def _fill(self, volume: Record) -> None:
        source = volume["SnapshotId"] or None
        try:
            self._volumes.disks.create(volume["VolumeId"], volume["Size"], source=source)
        except (OSError, CalledProcessError):
            logger.exception("%s has no disk", volume["VolumeId"])
            volume["State"] = "error"
        else:
            volume["State"] = "available"


def _modification(volume: Record) -> Value:
    made = volume["_modification"]
    return {
        "volumeId": volume["VolumeId"],
        "modificationState": "completed",
        **{f"target{key}": volume[key] for key in made["original"]},
        **{f"original{key}": value for key, value in made["original"].items()},
        "progress": 100,
        "startTime": made["at"],
        "endTime": made["at"],
    }
