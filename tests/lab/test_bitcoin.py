"""Stack bitcoin-test as shipped: the node answers, and survives what operators do to it."""

import json
import subprocess
from collections.abc import Mapping

import pytest

from lab import up
from lab.place import Place
from tests.lab.deployment import ROOT, Deployment, deployment, eventually

pytestmark = [pytest.mark.lab, pytest.mark.xdist_group("bitcoin-test")]

HARDENED = ["--read-only", "--cap-drop", "ALL", "--security-opt", "no-new-privileges"]
FOREIGN_UID = "4242:4242"


@pytest.fixture(scope="module")
def stack(lab: Mapping[str, str], tmp_path_factory: pytest.TempPathFactory) -> Deployment:
    up.deploy(Place(), "bitcoin-test")
    return deployment("bitcoin-test", lab, ROOT / "stacks", tmp_path_factory.mktemp("stacks"))


def carrier(stack: Deployment) -> str:
    """Return the output key of the host that carries node a."""
    return f"a.{eventually(lambda: stack.status()[1]['a']['carrier'])}"


def filesystem(stack: Deployment) -> str:
    """Return the UUID of the data volume's file system, as the carrier sees it."""
    command = "findmnt --noheadings --output UUID /var/lib/nodekeep"
    return stack.on_host(carrier(stack), command).strip()


def test_endpoint_serves_regtest(stack: Deployment) -> None:
    info = eventually(lambda: stack.rpc("getblockchaininfo"), seconds=240)
    assert info["chain"] == "regtest"


def test_status_tells_height_and_carrier(stack: Deployment) -> None:
    height = stack.mine(101)
    code, nodes = stack.status()
    assert code == 0
    assert nodes["a"] == {"blocks": height, "ready": True, "carrier": nodes["a"]["carrier"]}
    assert nodes["a"]["carrier"] in {"arm", "x86"}


def test_second_up_changes_and_builds_nothing(stack: Deployment) -> None:
    before = stack.outputs["image"]
    done = stack.pulumi("up", "--yes", "--skip-preview", "--json")
    assert '"op":"update"' not in done.stdout
    assert '"op":"create"' not in done.stdout
    assert stack.changes() == {}
    assert json.loads(stack.pulumi("stack", "output", "--json").stdout)["image"] == before


@pytest.mark.parametrize("architecture", ["amd64", "arm64"])
def test_manifest_list_runs_on(stack: Deployment, architecture: str) -> None:
    """The list, pulled by digest, gives the architecture's own image, hardened and foreign uid."""
    image = stack.outputs["image"]
    platform = f"linux/{architecture}"
    subprocess.run(["docker", "pull", "-q", "--platform", platform, image], check=True)
    try:
        inspected = subprocess.check_output(
            ["docker", "image", "inspect", "--format", "{{.Architecture}}", image], text=True
        )
        version = subprocess.check_output(
            [
                *("docker", "run", "--rm", "--platform", platform, "--user", FOREIGN_UID),
                *(*HARDENED, image, "--version"),
            ],
            text=True,
        )
    finally:
        subprocess.run(["docker", "rmi", "-f", image], check=True, capture_output=True)
    assert inspected.strip() == architecture
    assert "version" in version


def test_running_image_has_the_hosts_architecture(stack: Deployment) -> None:
    host = carrier(stack)
    image = stack.on_host(host, "docker inspect --format {{.Image}} nodekeep-node").strip()
    found = stack.on_host(host, f"docker image inspect --format {{{{.Architecture}}}} {image}")
    assert found.strip() == {"a.arm": "arm64", "a.x86": "amd64"}[host]


def test_restart_over_ssm_keeps_the_height(stack: Deployment) -> None:
    before = stack.mine(3)
    stack.on_host(carrier(stack), "systemctl restart nodekeep-node")
    assert stack.height() == before


def test_replaced_host_keeps_height_and_filesystem(stack: Deployment) -> None:
    host, height, uuid = carrier(stack), stack.mine(2), filesystem(stack)
    old = stack.outputs["hosts"][host]
    urns = json.loads(stack.pulumi("stack", "export").stdout)["deployment"]["resources"]
    [urn] = [item["urn"] for item in urns if item.get("id") == old]
    stack.pulumi("up", "--yes", "--skip-preview", "--target-replace", urn, "--target-dependents")
    del stack.outputs
    assert stack.outputs["hosts"][host] != old
    assert stack.height() == height
    assert filesystem(stack) == uuid


def test_refresh_sees_no_drift_then_a_change_and_a_deletion(stack: Deployment) -> None:
    assert stack.changes() == {}
    quiet = stack.pulumi("refresh", "--yes", "--skip-preview", "--expect-no-changes")
    assert quiet.returncode == 0
    volume = stack.outputs["volume_ids"]["a"]
    ec2, ssm = stack.aws.client("ec2"), stack.aws.client("ssm")
    ec2.create_tags(Resources=[volume], Tags=[{"Key": "nodekeep:stack", "Value": "stranger"}])
    ssm.delete_parameter(Name="/nodekeep/bitcoin-test/a/desired")
    try:
        seen = stack.pulumi("refresh", "--preview-only", "--diff").stdout
        assert "stranger" in seen
        assert "desired" in seen
        refused = stack.pulumi("refresh", "--preview-only", "--expect-no-changes", check=False)
        assert refused.returncode != 0
    finally:
        stack.pulumi("refresh", "--yes", "--skip-preview")
        stack.up()
    tags = ec2.describe_volumes(VolumeIds=[volume])["Volumes"][0]["Tags"]
    assert {"Key": "nodekeep:stack", "Value": "bitcoin-test"} in tags
    assert ssm.get_parameter(Name="/nodekeep/bitcoin-test/a/desired")


def test_rpc_passwords_stay_in_secrets_manager(stack: Deployment) -> None:
    """Not in the state, the manifest, user data, nor on the carrier's process list or journal."""
    host = carrier(stack)
    places = {
        "state": stack.state(),
        "manifest": str(
            stack.aws.client("ssm").get_parameter(Name="/nodekeep/bitcoin-test/a/current")
        ),
        "processes": stack.on_host(host, "cat /proc/[0-9]*/cmdline | tr '\\0' ' '"),
        "environments": stack.on_host(host, "cat /proc/[0-9]*/environ | tr '\\0' ' '"),
        "journal": stack.on_host(host, "journalctl --no-pager -o cat"),
        "container": stack.on_host(host, "docker inspect nodekeep-node"),
    }
    passwords = [stack.secret(user)["password"] for user in stack.outputs["rpc_secret_arns"]]
    assert all(len(password) > 30 for password in passwords)
    for place, text in places.items():
        assert text
        assert not any(password in text for password in passwords), place
