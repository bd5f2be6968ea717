"""A node: its hosts, what they may do, and who may reach them."""

import json
from typing import Any

import pytest
import yaml
from pulumi import InputPropertyError

from components import Node
from tests.components.arguments import NODE, changed
from tests.engine import Engine, run_program

INGRESS = "aws:vpc/securityGroupIngressRule:SecurityGroupIngressRule"
EGRESS = "aws:vpc/securityGroupEgressRule:SecurityGroupEgressRule"


@pytest.fixture(scope="module", params=[False, True], ids=["update", "preview"])
def made(request: pytest.FixtureRequest) -> Engine:
    """The node, as it is made and as it is previewed."""
    return run_program(lambda: Node("test-a", NODE), preview=request.param)


def test_each_host_is_told_who_it_is(made: Engine) -> None:
    for host, platform in (("arm", "linux/arm64"), ("x86", "linux/amd64")):
        user_data = yaml.safe_load(made.named(f"test-a-{host}-instance").inputs["userData"])
        assert user_data["write_files"][0]["content"].splitlines() == [
            "NODEKEEP_STACK=bitcoin-test",
            "NODEKEEP_NODE=a",
            f"NODEKEEP_HOST={host}",
            f"NODEKEEP_PLATFORM={platform}",
            "NODEKEEP_PARAMETERS=/nodekeep/bitcoin-test/a",
            "AWS_DEFAULT_REGION=eu-central-1",
            "AWS_REGION=eu-central-1",
        ]


def test_hosts_are_found_by_their_tags(made: Engine) -> None:
    for host in ("arm", "x86"):
        tags = made.named(f"test-a-{host}-instance").inputs["tags"]
        assert tags["nodekeep:stack"] == "bitcoin-test"
        assert tags["nodekeep:node"] == "a"
        assert tags["nodekeep:host"] == host


def test_peers_come_from_anywhere_and_calls_from_the_endpoint_only(made: Engine) -> None:
    rules = {rule.name: rule.inputs for rule in made.of(INGRESS)}
    assert {rule["fromPort"] for rule in rules.values()} == {9150, 18443, 18444}
    assert all(rule["fromPort"] == rule["toPort"] for rule in rules.values())
    assert rules["test-a-p2p-in"]["cidrIpv4"] == "0.0.0.0/0"
    for use in ("rpc", "health"):
        rule = rules[f"test-a-{use}-in"]
        assert rule["referencedSecurityGroupId"] == "sg-balancer"
        assert "cidrIpv4" not in rule


def test_peers_can_be_limited() -> None:
    made = run_program(lambda: Node("test-a", changed(NODE, p2p_cidr="10.20.0.0/16")))
    assert made.named("test-a-p2p-in").inputs["cidrIpv4"] == "10.20.0.0/16"
    blocks = [rule.inputs.get("cidrIpv4") for rule in made.of(INGRESS)]
    assert "0.0.0.0/0" not in blocks


def test_nobody_logs_in(made: Engine) -> None:
    assert 22 not in [rule.inputs["fromPort"] for rule in made.of(INGRESS)]
    for host in made.of("aws:ec2/instance:Instance"):
        assert "keyName" not in host.inputs
    (group,) = made.of("aws:ec2/securityGroup:SecurityGroup")
    assert not {"ingress", "egress"} & set(group.inputs)


def test_hosts_reach_out_over_tcp_only(made: Engine) -> None:
    assert made.inputs(EGRESS)["ipProtocol"] == "tcp"


def test_the_role_is_for_this_node_and_known_at_preview(made: Engine) -> None:
    role = made.one("aws:iam/role:Role")
    assert role.document("assumeRolePolicy")["Statement"][0]["Principal"] == {
        "Service": "ec2.amazonaws.com"
    }
    policy = made.one("aws:iam/rolePolicy:RolePolicy").document("policy")
    assert [statement["Sid"] for statement in policy["Statement"]] == [
        "Describe",
        "OwnInstance",
        "OwnVolume",
        "Manifests",
        "Hostfiles",
        "RegistryLogin",
        "Pull",
        "RpcSecrets",
        "TargetGroups",
        "SessionManager",
    ]
    assert not made.of("aws:iam/rolePolicyAttachment:RolePolicyAttachment")
    assert "managedPolicyArns" not in role.inputs


def test_only_desired_follows_the_program(made: Engine) -> None:
    desired, current = made.named("test-a-desired"), made.named("test-a-current")
    assert desired.inputs["name"] == "/nodekeep/bitcoin-test/a/desired"
    assert current.inputs["name"] == "/nodekeep/bitcoin-test/a/current"
    assert desired.ignore_changes == ()
    assert current.ignore_changes == ("value",)
    assert current.inputs["tier"] == "Intelligent-Tiering"


def test_a_host_is_born_when_all_it_asks_for_is_there(made: Engine) -> None:
    for host in made.of("aws:ec2/instance:Instance"):
        before = {resource.name for resource in made.needs(host)}
        assert {"test-a-current", "test-a-policy", "test-a-profile", "test-a-rpc-in"} <= before


def test_nothing_secret_is_in_user_data(made: Engine) -> None:
    for host in made.of("aws:ec2/instance:Instance"):
        assert "secret" not in json.dumps(host.inputs["userData"]).lower()


def test_a_volume_from_a_snapshot_is_never_to_be_formatted() -> None:
    made = run_program(lambda: Node("test-a", changed(NODE, volume_blank=False)))
    manifest = made.named("test-a-desired").document("value")
    assert manifest["volume"]["blank"] is False


@pytest.mark.parametrize(
    ("change", "key"),
    [
        ({"rpc_port": 0}, "rpcPort"),
        ({"p2p_port": 65_536}, "p2pPort"),
        ({"health_port": 18443}, "healthPort"),
    ],
)
def test_ports_that_cannot_work_register_nothing(change: dict[str, Any], key: str) -> None:
    def program() -> None:
        with pytest.raises(InputPropertyError) as caught:
            Node("test-a", changed(NODE, **change))
        assert caught.value.args[0] == key

    assert not run_program(program).resources
