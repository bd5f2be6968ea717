"""Rules of volumes."""

from contextlib import nullcontext
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lab.aws.attachments import (
    check_attach,
    check_delete,
    check_detach,
    check_size,
    mount_point,
)
from lab.aws.lifecycle import RefusedError, State

VOLUME, HOST = "vol-1", "i-1"


def volume(
    *, held_by: str | None = None, device: str = "/dev/sdf", **changes: Any
) -> dict[str, Any]:
    """Return a volume's record."""
    attachment = {"InstanceId": held_by, "Device": device, "State": "attached"}
    return {
        "VolumeId": VOLUME,
        "State": "in-use" if held_by else "available",
        "AvailabilityZone": "eu-central-1a",
        "Attachments": [attachment] if held_by else [],
        **changes,
    }


def instance(state: State = State.RUNNING) -> dict[str, Any]:
    """Return an instance's record."""
    return {
        "InstanceId": HOST,
        "State": state.record,
        "Placement": {"AvailabilityZone": "eu-central-1a"},
        "RootDeviceName": "/dev/xvda",
    }


@pytest.mark.parametrize("state", [State.RUNNING, State.STOPPED])
def test_a_free_volume_can_be_attached(state: State) -> None:
    check_attach(volume(), instance(state), "/dev/sdf", [])


@pytest.mark.parametrize(
    ("held", "host", "code"),
    [
        (volume(held_by="i-2"), instance(), "VolumeInUse"),
        (volume(held_by=HOST), instance(), "VolumeInUse"),
        (volume(State="creating"), instance(), "IncorrectState"),
        (volume(AvailabilityZone="eu-central-1b"), instance(), "InvalidVolume.ZoneMismatch"),
        (volume(), instance(State.PENDING), "IncorrectState"),
        (volume(), instance(State.TERMINATED), "IncorrectState"),
    ],
)
def test_what_cannot_be_attached_is_refused(
    held: dict[str, Any], host: dict[str, Any], code: str
) -> None:
    with pytest.raises(RefusedError) as refused:
        check_attach(held, host, "/dev/sdf", [])
    assert refused.value.code == code


def test_a_device_name_is_given_once() -> None:
    with pytest.raises(RefusedError, match="/dev/sdf is already in use"):
        check_attach(volume(), instance(), "/dev/sdf", [volume(held_by=HOST)])
    check_attach(volume(), instance(), "/dev/sdg", [volume(held_by=HOST)])
    check_attach(volume(), instance(), "/dev/sdf", [volume(held_by="i-2")])


def test_detach_is_of_the_attachment_that_is() -> None:
    held = volume(held_by=HOST)
    assert check_detach(held, instance(), "", "") is held["Attachments"][0]
    assert check_detach(held, instance(), HOST, "/dev/sdf") is held["Attachments"][0]
    with pytest.raises(RefusedError, match=r"InvalidAttachment\.NotFound"):
        check_detach(held, instance(), "i-2", "")
    with pytest.raises(RefusedError, match="IncorrectState"):
        check_detach(volume(), None, "", "")


def test_a_running_hosts_root_stays() -> None:
    root = volume(held_by=HOST, device="/dev/xvda")
    with pytest.raises(RefusedError, match="OperationNotPermitted"):
        check_detach(root, instance(), "", "")
    check_detach(root, instance(State.STOPPED), "", "")


def test_what_is_attached_is_not_deleted() -> None:
    check_delete(volume())
    with pytest.raises(RefusedError, match=f"{VOLUME} is currently attached to {HOST}"):
        check_delete(volume(held_by=HOST))


@given(gib=st.integers(-10, 70_000), least=st.integers(0, 70_000))
def test_sizes_are_those_of_the_type_and_never_below_what_is_there(gib: int, least: int) -> None:
    possible = max(1, least) <= gib <= 65_536
    refused = pytest.raises(RefusedError, match="InvalidParameterValue")
    with nullcontext() if possible else refused:
        check_size("gp3", gib, at_least=least, why="smaller")


def test_the_mount_of_a_device_is_found() -> None:
    info = (
        "22 1 0:20 / /proc rw - proc proc rw\n"
        "77 1 7:3 / /var/lib/node\\040keep rw,nosuid shared:1 - ext4 /dev/nvme1n1 rw\n"
    )
    assert mount_point(info, "7:3") == "/var/lib/node keep"
    assert mount_point(info, "7:4") is None
