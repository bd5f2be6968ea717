"""Networks of the running lab: recorded as asked, refused as AWS would; nothing is enforced."""

import socket
from functools import partial
from typing import Any
from urllib.parse import urlsplit

import pytest

from tests.lab_aws.conftest import ZONE, Cloud, refusal

pytestmark = pytest.mark.lab

POLICY = '{"Version": "2012-10-17", "Statement": []}'


def vpc_of(cloud: Cloud, subnet: str) -> str:
    """Return a subnet's VPC."""
    vpc: str = cloud.ec2.describe_subnets(SubnetIds=[subnet])["Subnets"][0]["VpcId"]
    return vpc


@pytest.mark.parametrize(("address", "answers"), [("127.0.0.1", True), ("127.0.0.2", False)])
def test_only_this_machine_and_its_hosts_are_answered(
    cloud: Cloud, address: str, *, answers: bool
) -> None:
    """A socket that listens everywhere would take calls to the second address as well."""
    port = urlsplit(cloud.endpoint).port
    with socket.socket() as probe:
        assert (probe.connect_ex((address, port)) == 0) is answers


def test_a_subnet_has_one_acl(cloud: Cloud) -> None:
    subnet = cloud.vpc(gateway=False)
    by_subnet = [{"Name": "association.subnet-id", "Values": [subnet]}]

    def acls() -> list[Any]:
        found: list[Any] = cloud.ec2.describe_network_acls(Filters=by_subnet)["NetworkAcls"]
        return found

    (default,) = acls()
    assert default["IsDefault"]
    made = cloud.ec2.create_network_acl(VpcId=vpc_of(cloud, subnet))["NetworkAcl"]["NetworkAclId"]
    cloud.later(lambda: cloud.ec2.delete_network_acl(NetworkAclId=made))
    (association,) = default["Associations"]
    name = association["NetworkAclAssociationId"]
    moved = {"AssociationId": name, "NetworkAclId": made}
    new = cloud.ec2.replace_network_acl_association(**moved)["NewAssociationId"]
    assert [acl["NetworkAclId"] for acl in acls()] == [made]
    refused = refusal(lambda: cloud.ec2.delete_network_acl(NetworkAclId=made))
    assert refused == "DependencyViolation"
    back = {"AssociationId": new, "NetworkAclId": default["NetworkAclId"]}
    cloud.ec2.replace_network_acl_association(**back)
    assert acls() != []


def test_an_endpoint_is_what_was_asked_for(cloud: Cloud) -> None:
    subnet = cloud.vpc(gateway=False)
    made = cloud.ec2.create_vpc_endpoint(
        VpcId=vpc_of(cloud, subnet),
        ServiceName="com.amazonaws.eu-central-1.kms",
        VpcEndpointType="Interface",
        SubnetIds=[subnet],
        PrivateDnsEnabled=True,
        DnsOptions={"PrivateDnsOnlyForInboundResolverEndpoint": False},
        PolicyDocument=POLICY,
    )["VpcEndpoint"]
    name = made["VpcEndpointId"]
    cloud.later(lambda: cloud.ec2.delete_vpc_endpoints(VpcEndpointIds=[name]))
    found = cloud.ec2.describe_vpc_endpoints(VpcEndpointIds=[name])["VpcEndpoints"][0]
    assert (found["PolicyDocument"], found["PrivateDnsEnabled"]) == (POLICY, True)
    assert found["SubnetIds"] == [subnet]
    elsewhere = [{"Name": "vpc-id", "Values": ["vpc-0"]}]
    assert cloud.ec2.describe_vpc_endpoints(Filters=elsewhere)["VpcEndpoints"] == []
    refused = refusal(lambda: cloud.ec2.delete_subnet(SubnetId=subnet))
    assert refused == "DependencyViolation"


def test_a_gateway_endpoint_is_a_route(cloud: Cloud) -> None:
    vpc = vpc_of(cloud, cloud.vpc(gateway=False))
    main = [{"Name": "vpc-id", "Values": [vpc]}, {"Name": "association.main", "Values": ["true"]}]

    def gateways() -> list[str]:
        (table,) = cloud.ec2.describe_route_tables(Filters=main)["RouteTables"]
        return [route["GatewayId"] for route in table["Routes"]]

    (table,) = cloud.ec2.describe_route_tables(Filters=main)["RouteTables"]
    asked = {"VpcId": vpc, "ServiceName": "com.amazonaws.eu-central-1.s3"}
    made = cloud.ec2.create_vpc_endpoint(**asked, RouteTableIds=[table["RouteTableId"]])
    name = made["VpcEndpoint"]["VpcEndpointId"]
    assert gateways() == ["local", name]
    cloud.ec2.delete_vpc_endpoints(VpcEndpointIds=[name])
    assert gateways() == ["local"]


def test_what_is_needed_is_not_deleted_and_nothing_is_there_twice(cloud: Cloud) -> None:
    ec2, subnet = cloud.ec2, cloud.vpc(gateway=True)
    vpc = vpc_of(cloud, subnet)
    attached = [{"Name": "attachment.vpc-id", "Values": [vpc]}]
    gateway = ec2.describe_internet_gateways(Filters=attached)["InternetGateways"][0]
    igw = gateway["InternetGatewayId"]
    table = ec2.create_route_table(VpcId=vpc)["RouteTable"]["RouteTableId"]
    cloud.later(lambda: ec2.delete_route_table(RouteTableId=table))
    route = {"RouteTableId": table, "DestinationCidrBlock": "0.0.0.0/0", "GatewayId": igw}
    ec2.create_route(**route)
    assert refusal(lambda: ec2.create_route(**route)) == "RouteAlreadyExists"
    both = {"RouteTableId": table, "SubnetId": subnet}
    association = ec2.associate_route_table(**both)["AssociationId"]
    cloud.later(lambda: ec2.disassociate_route_table(AssociationId=association))
    assert refusal(lambda: ec2.associate_route_table(**both)) == "Resource.AlreadyAssociated"
    again = {"VpcId": vpc, "CidrBlock": "10.40.0.8/29", "AvailabilityZone": ZONE}
    assert refusal(lambda: ec2.create_subnet(**again)) == "InvalidSubnet.Conflict"
    outside = {**again, "CidrBlock": "10.41.0.0/29"}
    assert refusal(lambda: ec2.create_subnet(**outside)) == "InvalidSubnet.Range"
    for delete in (
        lambda: ec2.delete_vpc(VpcId=vpc),
        lambda: ec2.delete_internet_gateway(InternetGatewayId=igw),
        lambda: ec2.delete_route_table(RouteTableId=table),
    ):
        assert refusal(delete) == "DependencyViolation"


def test_a_group_that_hosts_are_in_stays(cloud: Cloud) -> None:
    subnet = cloud.vpc(gateway=True)
    asked = {"GroupName": "node", "Description": "test", "VpcId": vpc_of(cloud, subnet)}
    group = cloud.ec2.create_security_group(**asked)["GroupId"]
    cloud.later(lambda: cloud.ec2.delete_security_group(GroupId=group))
    cloud.host(SubnetId=subnet, SecurityGroupIds=[group])
    refused = refusal(lambda: cloud.ec2.delete_security_group(GroupId=group))
    assert refused == "DependencyViolation"


def test_flow_logs_keep_their_settings(cloud: Cloud) -> None:
    vpc = vpc_of(cloud, cloud.vpc(gateway=False))
    asked = {
        "ResourceIds": [vpc],
        "ResourceType": "VPC",
        "TrafficType": "REJECT",
        "LogDestinationType": "s3",
        "LogDestination": "arn:aws:s3:::logs",
        "MaxAggregationInterval": 60,
    }
    (name,) = cloud.ec2.create_flow_logs(**asked)["FlowLogIds"]
    cloud.later(lambda: cloud.ec2.delete_flow_logs(FlowLogIds=[name]))
    (found,) = cloud.ec2.describe_flow_logs(FlowLogIds=[name])["FlowLogs"]
    kept = ("TrafficType", "LogDestination", "LogDestinationType", "MaxAggregationInterval")
    assert all(found[key] == asked[key] for key in kept)
    assert refusal(lambda: cloud.ec2.create_flow_logs(**asked)) == "FlowLogAlreadyExists"


def test_an_image_and_a_type_fit_each_other(cloud: Cloud) -> None:
    def image(architecture: str) -> str:
        name = f"/aws/service/ami-amazon-linux-latest/al2023-ami-kernel-default-{architecture}"
        value: str = cloud.ssm.get_parameter(Name=name)["Parameter"]["Value"]
        return value

    one = {"MinCount": 1, "MaxCount": 1}
    for architecture, kind in (("arm64", "t3.small"), ("x86_64", "t4g.small")):
        asked = {**one, "ImageId": image(architecture), "InstanceType": kind}
        assert refusal(partial(cloud.ec2.run_instances, **asked)) == "InvalidParameterValue"
    unknown = {**one, "ImageId": "ami-00000000000000000"}
    assert refusal(lambda: cloud.ec2.run_instances(**unknown)) == "InvalidAMIID.NotFound"


def test_a_parameter_too_large_for_aws_is_too_large(cloud: Cloud) -> None:
    large = {"Name": "/test/large", "Type": "String", "Value": "x" * 5000}
    assert refusal(lambda: cloud.ssm.put_parameter(**large)) == "ValidationException"
    cloud.later(lambda: cloud.ssm.delete_parameter(Name="/test/large"))
    assert cloud.ssm.put_parameter(**large, Tier="Intelligent-Tiering")["Tier"] == "Advanced"
