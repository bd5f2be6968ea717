"""A stack with one of each kind, through the Pulumi command line, against the local AWS."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import boto3
import pytest

from tests.plugins.cli import Stack

pytestmark = pytest.mark.lab

SECRET = "a-value-nobody-may-read"


@pytest.fixture
def stack(tmp_path: Path) -> Iterator[Stack]:
    stack = Stack(tmp_path)
    image = "/aws/service/ami-amazon-linux-latest/al2023-ami-kernel-default-x86_64"
    stack.set("ami", _client("ssm").get_parameter(Name=image)["Parameter"]["Value"])
    stack.set("acl", "true")
    stack.set("secret", SECRET, "--secret")
    yield stack
    stack.destroy()


def _client(service: str) -> Any:
    return boto3.client(service, region_name="eu-central-1")  # type: ignore[call-overload]


def test_a_life(stack: Stack, tmp_path: Path) -> None:
    stack.up()
    _nothing_to_do(stack)
    assert not [path for path in tmp_path.rglob("*.json") if SECRET in path.read_text()]

    changed, gone = _drift(stack)
    stack.run("refresh", "--yes", "--skip-preview")
    assert stack.steps() == dict.fromkeys(changed, "update") | dict.fromkeys(gone, "create")
    stack.up()
    _nothing_to_do(stack)

    stack.set("word", "two")
    stack.set("size", "3")
    stack.up()
    assert stack.find("Volume", "disk")["outputs"]["size"] == 3
    assert stack.find("Command", "said")["outputs"]["stdout"] == "one then two"
    _nothing_to_do(stack)

    before = stack.find("Instance", "host")["id"]
    stack.set("cidr", "10.78.0.0/16")
    stack.up()
    assert stack.find("Instance", "host")["id"] != before
    told = _client("ec2").describe_instances(InstanceIds=[before])
    assert told["Reservations"][0]["Instances"][0]["State"]["Name"] == "terminated"
    _nothing_to_do(stack)

    (stack.folder / "file.txt").write_text("another")
    assert stack.steps() == {"BucketObjectv2 file": "update"}

    stack.destroy()
    assert not stack.state()
    assert (stack.folder / "gone.txt").read_text() == "two"


def _nothing_to_do(stack: Stack) -> None:
    stack.run("preview", "--expect-no-changes")
    stack.run("refresh", "--yes", "--skip-preview", "--expect-no-changes")


def _drift(stack: Stack) -> tuple[list[str], list[str]]:
    """Change and delete behind Pulumi's back; return what changed and what is gone."""
    ids = {
        f"{r['type'].rpartition(':')[2]} {r['urn'].rpartition('::')[2]}": r["id"]
        for r in stack.state()
        if "id" in r
    }
    ec2, s3, ssm, elb = map(_client, ("ec2", "s3", "ssm", "elbv2"))
    net, bucket = ids["Vpc net"], ids["Bucket bucket"]
    ec2.create_tags(Resources=[net], Tags=[{"Key": "who", "Value": "me"}])
    rule = {"IpProtocol": "tcp", "FromPort": 9, "ToPort": 9, "IpRanges": [{"CidrIp": "9.9.9.9/32"}]}
    ec2.authorize_security_group_ingress(GroupId=ids["SecurityGroup group"], IpPermissions=[rule])
    ec2.delete_route(RouteTableId=ids["RouteTable net"], DestinationCidrBlock="0.0.0.0/0")
    ec2.create_network_acl_entry(
        NetworkAclId=ids["DefaultNetworkAcl net"],
        RuleNumber=5,
        Protocol="-1",
        RuleAction="allow",
        Egress=False,
        CidrBlock="0.0.0.0/0",
    )
    ec2.terminate_instances(InstanceIds=[ids["Instance host"]])
    ec2.get_waiter("instance_terminated").wait(InstanceIds=[ids["Instance host"]])
    suspended = {"Status": "Suspended"}
    s3.put_bucket_versioning(Bucket=bucket, VersioningConfiguration=suspended)
    s3.delete_bucket_policy(Bucket=bucket)
    s3.delete_object(Bucket=bucket, Key="a/c")
    _client("iam").update_role(RoleName=ids["Role role"], Description="another")
    role, _, policy = ids["RolePolicy policy"].partition(":")
    statement = {"Effect": "Deny", "Action": "*", "Resource": "*"}
    document = json.dumps({"Version": "2012-10-17", "Statement": [statement]})
    _client("iam").put_role_policy(RoleName=role, PolicyName=policy, PolicyDocument=document)
    ssm.put_parameter(Name="/stand-ins/closed", Value="x", Type="SecureString", Overwrite=True)
    ssm.delete_parameter(Name=ids["Parameter open"])
    recorded = f"/lab/recorded/ResolverFirewallConfig/{ids['ResolverFirewallConfig rules']}"
    ssm.delete_parameter(Name=recorded)
    delay = {"Key": "deregistration_delay.timeout_seconds", "Value": "99"}
    elb.modify_target_group_attributes(
        TargetGroupArn=ids["TargetGroup targets"], Attributes=[delay]
    )
    elb.delete_listener(ListenerArn=ids["Listener listener"])
    _client("ecr").put_image_tag_mutability(
        repositoryName=ids["Repository images"], imageTagMutability="MUTABLE"
    )
    changed = ["Vpc net", "SecurityGroup group", "DefaultNetworkAcl net", "BucketVersioning bucket"]
    changed += ["Role role", "RolePolicy policy", "Parameter closed", "TargetGroup targets"]
    gone = ["Route net", "Instance host", "BucketPolicy bucket", "BucketObjectv2 encoded"]
    gone += ["Parameter open", "ResolverFirewallConfig rules", "Listener listener"]
    return [*changed, "Repository images"], gone
