"""Kinds of EC2 that a table alone could not tell."""

from typing import Any

import pytest

from lab.plugins import aws
from lab.plugins.wire import Properties
from tests.plugins import fakes

GROUP = aws.KINDS["aws:ec2/securityGroup:SecurityGroup"]
DEFAULT_GROUP = aws.KINDS["aws:ec2/defaultSecurityGroup:DefaultSecurityGroup"]
INSTANCE = aws.KINDS["aws:ec2/instance:Instance"]
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
