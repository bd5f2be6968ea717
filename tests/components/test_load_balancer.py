"""The endpoint."""

from typing import Any

import pytest
from pulumi import InputPropertyError, Output

from components import LoadBalancer
from tests.components.arguments import BALANCER, changed
from tests.engine import Engine, run_program


@pytest.fixture(scope="module", params=[False, True], ids=["update", "preview"])
def made(request: pytest.FixtureRequest) -> Engine:
    """The endpoint, as it is made and as it is previewed."""
    return run_program(lambda: LoadBalancer("endpoint", BALANCER), preview=request.param)


def test_it_is_internal_and_has_a_security_group_from_birth(made: Engine) -> None:
    inputs = made.inputs("aws:lb/loadBalancer:LoadBalancer")
    assert (inputs["internal"], inputs["loadBalancerType"]) == (True, "network")
    assert len(inputs["securityGroups"]) == 1
    assert inputs["enableCrossZoneLoadBalancing"] is True


def test_readiness_decides_on_a_port_of_its_own(made: Engine) -> None:
    group = made.inputs("aws:lb/targetGroup:TargetGroup")
    assert (group["protocol"], group["port"], group["targetType"]) == ("TCP", 18443, "instance")
    check = group["healthCheck"]
    assert (check["protocol"], check["port"], check["path"]) == ("HTTP", "9150", "/ready")
    assert check["matcher"] == "200"


def test_running_calls_are_not_cut_off(made: Engine) -> None:
    group = made.inputs("aws:lb/targetGroup:TargetGroup")
    assert group["preserveClientIp"] == "false"
    assert group["connectionTermination"] is False
    assert group["deregistrationDelay"] == 60
    assert group["targetHealthStates"] == [
        {"enableUnhealthyConnectionTermination": False, "unhealthyDrainingInterval": 60}
    ]


def test_only_the_network_calls_and_only_hosts_are_called(made: Engine) -> None:
    rules = [
        (rule.inputs["cidrIpv4"], rule.inputs["ipProtocol"], rule.inputs["fromPort"])
        for kind in ("Ingress", "Egress")
        for rule in made.of(f"aws:vpc/securityGroup{kind}Rule:SecurityGroup{kind}Rule")
    ]
    block = "10.20.0.0/16"
    assert sorted(rules) == [
        (block, "tcp", 9150),
        (block, "tcp", 18443),
        (block, "tcp", 18443),
    ]


@pytest.mark.parametrize("name", ["endpoint", "a-stack-of-22-letters-endpoint", 60 * "x"])
def test_names_keep_to_32_characters(name: str) -> None:
    made = run_program(lambda: LoadBalancer(name, BALANCER))
    assert len(made.inputs("aws:lb/loadBalancer:LoadBalancer")["name"]) <= 32
    assert len(made.inputs("aws:lb/targetGroup:TargetGroup")["name"]) <= 32


def test_another_port_is_another_group_beside_the_old_one() -> None:
    def program() -> None:
        for port in (8332, 18443):
            LoadBalancer(f"x{port}", changed(BALANCER, rpc_port=port))

    groups = run_program(program).of("aws:lb/targetGroup:TargetGroup")
    assert [group.inputs["name"] for group in groups] == ["x8332-8332", "x18443-18443"][::-1]


def test_outputs_tell_callers_and_hosts_what_they_need() -> None:
    told: dict[str, Any] = {}

    def program() -> object:
        balancer = LoadBalancer("endpoint", BALANCER)
        outputs = Output.all(
            endpoint=balancer.endpoint,
            name=balancer.dns_name,
            group=balancer.target_group_arn,
        )
        return outputs.apply(told.update)

    run_program(program)
    assert told["endpoint"] == f"{told['name']}:18443"
    assert told["group"] == "arn:aws:test:::endpoint-18443"


@pytest.mark.parametrize(
    ("change", "key"),
    [({"rpc_port": 0}, "rpcPort"), ({"health_port": 65_536}, "healthPort"), ({"drain_s": -1}, "d")],
)
def test_what_cannot_work_registers_nothing(change: dict[str, int], key: str) -> None:
    def program() -> None:
        with pytest.raises(InputPropertyError) as caught:
            LoadBalancer("endpoint", changed(BALANCER, **change))
        assert caught.value.args[0].startswith(key)

    assert not run_program(program).resources
