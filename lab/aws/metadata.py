"""What an instance reads about itself at 169.254.169.254."""

import base64
import json
import os
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from ipaddress import IPv4Network
from pathlib import Path
from typing import Any

from lab.aws.addresses import hardware_address
from lab.aws.settings import ACCOUNT

CREDENTIALS_LAST = timedelta(hours=6)


@dataclass(frozen=True)
class Credentials:
    """Temporary credentials of an instance's role."""

    role: str
    access_key: str
    secret_key: str
    token: str

    def document(self, now: datetime) -> str:
        """Return what SDKs read, with an expiry as AWS has it."""
        return json.dumps(
            {
                "Code": "Success",
                "Type": "AWS-HMAC",
                "LastUpdated": _stamp(now),
                "AccessKeyId": self.access_key,
                "SecretAccessKey": self.secret_key,
                "Token": self.token,
                "Expiration": _stamp(now + CREDENTIALS_LAST),
            }
        )


def describe(
    instance: Mapping[str, Any],
    *,
    region: str,
    network: IPv4Network,
    tags: Mapping[str, str],
    credentials: Credentials | None,
    now: datetime,
) -> dict[str, str]:
    """Return the flat map from path below `latest/` to text."""
    zone = instance["Placement"]["AvailabilityZone"]
    address = instance["PrivateIpAddress"]
    groups = instance["SecurityGroups"]
    names = {
        "ami-id": instance["ImageId"],
        "ami-launch-index": str(instance["AmiLaunchIndex"]),
        "hostname": instance["PrivateDnsName"],
        "instance-action": "none",
        "instance-id": instance["InstanceId"],
        "instance-life-cycle": "on-demand",
        "instance-type": instance["InstanceType"],
        "local-hostname": instance["PrivateDnsName"],
        "local-ipv4": address,
        "mac": hardware_address(address),
        "placement/availability-zone": zone,
        "placement/region": region,
        "profile": "default-hvm",
        "reservation-id": f"r-{instance['InstanceId'][2:]}",
        "security-groups": "\n".join(group["GroupName"] for group in groups),
        "services/domain": "amazonaws.com",
        "services/partition": "aws",
        **_interface(instance, network),
    }
    if instance.get("PublicIpAddress"):
        names |= {
            "public-hostname": instance["PublicDnsName"],
            "public-ipv4": instance["PublicIpAddress"],
        }
    if instance.get("MetadataOptions", {}).get("InstanceMetadataTags") == "enabled":
        names |= {f"tags/instance/{key}": value for key, value in tags.items()}
    if credentials:
        profile = {
            "Code": "Success",
            "LastUpdated": _stamp(now),
            "InstanceProfileArn": instance["IamInstanceProfile"]["Arn"],
            "InstanceProfileId": instance["IamInstanceProfile"]["Id"],
        }
        names["iam/info"] = json.dumps(profile)
        names[f"iam/security-credentials/{credentials.role}"] = credentials.document(now)
    identity = {
        "accountId": ACCOUNT,
        "architecture": instance["Architecture"],
        "availabilityZone": zone,
        "imageId": instance["ImageId"],
        "instanceId": instance["InstanceId"],
        "instanceType": instance["InstanceType"],
        "pendingTime": instance["LaunchTime"],
        "privateIp": address,
        "region": region,
        "version": "2017-09-30",
    }
    return {
        **{f"meta-data/{name}": value for name, value in names.items()},
        "dynamic/instance-identity/document": json.dumps(identity, indent=2),
    }


def write(directory: Path, names: Mapping[str, str], user_data: str) -> None:
    """Put a description where the host's metadata service reads it, each file in one move."""
    directory.mkdir(parents=True, exist_ok=True)
    _replace(directory / "meta.json", json.dumps(names, indent=1).encode())
    _replace(directory / "user-data", base64.b64decode(user_data))


def remove(directory: Path) -> None:
    """Forget an instance."""
    for name in ("meta.json", "user-data"):
        (directory / name).unlink(missing_ok=True)
    if directory.exists():
        directory.rmdir()


def _interface(instance: Mapping[str, Any], network: IPv4Network) -> dict[str, str]:
    address = instance["PrivateIpAddress"]
    mac = hardware_address(address)
    groups = instance["SecurityGroups"]
    interface = {
        "device-number": "0",
        "interface-id": f"eni-{instance['InstanceId'][2:]}",
        "local-hostname": instance["PrivateDnsName"],
        "local-ipv4s": address,
        "mac": mac,
        "owner-id": ACCOUNT,
        "security-group-ids": "\n".join(group["GroupId"] for group in groups),
        "security-groups": "\n".join(group["GroupName"] for group in groups),
        "subnet-id": instance["SubnetId"],
        "subnet-ipv4-cidr-block": str(network),
        "vpc-id": instance["VpcId"],
        "vpc-ipv4-cidr-block": str(network),
        "vpc-ipv4-cidr-blocks": str(network),
    }
    return {f"network/interfaces/macs/{mac}/{name}": value for name, value in interface.items()}


def _stamp(moment: datetime) -> str:
    return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def _replace(file: Path, content: bytes) -> None:
    draft = file.with_suffix(".new")
    draft.write_bytes(content)
    os.replace(draft, file)  # noqa: PTH105 - says what it does: atomically
