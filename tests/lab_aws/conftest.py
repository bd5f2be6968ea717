"""Clients of the running lab, and what tests make in it: gone again after each."""

import os
import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from typing import Any

import boto3
import pytest
from botocore.config import Config
from botocore.exceptions import ClientError

REGION = "eu-central-1"
ZONE = f"{REGION}a"
AMI = "/aws/service/ami-amazon-linux-latest/al2023-ami-kernel-default-x86_64"

Client = Any


def eventually(holds: Callable[[], object], *, seconds: float = 60.0) -> None:
    """Wait until something holds."""
    deadline = time.monotonic() + seconds
    while not holds():
        assert time.monotonic() < deadline, f"still not so after {seconds:.0f} s"
        time.sleep(0.1)


class Cloud:
    """The lab's AWS, as a test uses it."""

    def __init__(self) -> None:
        self.endpoint = os.environ["AWS_ENDPOINT_URL"]
        self._undo: list[Callable[[], object]] = []
        self._hosts: list[Callable[[], object]] = []
        self.ec2, self.ssm, self.elb = (self.client(name) for name in ("ec2", "ssm", "elbv2"))

    def client(self, name: str) -> Client:
        """Return a client that is rather told of an error than trying again."""
        make: Any = boto3.client
        return make(
            name,
            endpoint_url=self.endpoint,
            region_name=REGION,
            aws_access_key_id="test",
            aws_secret_access_key="test",
            config=Config(retries={"total_max_attempts": 1}),
        )

    def later(self, undo: Callable[[], object]) -> None:
        """Undo something when the test is over."""
        self._undo.append(undo)

    def close(self) -> None:
        """Undo all: hosts, which hold what is to go, and then last made first."""
        for undo in [*self._hosts, *reversed(self._undo)]:
            with suppress(ClientError):
                undo()

    def vpc(self, *, gateway: bool) -> str:
        """Make a VPC with one subnet; returns the subnet."""
        vpc = self.ec2.create_vpc(CidrBlock="10.40.0.0/24")["Vpc"]["VpcId"]
        self.later(lambda: self.ec2.delete_vpc(VpcId=vpc))
        if gateway:
            igw = self.ec2.create_internet_gateway()["InternetGateway"]["InternetGatewayId"]
            self.later(lambda: self.ec2.delete_internet_gateway(InternetGatewayId=igw))
            self.ec2.attach_internet_gateway(InternetGatewayId=igw, VpcId=vpc)
            self.later(lambda: self.ec2.detach_internet_gateway(InternetGatewayId=igw, VpcId=vpc))
        asked = {"VpcId": vpc, "CidrBlock": "10.40.0.0/28", "AvailabilityZone": ZONE}
        subnet: str = self.ec2.create_subnet(**asked)["Subnet"]["SubnetId"]
        self.later(lambda: self.ec2.delete_subnet(SubnetId=subnet))
        return subnet

    def host(self, **options: Any) -> str:
        """Boot a host and wait for its agent."""
        image = self.ssm.get_parameter(Name=AMI)["Parameter"]["Value"]
        asked = {"ImageId": image, "MinCount": 1, "MaxCount": 1, "InstanceType": "t3.small"}
        name: str = self.ec2.run_instances(**asked, **options)["Instances"][0]["InstanceId"]
        self._hosts.append(lambda: self.terminate(name))
        eventually(lambda: self.online(name))
        return name

    def profile(self, name: str) -> dict[str, str]:
        """Make an instance profile with a role of the same name."""
        iam = self.client("iam")
        trust = '{"Version": "2012-10-17", "Statement": []}'
        iam.create_role(RoleName=name, AssumeRolePolicyDocument=trust)
        self.later(lambda: iam.delete_role(RoleName=name))
        iam.create_instance_profile(InstanceProfileName=name)
        self.later(lambda: iam.delete_instance_profile(InstanceProfileName=name))
        both = {"InstanceProfileName": name, "RoleName": name}
        iam.add_role_to_instance_profile(**both)
        self.later(lambda: iam.remove_role_from_instance_profile(**both))
        return {"Name": name}

    def terminate(self, host: str) -> None:
        """End a host and wait for its end."""
        self.ec2.terminate_instances(InstanceIds=[host], Force=True)
        eventually(lambda: self.state(host) == "terminated", seconds=180)

    def state(self, host: str) -> str:
        """Return a host's state."""
        found = self.ec2.describe_instances(InstanceIds=[host])["Reservations"]
        state: str = found[0]["Instances"][0]["State"]["Name"]
        return state

    def address(self, host: str) -> str:
        """Return a host's private address."""
        found = self.ec2.describe_instances(InstanceIds=[host])["Reservations"]
        address: str = found[0]["Instances"][0]["PrivateIpAddress"]
        return address

    def online(self, host: str) -> bool:
        """Return whether Run Command reaches a host."""
        wanted = [{"Key": "InstanceIds", "Values": [host]}]
        found = self.ssm.describe_instance_information(Filters=wanted)
        return bool(found["InstanceInformationList"])

    def run(self, host: str, script: str, **parameters: list[str]) -> dict[str, Any]:
        """Run a script in a host; returns the invocation when it ended."""
        sent = self.ssm.send_command(
            InstanceIds=[host],
            DocumentName="AWS-RunShellScript",
            Parameters={"commands": [script], **parameters},
        )
        return self.outcome(sent["Command"]["CommandId"], host)

    def outcome(self, command: str, host: str) -> dict[str, Any]:
        """Return an invocation when it ended."""
        seen: dict[str, Any] = {}

        def ended() -> bool:
            seen.update(self.ssm.get_command_invocation(CommandId=command, InstanceId=host))
            return seen["Status"] not in {"Pending", "InProgress"}

        eventually(ended, seconds=120)
        return seen

    def shell(self, host: str, script: str) -> str:
        """Run a script that must succeed; returns what it printed."""
        outcome = self.run(host, script)
        assert outcome["Status"] == "Success", outcome["StandardErrorContent"]
        output: str = outcome["StandardOutputContent"]
        return output

    def disk(self, gib: int = 1, **options: Any) -> str:
        """Make a volume and wait until it is available."""
        asked = {"AvailabilityZone": ZONE, "VolumeType": "gp3", "Size": gib, **options}
        name: str = self.ec2.create_volume(**asked)["VolumeId"]
        self.later(lambda: self.ec2.delete_volume(VolumeId=name))
        eventually(lambda: self.volume(name)["State"] == "available")
        return name

    def volume(self, disk: str) -> dict[str, Any]:
        """Return a volume."""
        found: dict[str, Any] = self.ec2.describe_volumes(VolumeIds=[disk])["Volumes"][0]
        return found

    def attachment(self, disk: str) -> tuple[str, str] | None:
        """Return who has a volume, and how far that is."""
        found = self.volume(disk)["Attachments"]
        return (found[0]["InstanceId"], found[0]["State"]) if found else None

    def attach(self, disk: str, host: str, device: str = "/dev/sdf") -> None:
        """Attach a volume and wait."""
        self.ec2.attach_volume(VolumeId=disk, InstanceId=host, Device=device)
        eventually(lambda: self.attachment(disk) == (host, "attached"))


@pytest.fixture
def cloud() -> Iterator[Cloud]:
    """The lab's AWS, and after the test nothing of the test in it."""
    cloud = Cloud()
    yield cloud
    cloud.close()


def refusal(call: Callable[[], object]) -> str:
    """Return the error code with which AWS refuses a call."""
    with pytest.raises(ClientError) as caught:
        call()
    code: str = caught.value.response["Error"]["Code"]
    return code
