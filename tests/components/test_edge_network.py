"""The nodes' network."""

import pytest
from pulumi import InputPropertyError

from components import EdgeNetwork
from tests.components.arguments import EDGE, changed
from tests.engine import Engine, run_program


@pytest.fixture(scope="module", params=[False, True], ids=["update", "preview"])
def made(request: pytest.FixtureRequest) -> Engine:
    """The network, as it is made and as it is previewed."""
    return run_program(lambda: EdgeNetwork("edge", EDGE), preview=request.param)


def test_zones_have_their_own_eighth_by_letter(made: Engine) -> None:
    subnets = {subnet.name: subnet.inputs for subnet in made.of("aws:ec2/subnet:Subnet")}
    assert subnets["edge-a"]["availabilityZone"] == "eu-central-1a"
    assert subnets["edge-a"]["cidrBlock"] == "10.20.0.0/19"
    assert subnets["edge-c"]["cidrBlock"] == "10.20.64.0/19"


def test_a_new_zone_changes_no_other() -> None:
    fewer = run_program(lambda: EdgeNetwork("edge", EDGE))
    more = run_program(lambda: EdgeNetwork("edge", changed(EDGE, zones=["a", "b", "c"])))
    for subnet in fewer.of("aws:ec2/subnet:Subnet"):
        assert more.named(subnet.name).inputs["cidrBlock"] == subnet.inputs["cidrBlock"]


def test_there_is_no_nat_gateway_and_no_address_unasked(made: Engine) -> None:
    assert not made.of("aws:ec2/natGateway:NatGateway")
    assert not made.of("aws:ec2/eip:Eip")
    for subnet in made.of("aws:ec2/subnet:Subnet"):
        assert subnet.inputs["mapPublicIpOnLaunch"] is False


def test_the_default_security_group_lets_nothing_through(made: Engine) -> None:
    group = made.inputs("aws:ec2/defaultSecurityGroup:DefaultSecurityGroup")
    assert (group["ingress"], group["egress"]) == ([], [])


def test_s3_is_reached_without_the_internet(made: Engine) -> None:
    endpoint = made.inputs("aws:ec2/vpcEndpoint:VpcEndpoint")
    assert endpoint["serviceName"] == "com.amazonaws.eu-central-1.s3"
    assert endpoint["vpcEndpointType"] == "Gateway"


def test_rejected_traffic_is_logged_once_the_bucket_accepts_it(made: Engine) -> None:
    log = made.one("aws:ec2/flowLog:FlowLog")
    assert log.inputs["trafficType"] == "REJECT"
    assert log.inputs["logDestinationType"] == "s3"
    assert "edge-flow-logs-policy" in {before.name for before in made.needs(log)}


def test_logs_never_hold_up_a_destroy(made: Engine) -> None:
    assert made.inputs("aws:s3/bucket:Bucket")["forceDestroy"] is True
    (rule,) = made.inputs("aws:s3/bucketLifecycleConfiguration:BucketLifecycleConfiguration")[
        "rules"
    ]
    assert rule["expiration"] == {"days": 90}


def test_a_subnet_is_known_only_with_its_way_out() -> None:
    networks: list[EdgeNetwork] = []
    found: list[str] = []

    def program() -> object:
        networks.append(EdgeNetwork("edge", EDGE))
        ids = networks[0].subnet_ids
        return ids.apply(lambda by_zone: found.extend(sorted(by_zone)))

    made = run_program(program)
    assert found == ["a", "c"]
    for association in made.of("aws:ec2/routeTableAssociation:RouteTableAssociation"):
        assert "edge-internet" in {before.name for before in made.needs(association)}


@pytest.mark.parametrize(
    ("change", "key"),
    [
        ({"cidr": "10.20.0.0/25"}, "cidr"),
        ({"cidr": "10.20.0.1/16"}, "cidr"),
        ({"zones": ["1"]}, "zones"),
    ],
)
def test_what_cannot_work_registers_nothing(change: dict[str, object], key: str) -> None:
    made = run_program(lambda: _refused(change, key))
    assert not made.resources


def _refused(change: dict[str, object], key: str) -> None:
    with pytest.raises(InputPropertyError) as caught:
        EdgeNetwork("edge", changed(EDGE, **change))
    assert caught.value.args[0] == key
