"""Snapshots: a volume's disk as it was at one moment."""

from http import HTTPStatus

from ministack.services import ec2

from lab.aws import store
from lab.aws.lifecycle import RefusedError, State
from lab.aws.store import Answer, Params, Record
from lab.aws.volumes import Volumes


class SnapshotApi:
    """Handlers, by action."""

    def __init__(self, volumes: Volumes) -> None:
        self._volumes = volumes
        self._create = ec2._create_snapshot
        self._copy = ec2._copy_snapshot

    def install(self) -> None:
        """Take over from MiniStack, which keeps the records."""
        store.install(
            {
                "CopySnapshot": self.copy,
                "CreateSnapshot": self.create,
                "DeleteSnapshot": self.delete,
            }
        )

    def create(self, params: Params) -> Answer:
        """CreateSnapshot: pending until the disk is copied."""
        volume = store.volume(store.text(params, "VolumeId"))
        answer: Answer = self._create(params)
        snapshot = _made(answer)
        snapshot |= {"State": "pending", "Progress": "0%"}
        store.background(self._take, volume, snapshot)
        return answer[0], answer[1], answer[2].replace(b"<status>completed<", b"<status>pending<")

    def copy(self, params: Params) -> Answer:
        """CopySnapshot: a snapshot with a disk of its own."""
        answer: Answer = self._copy(params)
        if answer[0] == HTTPStatus.OK:
            snapshot = _made(answer)
            snapshot |= {"State": "pending", "Progress": "0%"}
            store.background(self._fill, store.text(params, "SourceSnapshotId"), snapshot)
        return answer

    def delete(self, params: Params) -> Answer:
        """DeleteSnapshot: with its disk."""
        name = store.text(params, "SnapshotId")
        if ec2._snapshots.pop(name, None) is None:
            raise RefusedError("InvalidSnapshot.NotFound", f"The snapshot '{name}' does not exist.")
        ec2._tags.pop(name, None)
        self._volumes.disks.delete(name)
        return store.answer("DeleteSnapshot", {"return": True})

    def _take(self, volume: Record, snapshot: Record) -> None:
        """Copy a disk as of one moment: writes of a running host are held meanwhile."""
        name, disks = volume["VolumeId"], self._volumes.disks
        holders = [ec2._instances.get(a["InstanceId"]) for a in volume["Attachments"]]
        running = [h["InstanceId"] for h in holders if h and State.of(h) is State.RUNNING]
        frozen = disks.freeze(name, running[0]) if running else None
        try:
            self._fill(name, snapshot)
        finally:
            if frozen:
                disks.thaw(running[0], frozen)

    def _fill(self, source: str, snapshot: Record) -> None:
        self._volumes.disks.copy(source, snapshot["SnapshotId"])
        snapshot |= {"State": "completed", "Progress": "100%"}


def _made(answer: Answer) -> Record:
    """Return the record of the snapshot that an answer names."""
    record: Record = ec2._snapshots[store.named(answer, "snapshotId")]
    return record
