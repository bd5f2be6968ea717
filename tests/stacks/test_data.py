"""The tables of instance types and regions agree with what AWS's own SDK knows."""

import re
from typing import Any

import boto3
import pytest

from stacks import limits
from stacks.machines import Machine, machines
from stacks.places import zones


@pytest.fixture(scope="module")
def ec2() -> Any:
    """The model of EC2's API."""
    client = boto3.client("ec2", region_name="eu-central-1")
    return client.meta.service_model


def test_every_instance_type_exists(ec2: Any) -> None:
    assert set(machines()) <= set(ec2.shape_for("InstanceType").enum)


def test_no_size_of_a_burstable_family_is_left_out(ec2: Any) -> None:
    known = set(ec2.shape_for("InstanceType").enum)
    burstable = {name for name in known if name.split(".")[0] in {"t3", "t3a", "t4g"}}
    assert burstable <= set(machines())


@pytest.mark.parametrize(
    ("name", "machine"),
    [
        ("t3.nano", Machine("amd64", 512)),
        ("t4g.medium", Machine("arm64", 4096)),
        ("c7g.medium", Machine("arm64", 2048)),
        ("m7g.large", Machine("arm64", 8192)),
        ("m7i.large", Machine("amd64", 8192)),
        ("r7a.medium", Machine("amd64", 8192)),
        ("c6i.4xlarge", Machine("amd64", 32_768)),
    ],
)
def test_what_an_instance_type_is(name: str, machine: Machine) -> None:
    assert machines()[name] == machine


def test_the_regions_are_those_of_the_partition_aws() -> None:
    assert sorted(zones()) == sorted(boto3.session.Session().get_available_regions("ec2"))


def test_every_region_has_three_zones_or_more() -> None:
    assert all(len(letters) >= 3 and letters[0] == "a" for letters in zones().values())


def test_gp3_s_limits_are_those_of_the_api(ec2: Any) -> None:
    """Should AWS raise them again, an update of botocore says so here."""
    members = ec2.operation_model("CreateVolume").input_shape.members
    said = {key: re.sub("<[^>]+>", "", members[key].documentation) for key in members}
    assert f"gp3: 3,000 (default) - {limits.GP3_IOPS_MAX:,} IOPS" in said["Iops"]
    assert f"125 - {limits.GP3_THROUGHPUT_MAX} MiB/s" in said["Throughput"]
    assert f"gp3: 1 - {limits.GP3_GIB_MAX:,} GiB" in said["Size"]
