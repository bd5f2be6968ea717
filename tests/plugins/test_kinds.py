"""Kinds of other services that a table alone could not tell, and functions."""

import base64
import json
from datetime import UTC, datetime
from typing import Any

import pytest

from lab.plugins import aws
from lab.plugins.aws.functions import FUNCTIONS
from lab.plugins.resource import PluginError
from lab.plugins.wire import UNKNOWN, Asset, Properties, Secret
from tests.plugins import fakes

BUCKET = aws.KINDS["aws:s3/bucket:Bucket"]
OBJECT = aws.KINDS["aws:s3/bucketObjectv2:BucketObjectv2"]
BALANCER = aws.KINDS["aws:lb/loadBalancer:LoadBalancer"]
TARGETS = aws.KINDS["aws:lb/targetGroup:TargetGroup"]
CONFIG = aws.KINDS["aws:route53/resolverFirewallConfig:ResolverFirewallConfig"]
PARAMETER = aws.KINDS["aws:ssm/parameter:Parameter"]
SECRET = aws.KINDS["aws:secretsmanager/secret:Secret"]


def test_a_bucket_is_emptied_of_every_version_only_if_that_is_wanted(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    listed = {
        "Versions": [{"Key": "a", "VersionId": "1"}],
        "DeleteMarkers": [{"Key": "a", "VersionId": "2"}],
    }
    fake = fakes.install(monkeypatch, {"list_object_versions": [listed, {}]})
    BUCKET.delete(fakes.job(), "b", {"forceDestroy": True})
    [request] = fake.made("delete_objects")
    assert {o["VersionId"] for o in request["Delete"]["Objects"]} == {"1", "2"}
    fake = fakes.install(monkeypatch, {})
    BUCKET.delete(fakes.job(), "b", {"forceDestroy": False})
    assert [call for call, _ in fake.calls] == ["delete_bucket"]


def test_an_object_is_what_it_contains() -> None:
    given: list[Properties] = [
        {"content": "text"},
        {"contentBase64": base64.b64encode(b"text").decode()},
        {"source": Asset(text="text")},
    ]
    for content in given:
        request = OBJECT.request({"bucket": "b", "key": "a.json", **content})
        assert request["Body"] == b"text"
        assert request["ContentType"] == "application/json"
    state: Properties = {"bucket": "b", "key": "k", "source": Asset(path="/old", digest="1")}
    moved = state | {"source": Asset(path="/new", digest="1")}
    assert not OBJECT.changes(state, {}, moved)
    changed = OBJECT.changes(state, {}, state | {"source": Asset(path="/old", digest="2")})
    assert [f.name for f in changed] == ["source"]


@pytest.mark.parametrize(
    ("subnets", "replaces"),
    [(["a", "b"], []), (["b"], ["subnets"]), (UNKNOWN, []), (["a", UNKNOWN], [])],
)
def test_a_network_load_balancer_cannot_leave_a_subnet(subnets: Any, replaces: list[str]) -> None:
    state: Properties = {"loadBalancerType": "network", "subnets": ["a"], "securityGroups": ["g"]}
    changed = BALANCER.changes(state, state, state | {"subnets": subnets})
    assert [f.name for f in changed] == ["subnets"]
    assert [f.name for f in changed if f.replace] == replaces


def test_attributes_are_set_and_told_as_inputs(monkeypatch: pytest.MonkeyPatch) -> None:
    pairs = {
        "deregistration_delay.timeout_seconds": "60",
        "preserve_client_ip.enabled": "false",
        "target_health_state.unhealthy.connection_termination.enabled": "false",
        "target_health_state.unhealthy.draining_interval_seconds": "5",
    }
    told = [{"Key": key, "Value": value} for key, value in pairs.items()]
    fake = fakes.install(
        monkeypatch,
        {
            "create_target_group": {"TargetGroups": [{"TargetGroupArn": "arn:tg"}]},
            "describe_target_groups": {"TargetGroups": [{"TargetGroupArn": "arn:tg"}]},
            "describe_target_group_attributes": {"Attributes": told},
        },
    )
    inputs = {
        "name": "t",
        "deregistrationDelay": 60,
        "preserveClientIp": "false",
        "targetHealthStates": [
            {"enableUnhealthyConnectionTermination": False, "unhealthyDrainingInterval": 5}
        ],
    }
    _, state = TARGETS.create(fakes.job(), inputs)
    [request] = fake.made("modify_target_group_attributes")
    assert {pair["Key"]: pair["Value"] for pair in request["Attributes"]} == pairs
    assert inputs.items() <= state.items()
    assert not TARGETS.changes(state, inputs, inputs)


def test_a_recorded_kind_is_a_parameter_and_nothing_else(monkeypatch: pytest.MonkeyPatch) -> None:
    kept: dict[str, str] = {}

    def get(**params: Any) -> Any:
        if params["Name"] not in kept:
            raise fakes.refused("ParameterNotFound")
        return {"Parameter": {"Value": kept[params["Name"]]}}

    fake = fakes.install(
        monkeypatch,
        {
            "put_parameter": lambda **p: kept.__setitem__(p["Name"], p["Value"]),
            "delete_parameter": lambda **p: kept.pop(p["Name"]),
            "get_parameter": get,
        },
    )
    inputs = {"resourceId": "vpc-1", "firewallFailOpen": "DISABLED"}
    made, state = CONFIG.create(fakes.job(), inputs)
    assert list(kept) == [f"/lab/recorded/ResolverFirewallConfig/{made}"]
    assert CONFIG.read(fakes.job(), made, state, inputs) == state
    [name] = kept
    kept[name] = json.dumps(inputs | {"firewallFailOpen": "ENABLED"})
    drifted = CONFIG.read(fakes.job(), made, state, inputs)
    assert drifted
    assert [f.name for f in CONFIG.changes(drifted, inputs, inputs)] == ["firewallFailOpen"]
    CONFIG.delete(fakes.job(), made, state)
    CONFIG.delete(fakes.job(), made, state)
    assert CONFIG.read(fakes.job(), made, state, inputs) is None
    assert {call for call, _ in fake.calls} == {
        "put_parameter",
        "get_parameter",
        "delete_parameter",
    }


def test_a_parameter_is_written_over_without_tags(monkeypatch: pytest.MonkeyPatch) -> None:
    fake = fakes.install(monkeypatch, {"get_parameter": {"Parameter": {"Value": "b"}}})
    state: Properties = {"name": "p", "type": "String", "value": "a", "tagsAll": {"t": "1"}}
    inputs = {"name": "p", "type": "String", "value": "b", "tags": {"t": "1"}}
    changed = PARAMETER.changes(state, {}, inputs)
    PARAMETER.update(fakes.job(), "p", state, changed, inputs)
    [request] = fake.made("put_parameter")
    assert request["Overwrite"] is True
    assert "Tags" not in request


@pytest.mark.parametrize(
    ("days", "how"), [(7, "RecoveryWindowInDays"), (0, "ForceDeleteWithoutRecovery")]
)
def test_a_secret_can_be_had_back_for_as_long_as_wanted(
    monkeypatch: pytest.MonkeyPatch, days: int, how: str
) -> None:
    fake = fakes.install(monkeypatch, {"describe_secret": {"ARN": "arn:s"}})
    SECRET.delete(fakes.job(), "arn:s", {"recoveryWindowInDays": days})
    assert how in fake.made("delete_secret")[0]
    gone = fakes.install(monkeypatch, {"describe_secret": {"ARN": "a", "DeletedDate": "today"}})
    SECRET.delete(fakes.job(), "arn:s", {"recoveryWindowInDays": days})
    assert not gone.made("delete_secret")


def test_passwords_of_functions_are_secret(monkeypatch: pytest.MonkeyPatch) -> None:
    token = base64.b64encode(b"AWS:pass:word").decode()
    told = {
        "authorizationToken": token,
        "proxyEndpoint": "http://127.0.0.1:1",
        "expiresAt": datetime(2030, 1, 1, tzinfo=UTC),
    }
    parameter = {"Name": "p", "Type": "SecureString", "Value": "v", "Version": 1}
    fakes.install(
        monkeypatch,
        {
            "get_authorization_token": {"authorizationData": [told]},
            "get_parameter": {"Parameter": parameter},
        },
    )
    login = FUNCTIONS["aws:ecr/getAuthorizationToken:getAuthorizationToken"]({})
    assert login["userName"] == "AWS"
    assert login["password"] == Secret("pass:word")
    found = FUNCTIONS["aws:ssm/getParameter:getParameter"]({"name": "p"})
    assert found["value"] == Secret("v")
    assert found["insecureValue"] is None


def test_zones_can_be_left_out(monkeypatch: pytest.MonkeyPatch) -> None:
    zones = [{"ZoneName": f"r{z}", "ZoneId": f"z{z}"} for z in "cab"]
    fakes.install(monkeypatch, {"describe_availability_zones": {"AvailabilityZones": zones}})
    ask = FUNCTIONS["aws:index/getAvailabilityZones:getAvailabilityZones"]
    assert ask({"excludeNames": ["ra"]})["names"] == ["rb", "rc"]


def test_a_row_that_needs_more_than_an_id_says_that_it_cannot_be_imported(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    fakes.install(monkeypatch, {"list_attached_role_policies": {"AttachedPolicies": []}})
    attachment = aws.KINDS["aws:iam/rolePolicyAttachment:RolePolicyAttachment"]
    with pytest.raises(PluginError, match="cannot be imported"):
        attachment.read(fakes.job(), "role/arn", {}, {})
