"""The vault: above all, what is not in it."""

import json
from collections.abc import Iterator
from typing import Any

import pytest
from pulumi import InputPropertyError

from components import EdgeNetwork, Host, VaultNetwork
from tests.components.arguments import EDGE, HOST, VAULT, changed
from tests.engine import Engine, Resource, run_program

KINDS = {
    "aws:ec2/defaultNetworkAcl:DefaultNetworkAcl",
    "aws:ec2/defaultRouteTable:DefaultRouteTable",
    "aws:ec2/defaultSecurityGroup:DefaultSecurityGroup",
    "aws:ec2/networkAcl:NetworkAcl",
    "aws:ec2/networkAclAssociation:NetworkAclAssociation",
    "aws:ec2/routeTable:RouteTable",
    "aws:ec2/routeTableAssociation:RouteTableAssociation",
    "aws:ec2/securityGroup:SecurityGroup",
    "aws:ec2/subnet:Subnet",
    "aws:ec2/vpc:Vpc",
    "aws:ec2/vpcEndpoint:VpcEndpoint",
    "aws:route53/resolverFirewallConfig:ResolverFirewallConfig",
    "aws:route53/resolverFirewallDomainList:ResolverFirewallDomainList",
    "aws:route53/resolverFirewallRule:ResolverFirewallRule",
    "aws:route53/resolverFirewallRuleGroup:ResolverFirewallRuleGroup",
    "aws:route53/resolverFirewallRuleGroupAssociation:ResolverFirewallRuleGroupAssociation",
    "aws:vpc/securityGroupIngressRule:SecurityGroupIngressRule",
}
ENDPOINT = "aws:ec2/vpcEndpoint:VpcEndpoint"
ROLE = "arn:aws:iam::000000000000:role/bitcoin-test-signer"


@pytest.fixture(scope="module", params=[False, True], ids=["update", "preview"])
def made(request: pytest.FixtureRequest) -> Engine:
    """The vault, as it is made and as it is previewed."""
    return run_program(lambda: VaultNetwork("vault", VAULT), preview=request.param)


def strings(value: Any) -> Iterator[str]:
    """Return every text in some inputs."""
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict):
        for inner in value.values():
            yield from strings(inner)
    elif isinstance(value, list):
        for inner in value:
            yield from strings(inner)


def test_there_is_nothing_in_it_that_could_be_a_way_out(made: Engine) -> None:
    """No gateway, NAT, peering, transit, VPN, route, address, resolver endpoint or Lattice."""
    assert {resource.typ for resource in made.resources if resource.custom} == KINDS


def test_there_is_one_subnet_in_one_zone_without_addresses(made: Engine) -> None:
    subnet = made.inputs("aws:ec2/subnet:Subnet")
    assert subnet["availabilityZone"] == "eu-central-1a"
    assert subnet["mapPublicIpOnLaunch"] is False
    assert subnet["assignIpv6AddressOnCreation"] is False
    vpc = made.inputs("aws:ec2/vpc:Vpc")
    assert vpc["assignGeneratedIpv6CidrBlock"] is False
    assert not {"ipv6CidrBlock", "ipv6IpamPoolId"} & set(vpc)


@pytest.mark.parametrize(
    "typ", ["aws:ec2/routeTable:RouteTable", "aws:ec2/defaultRouteTable:DefaultRouteTable"]
)
def test_no_table_has_a_route(made: Engine, typ: str) -> None:
    assert made.inputs(typ)["routes"] == []
    assert made.inputs(typ)["propagatingVgws"] == []


@pytest.mark.parametrize(
    "typ",
    [
        "aws:ec2/networkAcl:NetworkAcl",
        "aws:ec2/defaultNetworkAcl:DefaultNetworkAcl",
        "aws:ec2/defaultSecurityGroup:DefaultSecurityGroup",
    ],
)
def test_what_aws_makes_by_itself_is_emptied(made: Engine, typ: str) -> None:
    assert made.inputs(typ)["ingress"] == []
    assert made.inputs(typ)["egress"] == []


def test_the_subnet_uses_the_empty_table_and_the_empty_acl() -> None:
    made = run_program(lambda: VaultNetwork("vault", VAULT))
    table = made.inputs("aws:ec2/routeTableAssociation:RouteTableAssociation")
    assert table == {"routeTableId": "vault-routes-id", "subnetId": "vault-subnet-id"}
    acl = made.inputs("aws:ec2/networkAclAssociation:NetworkAclAssociation")
    assert acl == {"networkAclId": "vault-acl-id", "subnetId": "vault-subnet-id"}


def test_the_host_calls_endpoints_and_is_called_by_nobody() -> None:
    made = run_program(lambda: VaultNetwork("vault", VAULT))
    host, endpoints = made.named("vault-host").inputs, made.named("vault-endpoints").inputs
    assert host["ingress"] == []
    assert host["egress"] == [
        {
            "description": "S3 and KMS",
            "protocol": "tcp",
            "fromPort": 443,
            "toPort": 443,
            "securityGroups": ["vault-endpoints-id"],
        }
    ]
    assert endpoints["egress"] == []
    assert "ingress" not in endpoints
    rule = made.inputs("aws:vpc/securityGroupIngressRule:SecurityGroupIngressRule")
    assert (rule["fromPort"], rule["toPort"], rule["ipProtocol"]) == (443, 443, "tcp")
    assert rule["securityGroupId"] == "vault-endpoints-id"
    assert rule["referencedSecurityGroupId"] == "vault-host-id"


def test_the_whole_internet_is_named_nowhere(made: Engine) -> None:
    for resource in made.resources:
        assert not {"0.0.0.0/0", "::/0"} & set(strings(resource.inputs)), resource.name


def endpoints(made: Engine) -> dict[str, Resource]:
    """Return the endpoints by service."""
    return {it.inputs["serviceName"].rpartition(".")[2]: it for it in made.of(ENDPOINT)}


def test_there_are_two_endpoints_both_inside_the_subnet(made: Engine) -> None:
    found = endpoints(made)
    assert set(found) == {"s3", "kms"}
    for endpoint in found.values():
        assert endpoint.inputs["vpcEndpointType"] == "Interface"
        assert endpoint.inputs["privateDnsEnabled"] is True
        assert len(endpoint.inputs["subnetIds"]) == 1
        assert "routeTableIds" not in endpoint.inputs
        assert not {"serviceRegion", "resourceConfigurationArn", "serviceNetworkArn"} & set(
            endpoint.inputs
        )


def test_s3_is_private_for_everybody_from_its_creation(made: Engine) -> None:
    found = endpoints(made)
    assert found["s3"].inputs["dnsOptions"] == {"privateDnsOnlyForInboundResolverEndpoint": False}
    assert "dnsOptions" not in found["kms"].inputs


@pytest.mark.parametrize("service", ["s3", "kms"])
def test_an_endpoints_policy_is_known_and_names_role_and_account(
    made: Engine, service: str
) -> None:
    for statement in endpoints(made)[service].document("policy")["Statement"]:
        assert statement["Effect"] == "Allow"
        assert "*" not in statement["Action"]
        assert statement["Resource"] != "*"
        condition = statement["Condition"]
        assert condition["ArnEquals"] == {"aws:PrincipalArn": ROLE}
        assert condition["StringEquals"]["aws:PrincipalAccount"] == "000000000000"
        assert condition["StringEquals"]["aws:ResourceAccount"] == "000000000000"


def test_one_bucket_and_one_key_are_named_and_no_other(made: Engine) -> None:
    policies = {key: it.document("policy") for key, it in endpoints(made).items()}
    arns = {text for text in strings(policies["s3"]) if text.startswith("arn:aws:s3")}
    assert {arn.split("/")[0] for arn in arns} == {"arn:aws:s3:::bitcoin-test-courier"}
    (statement,) = policies["kms"]["Statement"]
    assert statement["Condition"]["ForAnyValue:StringEquals"] == {
        "kms:ResourceAliases": "alias/nodekeep/bitcoin-test/seed"
    }


@pytest.mark.parametrize("create", [True, False])
def test_a_seed_passes_only_while_it_is_made(*, create: bool) -> None:
    made = run_program(lambda: VaultNetwork("vault", changed(VAULT, create_seed=create)))
    policies = json.dumps([it.document("policy") for it in made.of(ENDPOINT)])
    assert ('"kms:Encrypt"' in policies) is create
    assert ("courier/descriptor/*" in policies) is create


def test_only_the_names_of_these_are_resolved(made: Engine) -> None:
    assert made.named("vault-dns-allowed").inputs["domains"] == [
        "kms.eu-central-1.amazonaws.com",
        "s3.eu-central-1.amazonaws.com",
        "bitcoin-test-courier.s3.eu-central-1.amazonaws.com",
    ]


def test_a_host_cannot_be_there_before_the_vault_is_closed() -> None:
    """The subnet's id is an output that waits for all of it."""

    def program() -> object:
        vault = VaultNetwork("vault", VAULT)
        return Host("host", changed(HOST, subnet_id=vault.subnet_id))

    made = run_program(program)
    before = {resource.name for resource in made.needs(made.named("host-instance"))}
    outside = {"host", "host-instance"}
    custom = {it.name for it in made.resources if it.custom} - outside
    assert custom <= before


def test_it_shares_nothing_with_the_nodes() -> None:
    def program() -> None:
        EdgeNetwork("edge", EDGE)
        VaultNetwork("vault", VAULT)

    made = run_program(program)
    for resource in made.resources:
        if any(parent.name == "vault" for parent in made.ancestors(resource)):
            assert not [text for text in strings(resource.inputs) if "edge" in text]
            assert not [other for other in made.needs(resource) if other.name.startswith("edge")]


@pytest.mark.parametrize("change", [{"cidr": "10.30.0.0/29"}, {"zone": "ab"}])
def test_what_cannot_work_registers_nothing(change: dict[str, str]) -> None:
    def program() -> None:
        with pytest.raises(InputPropertyError):
            VaultNetwork("vault", changed(VAULT, **change))

    assert not run_program(program).resources
