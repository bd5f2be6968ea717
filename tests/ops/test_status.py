"""`nodekeep status`: what it prints, and that the unknown is never 0."""

import json
from typing import Any

import boto3
import pytest
from botocore.stub import Stubber

from ops import fleet, remote, status
from ops.session import OperatorError, session
from tests.lab.deployment import ROOT

READY = {"live": True, "ready": True, "reason": None, "blocks": 101, "headers": 101, "peers": 0}


class Recorded(boto3.Session):
    """A session whose EC2 client answers from a recording."""

    def __init__(self) -> None:
        super().__init__("key", "secret", region_name="eu-central-1")
        self.ec2 = super().client("ec2")

    def client(self, *_: Any, **__: Any) -> Any:
        return self.ec2


def tags(**values: str) -> list[dict[str, str]]:
    return [{"Key": f"nodekeep:{key}", "Value": value} for key, value in values.items()]


def instance(identity: str, host: str, state: str = "running") -> dict[str, Any]:
    return {
        "InstanceId": identity,
        "State": {"Name": state},
        "Tags": tags(stack="bitcoin-test", node="a", host=host),
    }


def volume(*carriers: str) -> dict[str, Any]:
    return {
        "VolumeId": "vol-1",
        "Tags": tags(stack="bitcoin-test", node="a"),
        "Attachments": [{"InstanceId": carrier} for carrier in carriers],
    }


@pytest.fixture(scope="module")
def recorded() -> Recorded:
    return Recorded()


def collect(
    recorded: Recorded, instances: list[dict[str, Any]], volumes: list[dict[str, Any]]
) -> dict[str, status.Answer]:
    with Stubber(recorded.ec2) as stub:
        stub.add_response("describe_instances", {"Reservations": [{"Instances": instances}]})
        stub.add_response("describe_volumes", {"Volumes": volumes})
        return status.collect(recorded, "bitcoin-test")


def answering(monkeypatch: pytest.MonkeyPatch, said: str | Exception) -> list[str]:
    asked = []

    def run(_: boto3.Session, instance_id: str, *__: Any, **___: Any) -> str:
        asked.append(instance_id)
        if isinstance(said, Exception):
            raise said
        return said

    monkeypatch.setattr(remote, "run", run)
    return asked


def test_the_carrier_is_asked(recorded: Recorded, monkeypatch: pytest.MonkeyPatch) -> None:
    asked = answering(monkeypatch, json.dumps(READY))
    found = collect(recorded, [instance("i-1", "arm"), instance("i-2", "x86")], [volume("i-2")])
    assert asked == ["i-2"]
    assert json.loads(status.as_json(found)) == {
        "nodes": {"a": {"blocks": 101, "ready": True, "carrier": "x86"}}
    }


@pytest.mark.parametrize(
    ("carriers", "state", "said", "reason"),
    [
        ([], "running", "", "no host has its volume"),
        (["i-1"], "stopped", "", "its carrier is stopped"),
        (["i-1"], "running", "", "exporter does not answer"),
        (["i-1"], "running", "<html>", "exporter does not answer"),
        (["i-1"], "running", remote.RemoteError("i-1: SSM: no"), "i-1: SSM: no"),
    ],
)
def test_what_is_unknown_is_null(
    recorded: Recorded,
    monkeypatch: pytest.MonkeyPatch,
    carriers: list[str],
    state: str,
    said: str | Exception,
    reason: str,
) -> None:
    answering(monkeypatch, said)
    found = collect(recorded, [instance("i-1", "arm", state)], [volume(*carriers)])
    assert found["a"]["blocks"] is None
    assert not found["a"]["ready"]
    assert reason in status.as_table(found)


def test_a_stack_that_is_not_there_is_an_error(recorded: Recorded) -> None:
    with pytest.raises(OperatorError, match=r"nodekeep:stack=bitcoin-test.*deploy it first"):
        collect(recorded, [], [])


def test_volume_attached_elsewhere_has_no_carrier(recorded: Recorded) -> None:
    with Stubber(recorded.ec2) as stub:
        stub.add_response("describe_instances", {"Reservations": []})
        stub.add_response("describe_volumes", {"Volumes": [volume("i-stranger")]})
        assert fleet.nodes(recorded, "bitcoin-test")["a"].carrier is None


def test_a_hosts_root_volume_is_no_node(recorded: Recorded) -> None:
    root = {**volume("i-1"), "Tags": tags(stack="bitcoin-test", node="a", host="arm")}
    with Stubber(recorded.ec2) as stub:
        stub.add_response(
            "describe_instances",
            {"Reservations": [{"Instances": [instance("i-1", "arm"), instance("i-2", "x86")]}]},
        )
        stub.add_response("describe_volumes", {"Volumes": [volume("i-2"), root]})
        carrier = fleet.nodes(recorded, "bitcoin-test")["a"].carrier
    assert carrier
    assert carrier.name == "x86"


@pytest.mark.parametrize("order", [1, -1])
def test_a_volume_kept_from_before_a_restore_is_not_the_node(
    recorded: Recorded, order: int
) -> None:
    volumes = [volume("i-1"), {**volume(), "VolumeId": "vol-before"}][::order]
    with Stubber(recorded.ec2) as stub:
        instances = {"Reservations": [{"Instances": [instance("i-1", "arm")]}]}
        stub.add_response("describe_instances", instances)
        stub.add_response("describe_volumes", {"Volumes": volumes})
        node = fleet.nodes(recorded, "bitcoin-test")["a"]
    assert node.volume_id == "vol-1"
    assert node.carrier


def test_unknown_stack_lists_the_known() -> None:
    with pytest.raises(OperatorError, match="bitcoin-test"):
        session(ROOT, "no-such-stack")
