"""Volumes: which instance has them, and their disks in step with it."""

import logging
import threading
import time
from collections import defaultdict

from ministack.services import ec2

from lab.aws import store
from lab.aws.disks import DiskError, Disks
from lab.aws.lifecycle import State
from lab.aws.store import Record

logger = logging.getLogger("lab.volumes")

BUSY_S = 0.5
"""How often a mounted volume is asked for again."""


class Volumes:
    """Attachments of a lab's volumes."""

    def __init__(self, disks: Disks) -> None:
        self.disks = disks
        self.locks: defaultdict[str, threading.RLock] = defaultdict(threading.RLock)
        """One an instance: held while its devices or its container's existence change."""

    def attach(self, volume: Record, attachment: Record, instance: Record) -> None:
        """Bring an attachment from attaching to attached."""
        name, host = volume["VolumeId"], instance["InstanceId"]
        with self.locks[host]:
            if attachment not in volume["Attachments"]:
                return  # freed again before it began
            try:
                if State.of(instance) is State.RUNNING:
                    self.disks.plug(name, host, attachment["Device"])
            except DiskError:
                logger.exception("%s is not attached to %s", name, host)
                self._forget(volume, instance)
                return
            self._attached(attachment)

    def detach(self, volume: Record, instance: Record) -> None:
        """Bring an attachment from detaching to gone: only once nothing of it is mounted."""
        name, host = volume["VolumeId"], instance["InstanceId"]
        while True:
            with self.locks[host]:
                if not self._has(volume, host):
                    return  # the instance went away and freed it
                if State.of(instance) is State.STOPPED or self.disks.unplug(name, host):
                    self._forget(volume, instance)
                    return
            time.sleep(BUSY_S)

    def plug(self, instance: Record) -> None:
        """Make all of an instance's volumes appear in its host, which just started."""
        for volume, attachment in self._data_volumes(instance):
            if attachment["State"] != "detaching":
                self.disks.plug(volume["VolumeId"], instance["InstanceId"], attachment["Device"])
                self._attached(attachment)

    def resume(self, instance: Record) -> None:
        """Go on with detaching where the last run of the local AWS left it."""
        for volume, attachment in self._data_volumes(instance):
            if attachment["State"] == "detaching":
                store.background(self.detach, volume, instance)

    def release(self, instance: Record) -> None:
        """Let go of the devices of a host that went down; what was attached stays attached."""
        for volume, attachment in self._data_volumes(instance):
            self.disks.disconnect(volume["VolumeId"])
            if attachment["State"] == "detaching":
                self._forget(volume, instance)

    def free(self, instance: Record) -> None:
        """Give back the volumes of an instance that ends, or delete those that end with it."""
        for volume, attachment in store.volumes_of(instance["InstanceId"]):
            self._forget(volume, instance)
            if attachment["DeleteOnTermination"]:
                self.delete(volume)

    def delete(self, volume: Record) -> None:
        """Remove a volume with its disk."""
        ec2._volumes.pop(volume["VolumeId"], None)
        ec2._tags.pop(volume["VolumeId"], None)
        self.disks.delete(volume["VolumeId"])

    def _attached(self, attachment: Record) -> None:
        with store.changing:
            if attachment["State"] == "attaching":
                attachment["State"] = "attached"

    def _forget(self, volume: Record, instance: Record) -> None:
        with store.changing:
            volume["Attachments"] = []
            volume["State"] = "available"
            instance["BlockDeviceMappings"] = [
                mapping
                for mapping in instance["BlockDeviceMappings"]
                if mapping["Ebs"]["VolumeId"] != volume["VolumeId"]
            ]

    def _has(self, volume: Record, host: str) -> bool:
        return any(a["InstanceId"] == host for a in volume["Attachments"])

    def _data_volumes(self, instance: Record) -> list[tuple[Record, Record]]:
        """Return all but the root, which is the container itself."""
        root = instance["RootDeviceName"]
        held = store.volumes_of(instance["InstanceId"])
        return [(volume, attachment) for volume, attachment in held if attachment["Device"] != root]
