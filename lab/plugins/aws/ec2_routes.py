"""EC2: route tables, their routes and whom they serve."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from lab.plugins.aws.adopted import Adopted
from lab.plugins.aws.inputs import OBJECT, Call, Input, Local, camel, unordered
from lab.plugins.aws.kind import AwsKind
from lab.plugins.aws.table import Row
from lab.plugins.aws.tagging import ec2
from lab.plugins.link import Job
from lab.plugins.wire import Properties

_ARN = "=arn:aws:ec2:{region}:{account}:route-table/{id}"
_LOOK = Call(
    operation="describe_route_tables", params={"RouteTableIds": ["{id}"]}, at="RouteTables[0]"
)
_TARGETS = ("GatewayId", "NatGatewayId", "VpcPeeringConnectionId", "NetworkInterfaceId")


@dataclass(frozen=True, kw_only=True)
class _Routes(Row):
    """A route table whose routes may stand in it: those given are all it has, but the local one."""

    def alter(
        self,
        job: Job,
        resource_id: str,
        state: Properties,
        changed: Sequence[Input],
        inputs: Properties,
    ) -> None:
        """Remove the routes nobody wants, and add those missing."""
        del job
        if not any(item.name == "routes" for item in changed):
            return
        old, new = (
            {route["cidrBlock"]: route for route in side.get("routes") or ()}
            for side in (state, inputs)
        )
        for cidr in [cidr for cidr, route in old.items() if new.get(cidr) != route]:
            self.call("delete_route", {"RouteTableId": resource_id, "DestinationCidrBlock": cidr})
        for cidr in [cidr for cidr, route in new.items() if old.get(cidr) != route]:
            target = OBJECT.send({k: v for k, v in new[cidr].items() if k != "cidrBlock"})
            route = {"RouteTableId": resource_id, "DestinationCidrBlock": cidr, **target}
            self.call("create_route", route)

    def state(self, resource_id: str, found: dict[str, Any], before: Properties) -> Properties:
        """Tell the routes in a program's words."""
        routes = [
            {"cidrBlock": route["DestinationCidrBlock"]}
            | {camel(key): route[key] for key in _TARGETS if route.get(key)}
            for route in found.get("Routes", ())
            if "DestinationCidrBlock" in route
            and route.get("GatewayId") != "local"
            and route.get("Origin") != "CreateRouteTable"
        ]
        return super().state(resource_id, found | {"Told": routes}, before)


@dataclass(frozen=True, kw_only=True)
class _Table(_Routes, AwsKind):
    """A route table of one's own."""

    def begun(self, job: Job, resource_id: str, inputs: Properties) -> None:
        """Add the routes given."""
        self.alter(job, resource_id, {}, [i for i in self.fields if i.name in inputs], inputs)


@dataclass(frozen=True, kw_only=True)
class _Main(_Routes, Adopted):
    """A VPC's own route table."""


# No gateway of a VPN may be given, as there is none in the lab: the only value is an empty list.
_NO_GATEWAYS = Local(name="propagatingVgws", seen="PropagatingVgws", computed=True)

ROUTE_TABLE = _Table(
    typ="aws:ec2/routeTable:RouteTable",
    service="ec2",
    make=Call(operation="create_route_table", at="RouteTable.RouteTableId"),
    look=_LOOK,
    fields=[
        Input(name="vpcId", replace=True),
        unordered("routes", param=None, seen="Told", computed=True),
        _NO_GATEWAYS,
    ],
    unmake=Call(operation="delete_route_table", params={"RouteTableId": "{id}"}),
    tagging=ec2("route-table"),
    told={"arn": _ARN, "ownerId": "OwnerId"},
)

DEFAULT_ROUTE_TABLE = _Main(
    typ="aws:ec2/defaultRouteTable:DefaultRouteTable",
    service="ec2",
    make=Call(
        operation="describe_route_tables", params={"RouteTableIds": ["{defaultRouteTableId}"]}
    ),
    identity="{defaultRouteTableId}",
    look=_LOOK,
    fields=[
        Local(name="defaultRouteTableId", replace=True),
        unordered("routes", param=None, seen="Told", default=[]),
        _NO_GATEWAYS,
    ],
    tagging=ec2("route-table"),
    told={"arn": _ARN, "vpcId": "VpcId", "ownerId": "OwnerId"},
)

_ROUTE = {"RouteTableId": "{routeTableId}", "DestinationCidrBlock": "{destinationCidrBlock}"}

ROUTE = AwsKind(
    typ="aws:ec2/route:Route",
    service="ec2",
    make=Call(operation="create_route"),
    identity="{routeTableId}_{destinationCidrBlock}",
    look=Call(
        operation="describe_route_tables",
        params={"RouteTableIds": ["{routeTableId}"]},
        at="RouteTables[0].Routes[?DestinationCidrBlock=='{destinationCidrBlock}'] | [0]",
    ),
    fields=[
        Input(name="routeTableId", seen=None, replace=True),
        Input(name="destinationCidrBlock", replace=True),
        Input(name="gatewayId"),
        Input(name="natGatewayId"),
        Input(name="networkInterfaceId", computed=True),
        Input(name="vpcPeeringConnectionId"),
    ],
    subject=_ROUTE,
    modify="replace_route",
    unmake=Call(operation="delete_route", params=_ROUTE),
    told={"state": "State", "origin": "Origin"},
    delete_first=True,
)

ROUTE_TABLE_ASSOCIATION = AwsKind(
    typ="aws:ec2/routeTableAssociation:RouteTableAssociation",
    service="ec2",
    make=Call(operation="associate_route_table", at="AssociationId"),
    look=Call(
        operation="describe_route_tables",
        params={"RouteTableIds": ["{routeTableId}"]},
        at="RouteTables[0].Associations[?RouteTableAssociationId=='{id}'] | [0]",
    ),
    fields=[
        Input(name="routeTableId", replace=True),
        Input(name="subnetId", replace=True),
        Input(name="gatewayId", replace=True),
    ],
    unmake=Call(operation="disassociate_route_table", params={"AssociationId": "{id}"}),
    delete_first=True,
)

KINDS = [ROUTE_TABLE, ROUTE, ROUTE_TABLE_ASSOCIATION, DEFAULT_ROUTE_TABLE]
