"""What cannot be deleted yet, and what cannot be there twice."""

from collections.abc import Callable, Iterable
from ipaddress import IPv4Network

from ministack.services import alb, ec2

from lab.aws import acls, store
from lab.aws.lifecycle import GONE, RefusedError, State
from lab.aws.store import Answer, Handler, Params, Record

Check = Callable[[Params], None]


def install() -> None:
    """Ask before MiniStack does it."""
    checks: dict[str, Check] = {
        "AssociateRouteTable": associate_route_table,
        "CreateRoute": create_route,
        "CreateSubnet": create_subnet,
        "DeleteInternetGateway": delete_internet_gateway,
        "DeleteRouteTable": delete_route_table,
        "DeleteSecurityGroup": delete_security_group,
        "DeleteSubnet": delete_subnet,
        "DeleteVpc": delete_vpc,
        "DescribeRouteTables": describe_route_tables,
    }
    store.install(
        {action: _checked(check, ec2._ACTION_MAP[action]) for action, check in checks.items()}
    )


def create_subnet(params: Params) -> None:
    """Refuse a range outside the VPC's, or one that meets another subnet's."""
    vpc = ec2._vpcs.get(store.text(params, "VpcId"))
    if vpc is None:
        text = f"The vpc ID '{store.text(params, 'VpcId')}' does not exist"
        raise RefusedError("InvalidVpcID.NotFound", text)
    cidr = store.text(params, "CidrBlock")
    asked = IPv4Network(cidr)
    if not asked.subnet_of(IPv4Network(vpc["CidrBlock"])):
        raise RefusedError("InvalidSubnet.Range", f"The CIDR '{cidr}' is invalid.")
    for subnet in ec2._subnets.values():
        if subnet["VpcId"] == vpc["VpcId"] and asked.overlaps(IPv4Network(subnet["CidrBlock"])):
            text = f"The CIDR '{cidr}' conflicts with another subnet"
            raise RefusedError("InvalidSubnet.Conflict", text)


def create_route(params: Params) -> None:
    """Refuse a second route to one destination."""
    cidr = store.text(params, "DestinationCidrBlock")
    table = ec2._route_tables.get(store.text(params, "RouteTableId"), {"Routes": []})
    if cidr and any(route.get("DestinationCidrBlock") == cidr for route in table["Routes"]):
        text = f"The route identified by {cidr} already exists."
        raise RefusedError("RouteAlreadyExists", text)


def associate_route_table(params: Params) -> None:
    """Refuse a second table of one subnet."""
    subnet = store.text(params, "SubnetId")
    for table in ec2._route_tables.values():
        for association in table["Associations"]:
            if association.get("SubnetId") == subnet:
                name = association["RouteTableAssociationId"]
                text = f"the specified association conflicts with an existing association: {name}"
                raise RefusedError("Resource.AlreadyAssociated", text)


def describe_route_tables(params: Params) -> None:
    """Refuse to say nothing of a table that is not there."""
    for name in store.members(params, "RouteTableId"):
        if name not in ec2._route_tables:
            text = f"The routeTable ID '{name}' does not exist"
            raise RefusedError("InvalidRouteTableID.NotFound", text)


def delete_internet_gateway(params: Params) -> None:
    """Not while it is attached."""
    name = store.text(params, "InternetGatewayId")
    gateway = ec2._internet_gateways.get(name)
    _refuse("internetGateway", name, bool(gateway and gateway["Attachments"]))


def delete_route_table(params: Params) -> None:
    """Not while it has subnets, or is a VPC's main one."""
    name = store.text(params, "RouteTableId")
    table = ec2._route_tables.get(name)
    _refuse("routeTable", name, bool(table and table["Associations"]))


def delete_security_group(params: Params) -> None:
    """Not while something is in it or another group speaks of it."""
    name = store.text(params, "GroupId")
    members = [
        *(group["GroupId"] for one in _hosts() for group in one["SecurityGroups"]),
        *(group for one in ec2._vpc_endpoints.values() for group in one["SecurityGroupIds"]),
        *(group for one in alb._lbs.values() for group in one["SecurityGroups"]),
        *(
            pair["GroupId"]
            for group in ec2._security_groups.values()
            if group["GroupId"] != name
            for rule in [*group["IpPermissions"], *group["IpPermissionsEgress"]]
            for pair in rule.get("UserIdGroupPairs", [])
        ),
    ]
    if name in members:
        text = f"resource {name} has a dependent object"
        raise RefusedError("DependencyViolation", text)


def delete_subnet(params: Params) -> None:
    """Not while something is in it."""
    name = store.text(params, "SubnetId")
    members = [
        *(one["SubnetId"] for one in _hosts()),
        *(subnet for one in ec2._vpc_endpoints.values() for subnet in one["SubnetIds"]),
        *(subnet for one in alb._lbs.values() for subnet in one["Subnets"]),
    ]
    _refuse("subnet", name, name in members)
    acls.forget(name)
    for table in ec2._route_tables.values():
        kept = [a for a in table["Associations"] if a.get("SubnetId") != name]
        table["Associations"] = kept


def delete_vpc(params: Params) -> None:
    """Not while it has endpoints, tables or ACLs of its own; MiniStack asks for the rest."""
    name = store.text(params, "VpcId")
    tables = [
        t for t in ec2._route_tables.values() if not any(a["Main"] for a in t["Associations"])
    ]
    own_acls = [acl for acl in ec2._network_acls.values() if not acl["IsDefault"]]
    members = [*ec2._vpc_endpoints.values(), *tables, *own_acls]
    _refuse("vpc", name, any(member["VpcId"] == name for member in members))


def _hosts() -> Iterable[Record]:
    return [one for one in ec2._instances.values() if State.of(one) not in GONE]


def _refuse(kind: str, name: str, needed: bool) -> None:  # noqa: FBT001 - the question asked
    if needed:
        text = f"The {kind} '{name}' has dependencies and cannot be deleted."
        raise RefusedError("DependencyViolation", text)


def _checked(check: Check, handler: Handler) -> Handler:
    def handle(params: Params) -> Answer:
        check(params)
        return handler(params)

    return handle
