"""Balancers, target groups and health as Elastic Load Balancing shows them."""

from collections.abc import Callable, Mapping

from ministack.services import alb, ec2

from lab.aws.lifecycle import RefusedError
from lab.aws.markup import Value, render
from lab.aws.store import Answer, Params, Record

Handler = Callable[[Params], Answer]


def refusing(handlers: Mapping[str, Handler]) -> dict[str, Handler]:
    """Return handlers whose refusals are AWS's errors."""
    return {action: _refusing(handler) for action, handler in handlers.items()}


def member(value: Value) -> str:
    """Return one of a list."""
    return f"<member>{render(value, item='member')}</member>"


def attributes(values: Mapping[str, str]) -> list[dict[str, str]]:
    """Return attributes as MiniStack keeps them."""
    return [{"Key": key, "Value": value} for key, value in values.items()]


def listening(group: str) -> list[Record]:
    """Return the listeners that forward to a target group."""
    return [
        listener
        for listener in alb._listeners.values()
        if any(action.get("TargetGroupArn") == group for action in listener["DefaultActions"])
    ]


def balancer(record: Record) -> Value:
    """Return a load balancer."""
    zones: Value = [
        {"ZoneName": ec2._subnets.get(subnet, {}).get("AvailabilityZone", ""), "SubnetId": subnet}
        for subnet in record["Subnets"]
    ]
    return {
        "LoadBalancerArn": record["LoadBalancerArn"],
        "LoadBalancerName": record["LoadBalancerName"],
        "DNSName": record["DNSName"],
        "CanonicalHostedZoneId": "Z3F0SRJ5LGBH90",
        "CreatedTime": record["CreatedTime"],
        "Scheme": record["Scheme"],
        "VpcId": record["VpcId"],
        "State": {"Code": record["State"]},
        "Type": record["Type"],
        "AvailabilityZones": zones,
        "SecurityGroups": record["SecurityGroups"],
        "IpAddressType": record["IpAddressType"],
    }


def group(record: Record) -> Value:
    """Return a target group."""
    asks_http = record["HealthCheckProtocol"] in {"HTTP", "HTTPS"}
    arn = record["TargetGroupArn"]
    return {
        "TargetGroupArn": arn,
        "TargetGroupName": record["TargetGroupName"],
        "Protocol": record["Protocol"],
        "Port": record["Port"],
        "VpcId": record["VpcId"],
        "HealthCheckProtocol": record["HealthCheckProtocol"],
        "HealthCheckPort": record["HealthCheckPort"],
        "HealthCheckEnabled": record["HealthCheckEnabled"],
        "HealthCheckPath": record["HealthCheckPath"] if asks_http else None,
        "HealthCheckIntervalSeconds": record["HealthCheckIntervalSeconds"],
        "HealthCheckTimeoutSeconds": record["HealthCheckTimeoutSeconds"],
        "HealthyThresholdCount": record["HealthyThresholdCount"],
        "UnhealthyThresholdCount": record["UnhealthyThresholdCount"],
        "Matcher": {"HttpCode": record["Matcher"]["HttpCode"]} if asks_http else None,
        "LoadBalancerArns": sorted({one["LoadBalancerArn"] for one in listening(arn)}),
        "TargetType": record["TargetType"],
        "IpAddressType": "ipv4",
    }


def health(name: str, port: int, group: Record, state: tuple[str, str, str]) -> Value:
    """Return a target's health."""
    code, reason, description = state
    check = str(port) if group["HealthCheckPort"] == "traffic-port" else group["HealthCheckPort"]
    return {
        "Target": {"Id": name, "Port": port},
        "HealthCheckPort": check,
        "TargetHealth": {
            "State": code,
            "Reason": reason or None,
            "Description": description or None,
        },
    }


def _refusing(handler: Callable[[Params], Answer]) -> Callable[[Params], Answer]:
    def handle(params: Params) -> Answer:
        try:
            return handler(params)
        except RefusedError as refusal:
            answer: Answer = alb._error(refusal.code, render(refusal.message))
            return answer

    return handle
