"""Elastic Load Balancing: load balancers, listeners, target groups."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

from lab.plugins.aws.attributes import Attributed, attribute
from lab.plugins.aws.inputs import OBJECT, Call, Form, Input, Local, unordered
from lab.plugins.aws.kind import AwsKind
from lab.plugins.aws.tagging import Tagging
from lab.plugins.link import Job
from lab.plugins.resource import AutoName, Field
from lab.plugins.wire import UNKNOWN, Properties

_TAGS = Tagging(
    look=Call(
        operation="describe_tags",
        params={"ResourceArns": ["{id}"]},
        at="TagDescriptions[0].Tags || `[]`",
    ),
    at="@",
    add=Call(operation="add_tags", params={"ResourceArns": ["{id}"]}),
    remove=Call(operation="remove_tags", params={"ResourceArns": ["{id}"]}),
)


@dataclass(frozen=True, kw_only=True)
class _Balancer(Attributed):
    """A load balancer: a network one cannot leave a subnet, nor get its first security group."""

    def changes(self, state: Properties, olds: Properties, news: Properties) -> list[Field]:
        """Replace a network load balancer for what AWS does not let it change."""
        changed = super().changes(state, olds, news)
        if news.get("loadBalancerType") != "network":
            return changed
        new = {name: news.get(name) for name in ("subnets", "securityGroups")}
        left = isinstance(new["subnets"], list) and {*state.get("subnets", ())} - {*new["subnets"]}
        groups = new["securityGroups"]
        first = groups is not UNKNOWN and bool(groups) != bool(state.get("securityGroups"))
        moved = {"subnets": bool(left), "securityGroups": first}
        return [replace(f, replace=True) if moved.get(f.name) else f for f in changed]


LOAD_BALANCER = _Balancer(
    typ="aws:lb/loadBalancer:LoadBalancer",
    service="elbv2",
    make=Call(operation="create_load_balancer", at="LoadBalancers[0].LoadBalancerArn"),
    look=Call(
        operation="describe_load_balancers",
        params={"LoadBalancerArns": ["{id}"]},
        at="LoadBalancers[0]",
    ),
    also={
        "Attributes": Call(
            operation="describe_load_balancer_attributes",
            params={"LoadBalancerArn": "{id}"},
            at="Attributes",
        )
    },
    named="LoadBalancerArn",
    setting="modify_load_balancer_attributes",
    attributes={
        "enableCrossZoneLoadBalancing": "load_balancing.cross_zone.enabled",
        "enableDeletionProtection": "deletion_protection.enabled",
        "dnsRecordClientRoutingPolicy": "dns_record.client_routing_policy",
        "idleTimeout": "idle_timeout.timeout_seconds",
    },
    fields=[
        Input(name="name", replace=True),
        Local(name="namePrefix", replace=True),
        Input(
            name="internal",
            param="Scheme",
            form=Form(
                lambda value: "internal" if value else "internet-facing",
                lambda text: text == "internal",
            ),
            default=False,
            replace=True,
        ),
        Input(name="loadBalancerType", param="Type", default="application", replace=True),
        Input(name="ipAddressType", computed=True, update="set_ip_address_type"),
        unordered("securityGroups", computed=True, update="set_security_groups"),
        unordered(
            "subnets",
            seen="AvailabilityZones[].SubnetId",
            computed=True,
            update="set_subnets",
        ),
        attribute("enableCrossZoneLoadBalancing"),
        attribute("enableDeletionProtection"),
        attribute("dnsRecordClientRoutingPolicy"),
        attribute("idleTimeout"),
    ],
    auto_name=AutoName(name="name", longest=32),
    subject={"LoadBalancerArn": "{id}"},
    ready=("State.Code", ["active"]),
    unmake=Call(operation="delete_load_balancer", params={"LoadBalancerArn": "{id}"}),
    lingers=True,
    tagging=_TAGS,
    told={
        "arn": "LoadBalancerArn",
        "arnSuffix": "Suffix",
        "dnsName": "DNSName",
        "zoneId": "CanonicalHostedZoneId",
        "vpcId": "VpcId",
    },
)

_HEALTH = {
    "enabled": "HealthCheckEnabled",
    "protocol": "HealthCheckProtocol",
    "port": "HealthCheckPort",
    "path": "HealthCheckPath",
    "interval": "HealthCheckIntervalSeconds",
    "timeout": "HealthCheckTimeoutSeconds",
    "healthyThreshold": "HealthyThresholdCount",
    "unhealthyThreshold": "UnhealthyThresholdCount",
}


@dataclass(frozen=True, kw_only=True)
class _TargetGroup(Attributed):
    """A target group: what Pulumi calls its health check are parameters of its own."""

    def request(self, inputs: Properties) -> dict[str, Any]:
        """Spread the health check over the request."""
        return super().request(inputs) | _health(inputs.get("healthCheck"))

    def alter(
        self,
        job: Job,
        resource_id: str,
        state: Properties,
        changed: Sequence[Input],
        inputs: Properties,
    ) -> None:
        """Change the health check."""
        rest = [item for item in changed if item.name != "healthCheck"]
        super().alter(job, resource_id, state, rest, inputs)
        if len(rest) < len(changed):
            request = {"TargetGroupArn": resource_id} | _health(inputs.get("healthCheck"))
            self.call("modify_target_group", request)

    def state(self, resource_id: str, found: dict[str, Any], before: Properties) -> Properties:
        """Tell the health check as one object."""
        check = {name: found[key] for name, key in _HEALTH.items() if key in found}
        matcher = found.get("Matcher", {}).get("HttpCode")
        check |= {"matcher": matcher} if matcher else {}
        return super().state(resource_id, found | {"Health": check}, before)


def _health(check: Any) -> dict[str, Any]:
    if not isinstance(check, dict):
        return {}
    request = {key: check[name] for name, key in _HEALTH.items() if name in check}
    return request | ({"Matcher": {"HttpCode": check["matcher"]}} if "matcher" in check else {})


TARGET_GROUP = _TargetGroup(
    typ="aws:lb/targetGroup:TargetGroup",
    service="elbv2",
    make=Call(operation="create_target_group", at="TargetGroups[0].TargetGroupArn"),
    look=Call(
        operation="describe_target_groups",
        params={"TargetGroupArns": ["{id}"]},
        at="TargetGroups[0]",
    ),
    also={
        "Attributes": Call(
            operation="describe_target_group_attributes",
            params={"TargetGroupArn": "{id}"},
            at="Attributes",
        )
    },
    named="TargetGroupArn",
    setting="modify_target_group_attributes",
    attributes={
        "deregistrationDelay": "deregistration_delay.timeout_seconds",
        "connectionTermination": "deregistration_delay.connection_termination.enabled",
        "preserveClientIp": "preserve_client_ip.enabled",
        "proxyProtocolV2": "proxy_protocol_v2.enabled",
        "loadBalancingCrossZoneEnabled": "load_balancing.cross_zone.enabled",
        "targetHealthStates.enableUnhealthyConnectionTermination": (
            "target_health_state.unhealthy.connection_termination.enabled"
        ),
        "targetHealthStates.unhealthyDrainingInterval": (
            "target_health_state.unhealthy.draining_interval_seconds"
        ),
    },
    fields=[
        Input(name="name", replace=True),
        Local(name="namePrefix", replace=True),
        Input(name="port", replace=True),
        Input(name="protocol", replace=True),
        Input(name="vpcId", replace=True),
        Input(name="targetType", default="instance", replace=True),
        Input(name="ipAddressType", replace=True, computed=True),
        Input(name="healthCheck", param=None, seen="Health", computed=True),
        attribute("deregistrationDelay"),
        attribute("connectionTermination"),
        attribute("preserveClientIp"),
        attribute("proxyProtocolV2"),
        attribute("loadBalancingCrossZoneEnabled"),
        attribute("targetHealthStates"),
    ],
    auto_name=AutoName(name="name", longest=32),
    unmake=Call(operation="delete_target_group", params={"TargetGroupArn": "{id}"}),
    tagging=_TAGS,
    told={"arn": "TargetGroupArn", "arnSuffix": "Suffix"},
)

LISTENER = AwsKind(
    typ="aws:lb/listener:Listener",
    service="elbv2",
    make=Call(operation="create_listener", at="Listeners[0].ListenerArn"),
    look=Call(operation="describe_listeners", params={"ListenerArns": ["{id}"]}, at="Listeners[0]"),
    fields=[
        Input(name="loadBalancerArn", replace=True),
        Input(name="port"),
        Input(name="protocol", computed=True),
        Input(name="sslPolicy", computed=True),
        Input(name="defaultActions", form=OBJECT),
    ],
    subject={"ListenerArn": "{id}"},
    modify="modify_listener",
    unmake=Call(operation="delete_listener", params={"ListenerArn": "{id}"}),
    tagging=_TAGS,
    told={"arn": "ListenerArn"},
)

KINDS = [LOAD_BALANCER, TARGET_GROUP, LISTENER]
