"""Elastic Load Balancing's actions on target groups and targets."""

import time
from collections.abc import Callable
from http import HTTPStatus

from ministack.services import alb, ec2

from lab.aws import haproxy, shapes
from lab.aws.balancers import Balancers, health
from lab.aws.lifecycle import RefusedError, State
from lab.aws.markup import Value, render
from lab.aws.shapes import listening, member
from lab.aws.store import Answer, Params, Record

TRANSPORT = {"TCP", "UDP", "TCP_UDP", "TLS"}
GROUP_ATTRIBUTES = {
    "deregistration_delay.connection_termination.enabled": "false",
    "deregistration_delay.timeout_seconds": "300",
    "load_balancing.cross_zone.enabled": "use_load_balancer_configuration",
    "preserve_client_ip.enabled": "true",
    "proxy_protocol_v2.enabled": "false",
    "stickiness.enabled": "false",
    "stickiness.type": "source_ip",
    "target_health_state.unhealthy.connection_termination.enabled": "true",
    "target_health_state.unhealthy.draining_interval_seconds": "0",
}


class TargetApi:
    """Handlers, by action."""

    def __init__(self, balancers: Balancers) -> None:
        self._balancers = balancers
        self._original = dict(alb._ACTION_MAP)

    def install(self) -> None:
        """Take over from MiniStack."""
        alb._tg_xml = lambda record: member(shapes.group(record))
        handlers: dict[str, Callable[[Params], Answer]] = {
            "CreateTargetGroup": self.create_group,
            "DeleteTargetGroup": self.delete_group,
            "DeregisterTargets": self.deregister,
            "DescribeTargetGroups": self.describe_groups,
            "DescribeTargetHealth": self.describe_health,
            "RegisterTargets": self.register,
        }
        alb._ACTION_MAP.update(shapes.refusing(handlers))

    def create_group(self, params: Params) -> Answer:
        """CreateTargetGroup: with the defaults of its protocol."""
        if alb._p(params, "Protocol") not in TRANSPORT:
            answer: Answer = self._original["CreateTargetGroup"](params)
            return answer
        asked = alb._p(params, "HealthCheckProtocol", "TCP")
        timeout = "6" if asked == "HTTP" else "10"
        defaults = {
            "HealthCheckProtocol": "TCP",
            "HealthCheckTimeoutSeconds": timeout,
            "Matcher.HttpCode": "200-399",
        }
        answer = self._original["CreateTargetGroup"]({**defaults, **params})
        name = alb._p(params, "Name")
        for record in alb._tgs.values():
            if record["TargetGroupName"] == name and answer[0] == HTTPStatus.OK:
                alb._tg_attrs[record["TargetGroupArn"]] = shapes.attributes(GROUP_ATTRIBUTES)
        return answer

    def delete_group(self, params: Params) -> Answer:
        """DeleteTargetGroup: not while a listener forwards to it."""
        arn = alb._p(params, "TargetGroupArn")
        if listening(arn):
            text = f"Target group '{arn}' is currently in use by a listener or a rule"
            raise RefusedError("ResourceInUse", text)
        answer: Answer = self._original["DeleteTargetGroup"](params)
        return answer

    def describe_groups(self, params: Params) -> Answer:
        """DescribeTargetGroups: those asked for must be there."""
        names = {record["TargetGroupName"] for record in alb._tgs.values()}
        arns = alb._parse_member_list(params, "TargetGroupArns")
        wanted = alb._parse_member_list(params, "Names")
        if set(wanted) - names or any(arn not in alb._tgs for arn in arns):
            raise RefusedError("TargetGroupNotFound", "One or more target groups not found")
        answer: Answer = self._original["DescribeTargetGroups"](params)
        return answer

    def register(self, params: Params) -> Answer:
        """RegisterTargets: instances that are there."""
        arn = alb._p(params, "TargetGroupArn")
        asked = alb._parse_targets_param(params)
        for one in asked:
            record = ec2._instances.get(one["Id"])
            if one["Id"].startswith("i-") and (not record or State.of(record) is State.TERMINATED):
                text = f"The following targets are not in a running state: '{one['Id']}'"
                raise RefusedError("InvalidTarget", text)
        answer: Answer = self._original["RegisterTargets"](params)
        for one in alb._targets.get(arn, []):
            one.setdefault("_registered", time.time())
            alb._tgs[arn].get("_draining", {}).pop(one["Id"], None)
        return answer

    def deregister(self, params: Params) -> Answer:
        """DeregisterTargets: they drain for as long as the group says."""
        arn = alb._p(params, "TargetGroupArn")
        registered = {one["Id"] for one in alb._targets.get(arn, [])}
        answer: Answer = self._original["DeregisterTargets"](params)
        attributes = {a["Key"]: a["Value"] for a in alb._tg_attrs.get(arn, [])}
        until = time.time() + int(attributes.get("deregistration_delay.timeout_seconds", "300"))
        for one in alb._parse_targets_param(params):
            if one["Id"] in registered:
                alb._tgs[arn].setdefault("_draining", {})[one["Id"]] = until
        return answer

    def describe_health(self, params: Params) -> Answer:
        """DescribeTargetHealth: what HAProxy sees."""
        arn = alb._p(params, "TargetGroupArn")
        group = alb._tgs.get(arn)
        if not group:
            raise RefusedError("TargetGroupNotFound", f"Target group '{arn}' not found.")
        now = time.time()
        draining = {name: end for name, end in group.get("_draining", {}).items() if end > now}
        group["_draining"] = draining
        seen = self._seen(group)
        targets = {one["Id"]: one for one in alb._targets.get(arn, [])}
        asked = [one["Id"] for one in alb._parse_targets_param(params)]
        shown: list[Value] = []
        for name in asked or [*targets, *draining]:
            target = targets.get(name)
            if target:
                state = self._judge(group, target, seen)
            elif name in draining:
                text = "Target deregistration is in progress"
                state = ("draining", "Target.DeregistrationInProgress", text)
            else:
                text = "Target is not registered to the target group"
                state = ("unused", "Target.NotRegistered", text)
            port = (target or {}).get("Port") or group["Port"]
            shown.append(shapes.health(name, port, group, state))
        described: Value = {"TargetHealthDescriptions": shown}
        answer: Answer = alb._xml(200, "DescribeTargetHealth", render(described, item="member"))
        return answer

    def _seen(self, group: Record) -> dict[tuple[str, str], dict[str, str]]:
        balancers = {one["LoadBalancerArn"] for one in listening(group["TargetGroupArn"])}
        for arn in sorted(balancers):
            return self._balancers.servers(alb._lbs[arn]["LoadBalancerName"])
        return {}

    def _judge(
        self, group: Record, target: Record, seen: dict[tuple[str, str], dict[str, str]]
    ) -> tuple[str, str, str]:
        if not listening(group["TargetGroupArn"]):
            text = "Target group is not configured to receive traffic from the load balancer"
            return "unused", "Target.NotInUse", text
        record = ec2._instances.get(target["Id"])
        if record and State.of(record) not in {State.RUNNING, State.PENDING}:
            text = f"Target is in the {State.of(record).value[1]} state"
            return "unused", "Target.InvalidState", text
        row = seen.get((group["TargetGroupName"], target["Id"]))
        age = time.time() - target["_registered"]
        fresh = age < health(group).initial_s and not target.get("_was_healthy")
        state = haproxy.judge(row, fresh=fresh)
        if state[0] == "healthy":
            target["_was_healthy"] = True
        return state
