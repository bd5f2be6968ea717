"""What an instance reads about itself."""

import json
from datetime import UTC, datetime
from ipaddress import IPv4Network
from pathlib import Path
from typing import Any

from lab.aws import metadata
from lab.aws.metadata import Credentials

NOW = datetime(2030, 1, 2, 3, 4, 5, tzinfo=UTC)
RECORD: dict[str, Any] = {
    "InstanceId": "i-0123456789abcdef0",
    "ImageId": "ami-1",
    "InstanceType": "t4g.medium",
    "Architecture": "arm64",
    "AmiLaunchIndex": 0,
    "LaunchTime": "2030-01-01T00:00:00.000Z",
    "PrivateIpAddress": "10.77.1.10",
    "PrivateDnsName": "ip-10-77-1-10.eu-central-1.compute.internal",
    "PublicIpAddress": "",
    "SubnetId": "subnet-1",
    "VpcId": "vpc-1",
    "SecurityGroups": [{"GroupId": "sg-1", "GroupName": "node"}],
    "Placement": {"AvailabilityZone": "eu-central-1a"},
    "IamInstanceProfile": {"Arn": "arn:aws:iam::000000000000:instance-profile/node", "Id": "AIPA"},
}


def describe(**changes: Any) -> dict[str, str]:
    """Return the description of an instance."""
    return metadata.describe(
        RECORD | changes,
        region="eu-central-1",
        network=IPv4Network("10.77.1.0/24"),
        tags={"nodekeep:node": "a"},
        credentials=Credentials("node", "ASIA1", "secret", "token"),
        now=NOW,
    )


def test_it_says_who_and_where() -> None:
    names = describe()
    mac = "02:42:0a:4d:01:0a"
    assert names["meta-data/instance-id"] == RECORD["InstanceId"]
    assert names["meta-data/placement/availability-zone"] == "eu-central-1a"
    assert names["meta-data/placement/region"] == "eu-central-1"
    assert names["meta-data/local-ipv4"] == "10.77.1.10"
    assert names["meta-data/mac"] == mac
    vpc = f"meta-data/network/interfaces/macs/{mac}/vpc-ipv4-cidr-blocks"
    assert names[vpc] == "10.77.1.0/24"
    identity = json.loads(names["dynamic/instance-identity/document"])
    assert (identity["architecture"], identity["region"]) == ("arm64", "eu-central-1")


def test_a_public_address_is_named_only_if_there_is_one() -> None:
    assert "meta-data/public-ipv4" not in describe()
    public = {"PublicIpAddress": "10.77.1.10", "PublicDnsName": "ec2-10-77-1-10"}
    assert describe(**public)["meta-data/public-ipv4"] == "10.77.1.10"


def test_credentials_expire_in_the_future() -> None:
    document = json.loads(describe()["meta-data/iam/security-credentials/node"])
    assert document["AccessKeyId"] == "ASIA1"
    assert document["Expiration"] == "2030-01-02T09:04:05Z"


def test_tags_are_read_only_where_allowed() -> None:
    key = "meta-data/tags/instance/nodekeep:node"
    assert key not in describe()
    assert describe(MetadataOptions={"InstanceMetadataTags": "enabled"})[key] == "a"


def test_files_are_replaced_and_removed(tmp_path: Path) -> None:
    directory = tmp_path / "i-1"
    metadata.write(directory, describe(), "")
    metadata.write(directory, describe(), "I2Nsb3VkLWNvbmZpZw==")
    assert json.loads((directory / "meta.json").read_text()) == describe()
    assert (directory / "user-data").read_bytes() == b"#cloud-config"
    metadata.remove(directory)
    metadata.remove(directory)
    assert not directory.exists()
