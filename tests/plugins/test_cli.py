"""Small programs through the Pulumi command line: refusals, interrupts, images, imports."""

import json
import signal
import time
from pathlib import Path
from typing import Any

import boto3
import pytest

from tests.plugins.cli import Stack

pytestmark = pytest.mark.lab


def _client(service: str) -> Any:
    return boto3.client(service, region_name="eu-central-1")  # type: ignore[call-overload]


REFUSED = {
    'aws.ec2.Eip("x")': "aws:ec2/eip:Eip is not among the lab's stand-ins",
    'aws.ebs.Volume("x", availability_zone="a", outpost_arn="x")': "does not do 'outpostArn'",
    'aws.ebs.Volume("x", availability_zone="a", type="gp9")': "'gp9' is none of standard, io1",
}


@pytest.mark.parametrize("resource", REFUSED)
def test_a_program_is_refused_before_anything_is_made(tmp_path: Path, resource: str) -> None:
    stack = Stack(tmp_path, f"import pulumi_aws as aws\n\n{resource}\n")
    assert REFUSED[resource] in stack.run("preview", fails=True)
    assert REFUSED[resource] in stack.up(fails=True)
    assert not [r for r in stack.state() if r["type"].startswith("aws:")]


def test_a_program_that_fails_shows_where(tmp_path: Path) -> None:
    stack = Stack(tmp_path, "def broken():\n    raise ValueError('why')\n\n\nbroken()\n")
    said = stack.run("preview", fails=True)
    assert "Program failed with an unhandled exception" in said
    assert "line 5, in <module>" in said
    assert "ValueError: why" in said
    assert "execute.py" not in said


PROVIDER = """
import pulumi
import pulumi_aws as aws

provider = aws.Provider(
    "lab",
    region="eu-west-1",
    default_tags={"tags": {"by": "all", "a": "0"}},
    skip_credentials_validation=True,
)
options = pulumi.ResourceOptions(provider=provider)
aws.ssm.Parameter("x", type="String", value="x", tags={"a": "1"}, opts=options)
"""


def test_a_provider_has_a_region_and_tags_for_all(tmp_path: Path) -> None:
    stack = Stack(tmp_path, PROVIDER)
    stack.up()
    outputs = stack.find("Parameter", "x")["outputs"]
    assert outputs["tags"] == {"a": "1"}
    assert outputs["tagsAll"] == {"a": "1", "by": "all"}
    assert ":eu-west-1:" in outputs["arn"]
    stack.run("refresh", "--yes", "--skip-preview", "--expect-no-changes")
    assert stack.steps() == {}
    stack.destroy()


SLOW = """
import pulumi
import pulumi_aws as aws
import pulumi_command as command

for number in range(30):
    aws.ssm.Parameter(f"interrupted-{number}", type="String", value="x")
first = aws.ssm.Parameter("interrupted", type="String", value="x")
after = pulumi.ResourceOptions(depends_on=first)
command.local.Command("slow", create="echo begun; sleep 3600", opts=after)
"""


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_an_interrupted_update_ends_at_once_and_loses_nothing(
    tmp_path: Path, number: signal.Signals
) -> None:
    stack = Stack(tmp_path, SLOW)
    with stack.start("up", "--yes", "--skip-preview") as process:
        assert process.stdout
        for line in process.stdout:
            if "begun" in line:
                break
        began = time.monotonic()
        process.send_signal(number)
        rest, _ = process.communicate(timeout=30)
    assert time.monotonic() - began < 5, rest
    told = json.loads(stack.run("stack", "export"))["deployment"]
    assert not told.get("pending_operations")
    known = {r["id"] for r in told["resources"] if r["type"] == "aws:ssm/parameter:Parameter"}
    pages = _client("ssm").get_paginator("describe_parameters").paginate()
    made = {p["Name"] for page in pages for p in page["Parameters"]}
    assert known == {name for name in made if name.startswith("interrupted")}
    assert known
    stack.destroy()


IMAGE = """
import pulumi
import pulumi_aws as aws
import pulumi_docker as docker

repository = aws.ecr.Repository("images", force_delete=True)
login = aws.ecr.get_authorization_token_output()
image = docker.Image(
    "image",
    image_name=pulumi.Output.concat(repository.repository_url, ":one"),
    build={
        "context": ".",
        "dockerfile": "Dockerfile",
        "platform": "linux/arm64",
        "args": {"WORD": pulumi.Output.secret("word-nobody-may-read")},
    },
    registry={
        "server": repository.repository_url,
        "username": login.user_name,
        "password": login.password,
    },
)
pulumi.export("digest", image.repo_digest)
pulumi.export("repository", repository.name)
"""


def test_an_image_is_built_when_it_changed_and_only_then(tmp_path: Path) -> None:
    stack = Stack(tmp_path, IMAGE)
    (stack.folder / "Dockerfile").write_text("FROM scratch\nARG WORD\nCOPY file.txt /\n")
    (stack.folder / "Dockerfile.dockerignore").write_text("*\n!file.txt\n")
    said = stack.up()
    assert "COPY file.txt /" in said
    assert "word-nobody-may-read" not in said + json.dumps(stack.state())
    outputs = stack.find("Stack", "stand-ins-test")["outputs"]
    name, _, digest = json.loads(stack.run("stack", "output", "--json", "--show-secrets"))[
        "digest"
    ].partition("@")
    ecr = _client("ecr")
    found = ecr.describe_images(repositoryName=outputs["repository"])["imageDetails"]
    assert [image["imageDigest"] for image in found] == [digest]
    assert name.endswith(outputs["repository"])

    (stack.folder / "left-out").write_text("x")
    assert stack.steps() == {}
    (stack.folder / "file.txt").write_text("another")
    assert stack.steps() == {"Image image": "update"}
    (stack.folder / "file.txt").write_text("hello\n")

    ids = [{"imageDigest": digest}]
    ecr.batch_delete_image(repositoryName=outputs["repository"], imageIds=ids)
    stack.run("refresh", "--yes", "--skip-preview")
    assert stack.steps() == {"Image image": "create"}
    stack.destroy()


ADOPT = """
import pulumi
import pulumi_aws as aws

config = pulumi.Config()
aws.ebs.Volume(
    "disk",
    availability_zone="eu-central-1a",
    size=config.get_int("size") or 2,
    type="gp3",
    tags={"a": "1"},
    opts=pulumi.ResourceOptions(import_=config.get("adopt")),
)
"""


def test_a_volume_is_adopted_as_it_is(tmp_path: Path) -> None:
    tags = [{"ResourceType": "volume", "Tags": [{"Key": "a", "Value": "1"}]}]
    ec2 = _client("ec2")
    made = ec2.create_volume(
        AvailabilityZone="eu-central-1a", Size=2, VolumeType="gp3", TagSpecifications=tags
    )["VolumeId"]
    stack = Stack(tmp_path, ADOPT)
    stack.set("adopt", made)
    assert stack.steps()["Volume disk"] == "import"
    stack.up()
    assert stack.find("Volume", "disk")["id"] == made
    stack.run("config", "rm", "adopt")
    assert stack.steps() == {}
    stack.destroy()
    told = ec2.describe_volumes(Filters=[{"Name": "volume-id", "Values": [made]}])["Volumes"]
    assert not told
