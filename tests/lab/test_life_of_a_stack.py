"""What destroy takes and what it must not: kept data stays, a test stack leaves nothing."""

from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path

import pytest
from mypy_boto3_ec2.type_defs import FilterTypeDef

from lab import up
from lab.place import Place
from tests.lab.deployment import ROOT, Deployment, deployment, eventually

pytestmark = [pytest.mark.lab, pytest.mark.xdist_group("life-of-a-stack")]

STACKS = Path(__file__).parent / "stacks"


@pytest.fixture
def kept(lab: Mapping[str, str], tmp_path: Path) -> Iterator[Deployment]:
    stack = deployment("kept-test", lab, STACKS, tmp_path)
    stack.pulumi("stack", "init", "--no-select")
    (ROOT / "stacks" / "Pulumi.kept-test.yaml").unlink()  # what init left of its salt
    try:
        stack.up()
        yield stack
    finally:
        repository = stack.outputs["image"].partition("@")[0].partition("/")[2]
        stack.aws.client("ecr").delete_repository(repositoryName=repository, force=True)
        volume = stack.outputs["volume_ids"]["a"]
        stack.pulumi("state", "unprotect", "--all", "--yes", check=False)
        stack.remove()
        stack.aws.client("ec2").delete_volume(VolumeId=volume)  # retained on purpose


def test_kept_volume_survives_destroy(kept: Deployment) -> None:
    height = kept.mine(5)
    volume = kept.outputs["volume_ids"]["a"]
    refused = kept.pulumi("destroy", "--yes", check=False)
    assert refused.returncode != 0
    assert "protect" in refused.stdout + refused.stderr
    assert kept.height() == height  # refused before anything was touched

    kept.pulumi("destroy", "--yes", "--skip-preview", "--exclude-protected")
    found = kept.aws.client("ec2").describe_volumes(VolumeIds=[volume])["Volumes"][0]
    assert found["State"] == "available"

    kept.up()
    del kept.outputs
    assert kept.outputs["volume_ids"]["a"] == volume
    assert kept.height() == height


def test_test_stack_of_the_second_coin_leaves_nothing(
    lab: Mapping[str, str], tmp_path: Path
) -> None:
    up.deploy(Place(), "litecoin-test")
    stack = deployment("litecoin-test", lab, ROOT / "stacks", tmp_path)
    info = eventually(lambda: stack.rpc("getblockchaininfo"), seconds=240)
    assert info["chain"] == "regtest"
    image = stack.outputs["image"]
    stack.remove()
    session = stack.aws
    tagged: list[FilterTypeDef] = [{"Name": "tag:nodekeep:stack", "Values": ["litecoin-test"]}]
    ec2 = session.client("ec2")
    for found in (
        ec2.describe_volumes(Filters=tagged)["Volumes"],
        ec2.describe_vpcs(Filters=tagged)["Vpcs"],
        ec2.describe_security_groups(Filters=tagged)["SecurityGroups"],
        [
            instance
            for reservation in ec2.describe_instances(Filters=tagged)["Reservations"]
            for instance in reservation["Instances"]
            if instance["State"]["Name"] != "terminated"
        ],
        _named(session.client("secretsmanager").list_secrets()["SecretList"], "Name"),
        _named(session.client("ssm").describe_parameters()["Parameters"], "Name"),
        _named(session.client("s3").list_buckets()["Buckets"], "Name"),
        _named(session.client("iam").list_roles()["Roles"], "RoleName"),
        _named(session.client("ecr").describe_repositories()["repositories"], "repositoryName"),
        _named(
            session.client("elbv2").describe_load_balancers()["LoadBalancers"], "LoadBalancerName"
        ),
    ):
        assert found == []
    assert "/litecoin-test/litecoin@sha256:" in image


def _named(items: Iterable[Mapping[str, object]], key: str) -> list[object]:
    return [item[key] for item in items if "litecoin-test" in str(item[key])]
