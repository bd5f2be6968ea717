"""Hosts of the running lab: states, user data, addresses, and ends that nobody announced."""

import subprocess
from contextlib import suppress

import pytest
from botocore.exceptions import ClientError

from tests.lab_aws.conftest import Cloud, eventually, refusal

pytestmark = pytest.mark.lab


def container(host: str) -> str:
    """Return the container that is a host."""
    listed = ["docker", "ps", "-aq", "--filter", f"name={host}"]
    return subprocess.run(listed, check=True, capture_output=True, text=True).stdout.strip()


def test_a_host_reads_its_own_user_data_and_identity(cloud: Cloud) -> None:
    host = cloud.host(UserData="#cloud-config\nlocale: false\n")
    attribute = cloud.ec2.describe_instance_attribute(InstanceId=host, Attribute="userData")
    script = """
    set -eu
    cd /tmp; imds=169.254.169.254/latest; ttl='X-aws-ec2-metadata-token-ttl-seconds: 60'
    token=$(curl -fsS -X PUT -H "$ttl" $imds/api/token)
    for path in meta-data/instance-id meta-data/local-ipv4 user-data; do
        curl -fsS -H "X-aws-ec2-metadata-token: $token" $imds/$path; echo
    done
    curl -s -o /dev/null -w '%{http_code}' $imds/meta-data/instance-id
    """
    lines = cloud.shell(host, script).split()
    assert lines == [host, cloud.address(host), "#cloud-config", "locale:", "false", "401"]
    assert attribute["UserData"]["Value"] == "I2Nsb3VkLWNvbmZpZwpsb2NhbGU6IGZhbHNlCg=="


def test_stop_and_start_keep_address_and_root(cloud: Cloud) -> None:
    host = cloud.host()
    address = cloud.address(host)
    cloud.shell(host, "echo kept > /root/file")
    stopped = cloud.ec2.stop_instances(InstanceIds=[host])["StoppingInstances"][0]
    assert stopped["CurrentState"]["Name"] == "stopping"
    eventually(lambda: cloud.state(host) == "stopped")
    assert not cloud.online(host)
    cloud.ec2.start_instances(InstanceIds=[host])
    eventually(lambda: cloud.online(host))
    assert cloud.address(host) == address
    assert cloud.shell(host, "cat /root/file; hostname -I").split()[:2] == ["kept", address]


def test_a_host_that_is_killed_shows_as_stopped(cloud: Cloud) -> None:
    host = cloud.host()
    subprocess.run(["docker", "kill", container(host)], check=True, capture_output=True)
    eventually(lambda: cloud.state(host) == "stopped")


def test_a_host_that_reboots_itself_comes_back(cloud: Cloud) -> None:
    host = cloud.host()

    def started() -> str:
        with suppress(ClientError):  # for a moment it cannot be reached
            start: str = cloud.run(host, "cut -d' ' -f22 /proc/1/stat")["StandardOutputContent"]
            return start
        return ""

    before = started()
    cloud.run(host, "systemctl reboot")
    eventually(lambda: started() not in {"", before})
    assert cloud.state(host) == "running"


def test_termination_leaves_nothing(cloud: Cloud) -> None:
    host = cloud.host()
    disk = cloud.disk()
    cloud.attach(disk, host)
    cloud.ec2.terminate_instances(InstanceIds=[host])
    assert cloud.state(host) in {"shutting-down", "terminated"}
    eventually(lambda: cloud.state(host) == "terminated")
    assert container(host) == ""
    assert cloud.attachment(disk) is None


def test_a_host_that_takes_its_time_to_end_keeps_its_address_until_then(cloud: Cloud) -> None:
    host = cloud.host()
    slowly = "systemd-run --quiet --property=ExecStop='/bin/sleep 8' sleep infinity"
    cloud.shell(host, slowly)
    address = cloud.address(host)
    cloud.ec2.terminate_instances(InstanceIds=[host])
    successor = cloud.host()
    assert cloud.state(host) == "shutting-down"
    assert cloud.address(successor) != address
    eventually(lambda: cloud.state(host) == "terminated")


def test_protected_hosts_stay(cloud: Cloud) -> None:
    host = cloud.host(DisableApiTermination=True)
    terminate = {"InstanceIds": [host]}
    refused = refusal(lambda: cloud.ec2.terminate_instances(**terminate))
    assert refused == "OperationNotPermitted"
    assert cloud.state(host) == "running"
    off = {"InstanceId": host, "DisableApiTermination": {"Value": False}}
    cloud.ec2.modify_instance_attribute(**off)


def test_filters_select_and_unknown_ones_are_refused(cloud: Cloud) -> None:
    tags = [{"ResourceType": "instance", "Tags": [{"Key": "nodekeep:host", "Value": "here"}]}]
    host = cloud.host(TagSpecifications=tags)

    def found(name: str, value: str) -> list[str]:
        asked = [{"Name": name, "Values": [value]}]
        answer = cloud.ec2.describe_instances(Filters=asked)["Reservations"]
        return [one["InstanceId"] for r in answer for one in r["Instances"]]

    assert found("tag:nodekeep:host", "here") == [host]
    assert found("instance-id", "i-00000000000000000") == []
    assert found("private-ip-address", cloud.address(host)) == [host]
    assert refusal(lambda: found("no-such-filter", "x")) == "InvalidParameterValue"


def test_commands_have_their_real_outcome(cloud: Cloud) -> None:
    host = cloud.host()
    failed = cloud.run(host, "echo out; echo err >&2; exit 3")
    assert (failed["Status"], failed["ResponseCode"]) == ("Failed", 3)
    assert (failed["StandardOutputContent"], failed["StandardErrorContent"]) == ("out\n", "err\n")
    late = cloud.run(host, "sleep 60", executionTimeout=["1"])
    assert (late["Status"], late["StatusDetails"]) == ("TimedOut", "ExecutionTimedOut")


def test_a_document_of_our_own_takes_typed_parameters(cloud: Cloud) -> None:
    content = """{"schemaVersion": "2.2", "parameters": {"word": {"type": "String",
        "allowedPattern": "[a-z]+"}}, "mainSteps": [{"action": "aws:runShellScript", "name": "say",
        "inputs": {"runCommand": ["echo said {{ word }}"]}}]}"""
    cloud.ssm.create_document(Name="say", Content=content, DocumentType="Command")
    cloud.later(lambda: cloud.ssm.delete_document(Name="say"))
    host = cloud.host()
    asked = {"InstanceIds": [host], "DocumentName": "say"}
    sent = cloud.ssm.send_command(**asked, Parameters={"word": ["hello"]})["Command"]
    assert cloud.outcome(sent["CommandId"], host)["StandardOutputContent"] == "said hello\n"
    bad = {"word": ["hello; reboot"]}
    assert refusal(lambda: cloud.ssm.send_command(**asked, Parameters=bad)) == "InvalidParameters"
