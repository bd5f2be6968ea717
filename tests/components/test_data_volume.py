"""The volume with the chain data."""

from typing import Any

import pytest
from pulumi import InputPropertyError, ResourceOptions

from components import DataVolume, EdgeNetwork
from tests.components.arguments import EDGE, VOLUME, changed
from tests.engine import Resource, run_program


def volume(**change: Any) -> Resource:
    """Return the volume made with changed arguments."""
    made = run_program(lambda: DataVolume("a-data", changed(VOLUME, **change)))
    return made.one("aws:ebs/volume:Volume")


def test_it_is_gp3_encrypted_and_tagged() -> None:
    inputs = volume().inputs
    assert (inputs["type"], inputs["encrypted"]) == ("gp3", True)
    assert (inputs["size"], inputs["iops"], inputs["throughput"]) == (100, 3000, 125)
    assert inputs["availabilityZone"] == "eu-central-1a"
    assert inputs["tags"]["nodekeep:stack"] == "bitcoin-test"
    assert inputs["tags"]["nodekeep:node"] == "a"


def test_it_is_kept_unless_told_otherwise() -> None:
    kept, lost = volume(), volume(keep=False)
    assert (kept.protect, kept.retain_on_delete) == (True, True)
    assert (lost.protect, lost.retain_on_delete) == (False, False)


def test_it_depends_on_nothing() -> None:
    """Whatever it depended on would be kept alive with it, or go down with it."""

    def program() -> None:
        EdgeNetwork("edge", EDGE)
        DataVolume("a-data", VOLUME)

    made = run_program(program)
    found = made.one("aws:ebs/volume:Volume")
    assert found.dependencies == frozenset()
    assert {before.name for before in made.needs(found)} == {"a-data"}
    assert not [other for other in made.resources if "VolumeAttachment" in other.typ]


def test_a_key_of_ones_own_is_passed_on() -> None:
    assert volume(kms_key_id="arn:aws:kms:::key/1").inputs["kmsKeyId"] == "arn:aws:kms:::key/1"
    assert "kmsKeyId" not in volume().inputs


def test_it_starts_from_a_snapshot_as_fast_as_told() -> None:
    inputs = volume(snapshot_id="snap-1", initialization_mibps=300).inputs
    assert (inputs["snapshotId"], inputs["volumeInitializationRate"]) == ("snap-1", 300)


def test_a_lost_state_is_adopted_by_id() -> None:
    assert volume(adopt="vol-0123456789abcdef0").import_id == "vol-0123456789abcdef0"


def test_numbers_off_the_wire_become_whole() -> None:
    assert repr(volume(size_gib=100.0, iops=4000.0).inputs["iops"]) in {"4000", "4000.0"}


@pytest.mark.parametrize(
    ("change", "key", "reason"),
    [
        ({"size_gib": 0}, "sizeGib", "1 to 65536 whole GiB, got 0"),
        ({"size_gib": 65_537}, "sizeGib", "got 65537"),
        ({"size_gib": 1.5}, "sizeGib", "got 1.5"),
        ({"iops": 2_999}, "iops", "3000 to 80000"),
        ({"size_gib": 10, "iops": 5_001}, "iops", "at most 5000 for 10 GiB"),
        ({"size_gib": 1, "iops": 3_001}, "iops", "at most 3000 for 1 GiB"),
        ({"throughput_mibps": 124}, "throughputMibps", "125 to 2000"),
        ({"throughput_mibps": 751}, "throughputMibps", "at most 750 for 3000 IOPS"),
        ({"initialization_mibps": 100}, "initializationMibps", "needs snapshotId"),
        ({"snapshot_id": "s", "initialization_mibps": 99}, "initializationMibps", "100 to 300"),
    ],
)
def test_what_gp3_cannot_do_is_refused_before_anything_is_made(
    change: dict[str, Any], key: str, reason: str
) -> None:
    def program() -> None:
        with pytest.raises(InputPropertyError) as caught:
            DataVolume("a-data", changed(VOLUME, **change))
        assert caught.value.args[0] == key
        assert reason in caught.value.args[1]

    assert not run_program(program).resources


def test_the_largest_there_is_can_be_had() -> None:
    inputs = volume(size_gib=65_536, iops=80_000, throughput_mibps=2_000).inputs
    assert (inputs["size"], inputs["iops"], inputs["throughput"]) == (65_536, 80_000, 2_000)


def test_a_parent_is_respected() -> None:
    def program() -> None:
        outer = DataVolume("outer", VOLUME)
        DataVolume("inner", VOLUME, ResourceOptions(parent=outer))

    made = run_program(program)
    inner = made.named("inner-volume")
    assert [parent.name for parent in made.ancestors(inner)] == ["inner", "outer"]
