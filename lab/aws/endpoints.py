"""VPC endpoints, with the policy, groups and names that make them what they are."""

from ministack.core.responses import get_region
from ministack.services import ec2

from lab.aws import store
from lab.aws.lifecycle import RefusedError
from lab.aws.markup import Value, tag_set
from lab.aws.settings import ACCOUNT
from lab.aws.store import Answer, Params, Record

OPEN_POLICY = (
    '{"Statement":[{"Action":"*","Effect":"Allow","Principal":"*","Resource":"*"}],'
    '"Version":"2008-10-17"}'
)
INBOUND_ONLY = "PrivateDnsOnlyForInboundResolverEndpoint"
LISTS = {
    "RouteTableIds": "RouteTableId",
    "SubnetIds": "SubnetId",
    "SecurityGroupIds": "SecurityGroupId",
}


def install() -> None:
    """Take over from MiniStack, which keeps the record and a little of its content."""
    create, modify = ec2._create_vpc_endpoint, ec2._modify_vpc_endpoint

    def create_whole(params: Params) -> Answer:
        record = _found(store.named(create(params), "vpcEndpointId"))
        for key, parameter in LISTS.items():
            record[key] = store.members(params, parameter)
        record["Policy"] = store.text(params, "PolicyDocument") or OPEN_POLICY
        record["PrivateDns"] = store.flag(params, "PrivateDnsEnabled")
        record["InboundOnly"] = store.flag(params, f"DnsOptions.{INBOUND_ONLY}")
        record["CreationTimestamp"] = ec2._now_ts()
        _route(record)
        return store.answer("CreateVpcEndpoint", {"vpcEndpoint": _show(record)})

    def modify_whole(params: Params) -> Answer:
        record = _found(store.text(params, "VpcEndpointId"))
        answer: Answer = modify(params)
        for key, parameter in LISTS.items():
            kept = set(record[key]) - set(store.members(params, f"Remove{parameter}"))
            record[key] = sorted(kept | set(store.members(params, f"Add{parameter}")))
        if store.text(params, "PolicyDocument"):
            record["Policy"] = store.text(params, "PolicyDocument")
        if store.flag(params, "ResetPolicy"):
            record["Policy"] = OPEN_POLICY
        if "PrivateDnsEnabled" in params:
            record["PrivateDns"] = store.flag(params, "PrivateDnsEnabled")
        if f"DnsOptions.{INBOUND_ONLY}" in params:
            record["InboundOnly"] = store.flag(params, f"DnsOptions.{INBOUND_ONLY}")
        _route(record)
        return answer

    store.install(
        {
            "CreateVpcEndpoint": create_whole,
            "DeleteVpcEndpoints": delete,
            "DescribeVpcEndpoints": describe,
            "ModifyVpcEndpoint": modify_whole,
        }
    )


def describe(params: Params) -> Answer:
    """DescribeVpcEndpoints."""
    asked = store.members(params, "VpcEndpointId")
    for name in asked:
        _found(name)
    filters = ec2._parse_filters(params)
    shown = [
        _show(record)
        for record in ec2._vpc_endpoints.values()
        if (not asked or record["VpcEndpointId"] in asked) and _matches(record, filters)
    ]
    return store.answer("DescribeVpcEndpoints", {"vpcEndpointSet": shown})


def delete(params: Params) -> Answer:
    """DeleteVpcEndpoints: with their routes."""
    for name in store.members(params, "VpcEndpointId"):
        record = ec2._vpc_endpoints.pop(name, None)
        if record:
            record["RouteTableIds"] = []
            _route(record)
            ec2._tags.pop(name, None)
    return store.answer("DeleteVpcEndpoints", {"unsuccessful": []})


def _route(record: Record) -> None:
    """Keep a gateway endpoint's route in just the tables that it names."""
    if record["VpcEndpointType"] != "Gateway":
        return
    name = record["VpcEndpointId"]
    for table in ec2._route_tables.values():
        table["Routes"] = [route for route in table["Routes"] if route.get("GatewayId") != name]
        if table["RouteTableId"] in record["RouteTableIds"]:
            route = {
                "DestinationPrefixListId": ec2._aws_pl_id_from_name(record["ServiceName"]),
                "GatewayId": name,
                "Origin": "CreateRoute",
                "State": "active",
            }
            table["Routes"].append(route)


def _found(name: str) -> Record:
    record: Record | None = ec2._vpc_endpoints.get(name)
    if record is None:
        text = f"The Vpc Endpoint Id '{name}' does not exist"
        raise RefusedError("InvalidVpcEndpointId.NotFound", text)
    return record


def _matches(record: Record, filters: dict[str, list[str]]) -> bool:
    values = {
        "service-name": record["ServiceName"],
        "vpc-endpoint-id": record["VpcEndpointId"],
        "vpc-endpoint-state": record["State"],
        "vpc-endpoint-type": record["VpcEndpointType"],
        "vpc-id": record["VpcId"],
    }
    by_tags: bool = ec2._resource_matches_tag_filters(record["VpcEndpointId"], filters)
    return by_tags and all(
        not filters.get(name) or value in filters[name] for name, value in values.items()
    )


def _show(record: Record) -> Value:
    name = record["VpcEndpointId"]
    interface = record["VpcEndpointType"] == "Interface"
    service = record["ServiceName"].rpartition(".")[2]
    address = f"{name}-lab.{service}.{get_region()}.vpce.amazonaws.com"
    return {
        "vpcEndpointId": name,
        "vpcEndpointType": record["VpcEndpointType"],
        "vpcId": record["VpcId"],
        "serviceName": record["ServiceName"],
        "state": record["State"],
        "policyDocument": record["Policy"],
        "routeTableIdSet": record["RouteTableIds"],
        "subnetIdSet": record["SubnetIds"],
        "groupSet": [
            {"groupId": group["GroupId"], "groupName": group["GroupName"]}
            for group in store.security_groups(record["SecurityGroupIds"])
        ],
        "ipAddressType": "ipv4",
        "dnsOptions": {
            "dnsRecordIpType": "ipv4",
            "privateDnsOnlyForInboundResolverEndpoint": record["InboundOnly"],
        },
        "privateDnsEnabled": record["PrivateDns"],
        "requesterManaged": False,
        "networkInterfaceIdSet": [
            f"eni-{name[5:14]}{subnet[7:15]}" for subnet in record["SubnetIds"] if interface
        ],
        "dnsEntrySet": [{"dnsName": address, "hostedZoneId": "Z1LAB"}] if interface else [],
        "creationTimestamp": record["CreationTimestamp"],
        "tagSet": tag_set(store.tags(name)),
        "ownerId": ACCOUNT,
    }
