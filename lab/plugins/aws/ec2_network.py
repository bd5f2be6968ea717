"""EC2: networks and the ways through them."""

from dataclasses import dataclass
from typing import Any

from lab.plugins.aws.inputs import OBJECT, VALUE, Call, Input, policy, unordered
from lab.plugins.aws.kind import AwsKind
from lab.plugins.aws.tagging import ec2
from lab.plugins.link import Job
from lab.plugins.wire import Properties

_ARN = "=arn:aws:ec2:{region}:{account}:"


def _attribute(name: str, *, default: bool) -> Input:
    return Input(name=name, param=None, form=VALUE, default=default, update="modify_vpc_attribute")


def _asked(name: str) -> Call:
    params = {"VpcId": "{id}", "Attribute": name[0].lower() + name[1:]}
    return Call(operation="describe_vpc_attribute", params=params, at=f"{name}.Value")


def _of_vpc(operation: str, filter_: str, value: str, at: str) -> Call:
    filters = [{"Name": "vpc-id", "Values": ["{id}"]}, {"Name": filter_, "Values": [value]}]
    return Call(operation=operation, params={"Filters": filters}, at=at)


VPC = AwsKind(
    typ="aws:ec2/vpc:Vpc",
    service="ec2",
    make=Call(operation="create_vpc", at="Vpc.VpcId"),
    look=Call(operation="describe_vpcs", params={"VpcIds": ["{id}"]}, at="Vpcs[0]"),
    also={
        "EnableDnsSupport": _asked("EnableDnsSupport"),
        "EnableDnsHostnames": _asked("EnableDnsHostnames"),
        "RouteTable": _of_vpc(
            "describe_route_tables", "association.main", "true", "RouteTables[0].RouteTableId"
        ),
        "Group": _of_vpc(
            "describe_security_groups", "group-name", "default", "SecurityGroups[0].GroupId"
        ),
        "Acl": _of_vpc("describe_network_acls", "default", "true", "NetworkAcls[0].NetworkAclId"),
    },
    fields=[
        Input(name="cidrBlock", replace=True),
        Input(name="instanceTenancy", replace=True, default="default"),
        _attribute("enableDnsSupport", default=True),
        _attribute("enableDnsHostnames", default=False),
        Input(
            name="assignGeneratedIpv6CidrBlock",
            param="AmazonProvidedIpv6CidrBlock",
            seen="length(Ipv6CidrBlockAssociationSet || `[]`) > `0`",
            replace=True,
            default=False,
        ),
    ],
    subject={"VpcId": "{id}"},
    apart=["modify_vpc_attribute"],
    unmake=Call(operation="delete_vpc", params={"VpcId": "{id}"}),
    tagging=ec2("vpc"),
    told={
        "arn": _ARN + "vpc/{id}",
        "mainRouteTableId": "RouteTable",
        "defaultRouteTableId": "RouteTable",
        "defaultSecurityGroupId": "Group",
        "defaultNetworkAclId": "Acl",
        "dhcpOptionsId": "DhcpOptionsId",
        "ownerId": "OwnerId",
    },
)


@dataclass(frozen=True, kw_only=True)
class _Gateway(AwsKind):
    """An internet gateway: made for nobody, then attached to its VPC."""

    def alter(
        self, job: Job, resource_id: str, state: Properties, changed: Any, inputs: Properties
    ) -> None:
        """Attach it to the VPC wanted."""
        if changed:
            self.ending(job, resource_id, state)
            vpc = inputs["vpcId"]
            self.call("attach_internet_gateway", {"InternetGatewayId": resource_id, "VpcId": vpc})

    def ending(self, job: Job, resource_id: str, state: Properties) -> None:
        """Detach it."""
        del job
        found = self.find(resource_id, state) or {}
        for attached in found.get("Attachments", ()):
            vpc = attached["VpcId"]
            self.call("detach_internet_gateway", {"InternetGatewayId": resource_id, "VpcId": vpc})


INTERNET_GATEWAY = _Gateway(
    typ="aws:ec2/internetGateway:InternetGateway",
    service="ec2",
    make=Call(operation="create_internet_gateway", at="InternetGateway.InternetGatewayId"),
    look=Call(
        operation="describe_internet_gateways",
        params={"InternetGatewayIds": ["{id}"]},
        at="InternetGateways[0]",
    ),
    fields=[
        Input(
            name="vpcId",
            param=None,
            seen="Attachments[0].VpcId",
            update="attach_internet_gateway",
            computed=True,
        )
    ],
    unmake=Call(operation="delete_internet_gateway", params={"InternetGatewayId": "{id}"}),
    tagging=ec2("internet-gateway"),
    told={"arn": _ARN + "internet-gateway/{id}", "ownerId": "OwnerId"},
)

SUBNET = AwsKind(
    typ="aws:ec2/subnet:Subnet",
    service="ec2",
    make=Call(operation="create_subnet", at="Subnet.SubnetId"),
    look=Call(operation="describe_subnets", params={"SubnetIds": ["{id}"]}, at="Subnets[0]"),
    fields=[
        Input(name="vpcId", replace=True),
        Input(name="cidrBlock", replace=True),
        Input(name="availabilityZone", replace=True, computed=True),
        *(
            Input(
                name=name,
                param=None,
                form=VALUE,
                default=False,
                update="modify_subnet_attribute",
            )
            for name in ("mapPublicIpOnLaunch", "assignIpv6AddressOnCreation")
        ),
    ],
    subject={"SubnetId": "{id}"},
    apart=["modify_subnet_attribute"],
    ready=("State", ["available"]),
    unmake=Call(operation="delete_subnet", params={"SubnetId": "{id}"}),
    tagging=ec2("subnet"),
    told={
        "arn": _ARN + "subnet/{id}",
        "availabilityZoneId": "AvailabilityZoneId",
        "ownerId": "OwnerId",
    },
)


@dataclass(frozen=True, kw_only=True)
class _Endpoint(AwsKind):
    """A VPC endpoint: lists of it are changed by what to add and what to remove."""

    def alter(
        self, job: Job, resource_id: str, state: Properties, changed: Any, inputs: Properties
    ) -> None:
        """Change everything in one call."""
        del job
        request: dict[str, Any] = {"VpcEndpointId": resource_id}
        for item in changed:
            new = inputs.get(item.name)
            if item.name in ("routeTableIds", "subnetIds", "securityGroupIds"):
                name, old = item.sent_as, state.get(item.name) or []
                add = sorted(set(new or ()) - set(old))
                remove = sorted(set(old) - set(new or ()))
                request |= {f"Add{name}": add} if add else {}
                request |= {f"Remove{name}": remove} if remove else {}
            elif new is None:
                request |= {"ResetPolicy": True} if item.name == "policy" else {}
            else:
                request[item.sent_as] = item.form.send(new)
        if len(request) > 1:
            self.call("modify_vpc_endpoint", request)


VPC_ENDPOINT = _Endpoint(
    typ="aws:ec2/vpcEndpoint:VpcEndpoint",
    service="ec2",
    make=Call(operation="create_vpc_endpoint", at="VpcEndpoint.VpcEndpointId"),
    look=Call(
        operation="describe_vpc_endpoints",
        params={"VpcEndpointIds": ["{id}"]},
        at="VpcEndpoints[0]",
    ),
    fields=[
        Input(name="vpcId", replace=True),
        Input(name="serviceName", replace=True),
        Input(name="vpcEndpointType", replace=True, default="Gateway"),
        policy("policy", param="PolicyDocument", computed=True),
        unordered("routeTableIds", computed=True),
        unordered("subnetIds", computed=True),
        unordered("securityGroupIds", seen="Groups[].GroupId", computed=True),
        Input(name="privateDnsEnabled", computed=True),
        Input(name="dnsOptions", form=OBJECT, computed=True),
        Input(name="ipAddressType", computed=True),
    ],
    ready=("State", ["available", "Available"]),
    gone=("State", ["deleted", "deleting", "Deleted", "Deleting"]),
    lingers=True,
    unmake=Call(operation="delete_vpc_endpoints", params={"VpcEndpointIds": ["{id}"]}),
    tagging=ec2("vpc-endpoint"),
    told={
        "arn": _ARN + "vpc-endpoint/{id}",
        "networkInterfaceIds": "NetworkInterfaceIds",
        "ownerId": "OwnerId",
        "state": "State",
    },
)

FLOW_LOG = AwsKind(
    typ="aws:ec2/flowLog:FlowLog",
    service="ec2",
    make=Call(
        operation="create_flow_logs",
        params={"ResourceIds": ["{vpcId}"], "ResourceType": "VPC"},
        at="FlowLogIds[0]",
    ),
    look=Call(operation="describe_flow_logs", params={"FlowLogIds": ["{id}"]}, at="FlowLogs[0]"),
    fields=[
        Input(name="vpcId", param=None, seen="ResourceId", replace=True),
        Input(name="trafficType", replace=True),
        Input(name="logDestinationType", replace=True, default="cloud-watch-logs"),
        Input(name="logDestination", replace=True, computed=True),
        Input(name="iamRoleArn", param="DeliverLogsPermissionArn", replace=True),
        Input(name="logFormat", replace=True, computed=True),
        Input(name="maxAggregationInterval", replace=True, default=600),
    ],
    unmake=Call(operation="delete_flow_logs", params={"FlowLogIds": ["{id}"]}),
    tagging=ec2("vpc-flow-log"),
    told={"arn": _ARN + "vpc-flow-log/{id}"},
)

KINDS = [VPC, INTERNET_GATEWAY, SUBNET, VPC_ENDPOINT, FLOW_LOG]
