"""The attachment: asked for, waited for, never taken from another host and never forced."""

import subprocess

import pytest

from tests.hostfiles.conftest import ME, OTHER, REGION, VOLUME, Host, Refused, manifest

pytestmark = pytest.mark.script

DESCRIBE = "ec2 describe-volumes"
FREE = "available None None\n"
MINE = f"in-use {ME} attached\n"
ATTACHING = f"in-use {ME} attaching\n"
THEIRS = f"in-use {OTHER} attached\n"


def start(host: Host) -> subprocess.CompletedProcess[str]:
    """Start; it ends at the device, which these hosts have not."""
    done = host.run("nodekeep-volume", "start")
    assert done.returncode == 1
    return done


def reached_device(done: subprocess.CompletedProcess[str]) -> bool:
    return f"nvme-Amazon_Elastic_Block_Store_{VOLUME.replace('-', '')} is not" in done.stderr


def test_a_free_volume_is_attached_to_this_instance(host: Host) -> None:
    host.tell("aws", DESCRIBE, FREE, ATTACHING, MINE)
    assert reached_device(start(host))
    [asked] = host.asked("attach-volume")
    assert asked[asked.index("--instance-id") + 1] == ME
    assert asked[asked.index("--volume-id") + 1] == VOLUME


def test_an_attachment_of_before_is_resumed(host: Host) -> None:
    host.tell("aws", DESCRIBE, MINE)
    assert reached_device(start(host))
    assert not host.asked("attach-volume")


def test_another_host_is_waited_for_and_left_alone(host: Host) -> None:
    host.tell("aws", DESCRIBE, *[THEIRS] * 31, FREE, MINE)
    done = start(host)
    assert reached_device(done)
    assert not host.asked("detach-volume")
    assert len(host.asked("attach-volume")) == 1
    told = [line for line in done.stdout.splitlines() if OTHER in line]
    assert len(told) == 3, "31 polls of about 4 s are two minutes: a line a minute"


def test_a_standby_has_the_image_before_it_needs_it(host: Host) -> None:
    host.tell("aws", DESCRIBE, MINE)
    host.tell("docker", "image inspect", 1)
    start(host)
    calls = [call["argv"][0] for call in host.calls("docker")]
    assert calls == ["image", "login", "pull"]


def test_a_registry_outage_does_not_keep_a_host_from_the_volume(host: Host) -> None:
    host.tell("aws", DESCRIBE, MINE)
    host.tell("docker", "image inspect", 1)
    host.tell("docker", "pull", 1)
    done = start(host)
    assert reached_device(done)
    assert "going on without the node's image" in done.stdout


def test_losing_the_race_for_a_free_volume_is_waiting_again(host: Host) -> None:
    host.tell("aws", DESCRIBE, FREE, THEIRS, FREE, MINE)
    host.tell("aws", "ec2 attach-volume", Refused("VolumeInUse"), "{}")
    assert reached_device(start(host))
    assert len(host.asked("attach-volume")) == 2


def test_a_volume_that_falls_back_to_available_is_asked_for_again(host: Host) -> None:
    host.tell("aws", DESCRIBE, FREE, ATTACHING, FREE, ATTACHING, MINE)
    assert reached_device(start(host))
    names = [call[call.index("--device") + 1] for call in host.asked("attach-volume")]
    assert names == ["/dev/sdf", "/dev/sdg"]


def test_an_attachment_that_hangs_is_given_back_and_tried_under_another_name(host: Host) -> None:
    host.tell("aws", DESCRIBE, FREE, *[ATTACHING] * 30, f"in-use {ME} detaching\n", FREE, MINE)
    done = start(host)
    assert reached_device(done)
    assert "hangs in attaching" in done.stdout
    [given_back] = host.asked("detach-volume")
    assert given_back[given_back.index("--instance-id") + 1] == ME
    assert "--force" not in given_back
    assert len(host.asked("attach-volume")) == 2


@pytest.mark.parametrize(
    "code", ["IncorrectState", "IncorrectInstanceState", "RequestLimitExceeded"]
)
def test_a_refusal_that_passes_is_waited_out(host: Host, code: str) -> None:
    host.tell("aws", DESCRIBE, FREE, FREE, MINE)
    host.tell("aws", "ec2 attach-volume", Refused(code), "{}")
    assert reached_device(start(host))


def test_a_refusal_that_stays_ends_the_run_and_says_why(host: Host) -> None:
    host.tell("aws", DESCRIBE, FREE)
    host.tell("aws", "ec2 attach-volume", Refused("UnauthorizedOperation"))
    done = start(host)
    assert f"{VOLUME} cannot be attached: An error occurred (UnauthorizedOperation)" in done.stderr


def test_ec2_out_of_reach_is_waited_out(host: Host) -> None:
    host.tell("aws", DESCRIBE, 255, 255, MINE)
    done = start(host)
    assert reached_device(done)
    assert f"EC2 does not answer about {VOLUME}" in done.stdout


def test_a_volume_that_is_not_there_is_named_with_its_region(host: Host) -> None:
    host.tell("aws", DESCRIBE, Refused("InvalidVolume.NotFound"))
    assert f"volume.id is {VOLUME}, which {REGION} does not have" in start(host).stderr


def test_a_volume_in_error_is_not_waited_for(host: Host) -> None:
    host.tell("aws", DESCRIBE, "error None None\n")
    assert f"{VOLUME} is error: restore a snapshot" in start(host).stderr


def test_device_names_say_nothing(host: Host) -> None:
    """Another volume's link, and a link of this one that leads nowhere: neither is a device."""
    (host.disks / "nvme-Amazon_Elastic_Block_Store_vol0fffffffffffffff0").symlink_to("/dev/loop0")
    (host.disks / f"nvme-Amazon_Elastic_Block_Store_{VOLUME.replace('-', '')}").symlink_to("gone")
    host.tell("aws", DESCRIBE, MINE)
    assert reached_device(start(host))


def test_stopping_without_a_volume_asks_nobody(host: Host) -> None:
    done = host.run("nodekeep-volume", "stop")
    assert (done.returncode, host.calls()) == (0, [])


def test_stopping_gives_the_volume_back(host: Host) -> None:
    host.tell("aws", DESCRIBE, MINE)
    start(host)
    host.put(manifest() | {"volume": {"id": "vol-0fffffffffffffff0", "blank": True}})
    host.tell("aws", DESCRIBE, MINE, f"in-use {ME} detaching\n", FREE)
    done = host.run("nodekeep-volume", "stop")
    assert done.returncode == 0, done.stderr
    [asked] = host.asked("detach-volume")
    assert VOLUME in asked, "the volume that was attached, whatever the manifest says now"
    assert "--force" not in asked
    assert not (host.run_directory / "volume").exists()


def test_a_volume_that_does_not_come_free_is_an_error_and_not_forced(host: Host) -> None:
    host.tell("aws", DESCRIBE, MINE)
    start(host)
    host.tell("aws", DESCRIBE, MINE, f"in-use {ME} busy\n")
    done = host.run("nodekeep-volume", "stop")
    assert done.returncode == 1
    assert f"{VOLUME} is still busy" in done.stderr
    assert all("--force" not in call["argv"] for call in host.calls())


def test_a_failed_start_keeps_the_volume(host: Host) -> None:
    host.tell("aws", DESCRIBE, MINE)
    start(host)
    done = host.run("nodekeep-volume", "stop", SERVICE_RESULT="exit-code")
    assert done.returncode == 0
    assert not host.asked("detach-volume")


def test_two_runs_do_not_overlap(host: Host) -> None:
    lock = host.run_directory / "volume.lock"
    host.fake("flock")
    host.tell("flock", "-w", 1)
    done = host.run("nodekeep-volume", "start")
    assert (done.returncode, host.calls()) == (1, [])
    assert "another nodekeep-volume has run" in done.stderr
    assert lock.exists()
