"""Volumes of the running lab: one host at a time, real devices, contents that last."""

import subprocess

import pytest

from tests.lab_aws.conftest import Cloud, eventually, refusal
from tests.lab_aws.test_hosts_live import container

pytestmark = pytest.mark.lab

FILL = "mkfs.ext4 -q {0} && mount {0} /mnt && echo kept > /mnt/file && sync"


def test_a_volume_has_one_host(cloud: Cloud) -> None:
    first, second, disk = cloud.host(), cloud.host(), cloud.disk()
    cloud.attach(disk, first)
    taken = {"VolumeId": disk, "InstanceId": second, "Device": "/dev/sdf"}
    assert refusal(lambda: cloud.ec2.attach_volume(**taken)) == "VolumeInUse"
    assert refusal(lambda: cloud.ec2.delete_volume(VolumeId=disk)) == "VolumeInUse"
    other = cloud.disk()
    same_name = {"VolumeId": other, "InstanceId": first, "Device": "/dev/sdf"}
    assert refusal(lambda: cloud.ec2.attach_volume(**same_name)) == "InvalidParameterValue"


def test_a_volume_of_another_zone_is_refused(cloud: Cloud) -> None:
    host, disk = cloud.host(), cloud.disk(AvailabilityZone="eu-central-1b")
    asked = {"VolumeId": disk, "InstanceId": host, "Device": "/dev/sdf"}
    assert refusal(lambda: cloud.ec2.attach_volume(**asked)) == "InvalidVolume.ZoneMismatch"


def test_the_device_is_found_by_the_volumes_serial(cloud: Cloud) -> None:
    host, disk = cloud.host(), cloud.disk(2)
    cloud.attach(disk, host)
    serial = disk.replace("-", "")
    node = f"/dev/disk/by-id/nvme-Amazon_Elastic_Block_Store_{serial}"
    assert cloud.shell(host, f"blockdev --getsize64 {node}") == f"{2 * 1024**3}\n"


def test_a_mounted_volume_is_not_taken_away(cloud: Cloud) -> None:
    host, disk = cloud.host(), cloud.disk()
    cloud.attach(disk, host)
    cloud.shell(host, FILL.format("/dev/sdf"))
    cloud.ec2.detach_volume(VolumeId=disk, Force=True)
    cloud.shell(host, "sleep 2; cat /mnt/file")
    assert cloud.attachment(disk) == (host, "detaching")
    cloud.shell(host, "umount /mnt")
    eventually(lambda: cloud.attachment(disk) is None)
    assert cloud.run(host, "test -e /dev/sdf")["ResponseCode"] == 1


def test_a_killed_host_keeps_its_volume_until_it_is_fenced(cloud: Cloud) -> None:
    carrier, standby, disk = cloud.host(), cloud.host(), cloud.disk()
    cloud.attach(disk, carrier)
    cloud.shell(carrier, FILL.format("/dev/sdf"))
    subprocess.run(["docker", "kill", container(carrier)], check=True, capture_output=True)
    eventually(lambda: cloud.state(carrier) == "stopped")
    assert cloud.attachment(disk) == (carrier, "attached")
    cloud.ec2.detach_volume(VolumeId=disk, InstanceId=carrier)
    eventually(lambda: cloud.attachment(disk) is None)
    cloud.attach(disk, standby)
    assert cloud.shell(standby, "mount /dev/sdf /mnt && cat /mnt/file") == "kept\n"


def test_a_stopped_host_has_its_volume_again_after_its_start(cloud: Cloud) -> None:
    host, disk = cloud.host(), cloud.disk()
    cloud.attach(disk, host)
    cloud.shell(host, FILL.format("/dev/sdf"))
    cloud.ec2.stop_instances(InstanceIds=[host])
    eventually(lambda: cloud.state(host) == "stopped")
    assert cloud.attachment(disk) == (host, "attached")
    cloud.ec2.start_instances(InstanceIds=[host])
    eventually(lambda: cloud.online(host))
    assert cloud.shell(host, "mount /dev/sdf /mnt && cat /mnt/file") == "kept\n"


def test_a_volume_ends_with_its_host_if_it_shall(cloud: Cloud) -> None:
    ebs = {"VolumeSize": 1, "DeleteOnTermination": True}
    host = cloud.host(BlockDeviceMappings=[{"DeviceName": "/dev/sdf", "Ebs": ebs}])
    held = [{"Name": "attachment.instance-id", "Values": [host]}]
    volumes = cloud.ec2.describe_volumes(Filters=held)["Volumes"]
    assert sorted(v["Attachments"][0]["Device"] for v in volumes) == ["/dev/sdf", "/dev/xvda"]
    cloud.shell(host, "test -b $(readlink -f /dev/sdf)")
    cloud.terminate(host)
    assert cloud.ec2.describe_volumes(Filters=held)["Volumes"] == []


def test_a_volume_grows_under_its_host_and_never_shrinks(cloud: Cloud) -> None:
    host, disk = cloud.host(), cloud.disk()
    cloud.attach(disk, host)
    cloud.ec2.modify_volume(VolumeId=disk, Size=3)
    modified = cloud.ec2.describe_volumes_modifications(VolumeIds=[disk])
    assert modified["VolumesModifications"][0]["TargetSize"] == 3
    assert cloud.shell(host, "blockdev --getsize64 /dev/sdf") == f"{3 * 1024**3}\n"
    smaller = {"VolumeId": disk, "Size": 2}
    assert refusal(lambda: cloud.ec2.modify_volume(**smaller)) == "InvalidParameterValue"


def test_a_snapshot_of_a_mounted_volume_is_whole(cloud: Cloud) -> None:
    host, disk = cloud.host(), cloud.disk()
    cloud.attach(disk, host)
    cloud.shell(host, FILL.format("/dev/sdf"))
    cloud.shell(host, "systemd-run --quiet sh -c 'while :; do date > /mnt/busy; done'")
    snapshot = cloud.ec2.create_snapshot(VolumeId=disk)
    assert snapshot["State"] == "pending"
    name = snapshot["SnapshotId"]
    cloud.later(lambda: cloud.ec2.delete_snapshot(SnapshotId=name))
    eventually(lambda: _state(cloud, name) == "completed")
    copy = cloud.disk(2, SnapshotId=name)
    cloud.attach(copy, host, "/dev/sdg")
    assert cloud.shell(host, "e2fsck -fn /dev/sdg >&2 && mount /dev/sdg /srv && cat /srv/file")
    smaller = {"AvailabilityZone": "eu-central-1a", "Size": 0, "SnapshotId": "snap-0"}
    assert refusal(lambda: cloud.ec2.create_volume(**smaller)) == "InvalidSnapshot.NotFound"


def _state(cloud: Cloud, snapshot: str) -> str:
    found = cloud.ec2.describe_snapshots(SnapshotIds=[snapshot])["Snapshots"]
    state: str = found[0]["State"]
    return state
