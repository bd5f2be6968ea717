"""The kinds that a table alone could not tell."""

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

GROUP = aws.KINDS["aws:ec2/securityGroup:SecurityGroup"]
DEFAULT_GROUP = aws.KINDS["aws:ec2/defaultSecurityGroup:DefaultSecurityGroup"]
INSTANCE = aws.KINDS["aws:ec2/instance:Instance"]
BUCKET = aws.KINDS["aws:s3/bucket:Bucket"]
OBJECT = aws.KINDS["aws:s3/bucketObjectv2:BucketObjectv2"]
BALANCER = aws.KINDS["aws:lb/loadBalancer:LoadBalancer"]
TARGETS = aws.KINDS["aws:lb/targetGroup:TargetGroup"]
CONFIG = aws.KINDS["aws:route53/resolverFirewallConfig:ResolverFirewallConfig"]
PARAMETER = aws.KINDS["aws:ssm/parameter:Parameter"]
SECRET = aws.KINDS["aws:secretsmanager/secret:Secret"]
ASSOCIATION = aws.KINDS["aws:ec2/networkAclAssociation:NetworkAclAssociation"]
VOLUME = aws.KINDS["aws:ebs/volume:Volume"]

EVERYTHING = {"IpProtocol": "-1", "IpRanges": [{"CidrIp": "0.0.0.0/0"}]}
SSH = {"protocol": "tcp", "fromPort": 22, "toPort": 22, "cidrBlocks": ["10.0.0.0/8"]}


def test_a_new_group_loses_the_rule_that_lets_all_out(monkeypatch: pytest.MonkeyPatch) -> None:
    born = {"GroupId": "sg-1", "VpcId": "vpc-1", "IpPermissionsEgress": [EVERYTHING]}
    fake = fakes.install(
        monkeypatch,
        {
            "create_security_group": {"GroupId": "sg-1"},
            "describe_security_groups": {"SecurityGroups": [born]},
        },
    )
    GROUP.create(fakes.job(), {"name": "g", "description": "d", "vpcId": "vpc-1", "ingress": [SSH]})
    [revoked] = fake.made("revoke_security_group_egress")
    assert revoked["IpPermissions"] == [EVERYTHING]
    [allowed] = fake.made("authorize_security_group_ingress")
    assert allowed["IpPermissions"][0]["FromPort"] == 22


def test_rules_of_their_own_are_no_difference_to_their_group() -> None:
    state: Properties = {"name": "g", "ingress": [SSH], "egress": []}
    assert not GROUP.changes(state, {}, {"name": "g"})
    assert [f.name for f in GROUP.changes(state, {}, {"name": "g", "ingress": []})] == ["ingress"]


def test_a_default_group_is_found_and_emptied(monkeypatch: pytest.MonkeyPatch) -> None:
    found = {"GroupId": "sg-0", "VpcId": "vpc-1", "IpPermissionsEgress": [EVERYTHING]}
    fake = fakes.install(monkeypatch, {"describe_security_groups": {"SecurityGroups": [found]}})
    inputs = {"vpcId": "vpc-1", "ingress": [], "egress": [], "tags": {"a": "1"}}
    made, _ = DEFAULT_GROUP.create(fakes.job(), inputs)
    assert made == "sg-0"
    assert fake.made("revoke_security_group_egress")[0]["IpPermissions"] == [EVERYTHING]
    assert fake.made("create_tags")[0]["Tags"] == [{"Key": "a", "Value": "1"}]
    calls = len(fake.calls)
    DEFAULT_GROUP.delete(fakes.job(), "sg-0", {})
    assert len(fake.calls) == calls


def test_an_instance_asks_for_its_address_and_root_volume(monkeypatch: pytest.MonkeyPatch) -> None:
    inputs = {
        "ami": "ami-1",
        "instanceType": "t3.micro",
        "subnetId": "subnet-1",
        "vpcSecurityGroupIds": ["sg-1"],
        "associatePublicIpAddress": True,
        "userData": "#cloud-config",
        "metadataOptions": {"httpTokens": "required"},
        "rootBlockDevice": {"volumeSize": 8, "volumeType": "gp3", "tags": {"a": "1"}},
        "tags": {"a": "1"},
    }
    assert not INSTANCE.refusals(inputs)
    request = INSTANCE.request(inputs | {"rootDeviceName": "/dev/sda1"})
    interface = request["NetworkInterfaces"][0]
    assert interface["AssociatePublicIpAddress"] is True
    assert interface["Groups"] == ["sg-1"]
    assert "SubnetId" not in request
    disk = {"DeviceName": "/dev/sda1", "Ebs": {"VolumeSize": 8, "VolumeType": "gp3"}}
    assert request["BlockDeviceMappings"] == [disk]
    assert request["MetadataOptions"] == {"HttpTokens": "required"}


def test_user_data_replaces_an_instance_only_where_that_is_wanted() -> None:
    state: Properties = {"ami": "ami-1", "userData": "one"}
    for wanted in (False, True):
        news = state | {"userData": "two", "userDataReplaceOnChange": wanted}
        changed = {f.name: f.replace for f in INSTANCE.changes(state, {}, news)}
        assert changed["userData"] is wanted


def test_an_instance_is_stopped_to_change_its_type(monkeypatch: pytest.MonkeyPatch) -> None:
    name = ["running"]

    def set_state(state: str) -> Any:
        return lambda **_: name.__setitem__(0, state)

    fake = fakes.install(
        monkeypatch,
        {
            "stop_instances": set_state("stopped"),
            "start_instances": set_state("running"),
            "describe_instances": lambda **_: {
                "Reservations": [{"Instances": [{"State": {"Name": name[0]}}]}]
            },
        },
    )
    state: Properties = {"ami": "ami-1", "instanceType": "t3.micro"}
    inputs = state | {"instanceType": "t3.large"}
    changed = INSTANCE.changes(state, state, inputs)
    INSTANCE.update(fakes.job(), "i-1", state, changed, inputs)
    done = [call for call, _ in fake.calls if not call.startswith("describe")]
    assert done == ["stop_instances", "modify_instance_attribute", "start_instances"]


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


def test_an_acl_of_a_subnet_is_exchanged_and_given_back(monkeypatch: pytest.MonkeyPatch) -> None:
    link = {"NetworkAclAssociationId": "aclassoc-1", "SubnetId": "subnet-1"}
    default = {"NetworkAclId": "acl-0", "VpcId": "v", "IsDefault": True, "Associations": [link]}
    ours = {"NetworkAclId": "acl-1", "VpcId": "v", "IsDefault": False, "Associations": [link]}
    fake = fakes.install(
        monkeypatch,
        {
            "describe_network_acls": {"NetworkAcls": [ours, default]},
            "replace_network_acl_association": {"NewAssociationId": "aclassoc-1"},
        },
    )
    inputs = {"subnetId": "subnet-1", "networkAclId": "acl-1"}
    made, state = ASSOCIATION.create(fakes.job(), inputs)
    ASSOCIATION.delete(fakes.job(), made, state)
    exchanged = fake.made("replace_network_acl_association")
    assert [request["NetworkAclId"] for request in exchanged] == ["acl-1", "acl-0"]


def test_a_volume_leaves_a_snapshot_where_that_is_wanted(monkeypatch: pytest.MonkeyPatch) -> None:
    states = [{"Snapshots": [{"State": state}]} for state in ("pending", "completed")]
    fake = fakes.install(
        monkeypatch,
        {
            "create_snapshot": {"SnapshotId": "snap-1"},
            "describe_snapshots": states,
            "describe_volumes": {"Volumes": []},
        },
    )
    VOLUME.delete(fakes.job(), "vol-1", {"finalSnapshot": True, "tagsAll": {"a": "1"}})
    done = [call for call, _ in fake.calls if not call.startswith("describe")]
    assert done == ["create_snapshot", "delete_volume"]


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
