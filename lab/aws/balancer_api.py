"""Elastic Load Balancing's actions on network load balancers and their listeners."""

import asyncio
from collections.abc import Callable
from http import HTTPStatus
from typing import Any
from urllib.parse import parse_qs

from ministack.services import alb, ec2

from lab.aws import shapes, store
from lab.aws.addresses import free_address
from lab.aws.balancers import Balancers
from lab.aws.lifecycle import RefusedError
from lab.aws.networks import Networks
from lab.aws.shapes import member
from lab.aws.store import Answer, Params, Record

CHANGING = {
    "CreateListener",
    "CreateLoadBalancer",
    "DeleteListener",
    "DeleteLoadBalancer",
    "DeregisterTargets",
    "ModifyListener",
    "ModifyTargetGroup",
    "ModifyTargetGroupAttributes",
    "RegisterTargets",
}
BALANCER_ATTRIBUTES = {
    "access_logs.s3.enabled": "false",
    "deletion_protection.enabled": "false",
    "dns_record.client_routing_policy": "any_availability_zone",
    "load_balancing.cross_zone.enabled": "false",
}


class BalancerApi:
    """Handlers, by action."""

    def __init__(self, balancers: Balancers, networks: Networks) -> None:
        self._balancers = balancers
        self._networks = networks
        self._handle = alb.handle_request
        self._original = dict(alb._ACTION_MAP)

    def install(self) -> None:
        """Take over from MiniStack."""
        alb._lb_xml = lambda record: member(shapes.balancer(record))
        alb.handle_request = self._in_step
        handlers: dict[str, Callable[[Params], Answer]] = {
            "CreateListener": self.create_listener,
            "CreateLoadBalancer": self.create,
            "DeleteLoadBalancer": self.delete,
        }
        alb._ACTION_MAP.update(shapes.refusing(handlers))

    async def _in_step(self, method: str, path: str, headers: Any, body: Any, query: Any) -> Answer:
        """Answer when the balancers do what was asked."""
        fields = {**query, **parse_qs(body.decode())}
        action = (fields.get("Action") or [""])[0]
        handled = self._handle(method, path, headers, body, query)
        answer: Answer
        if action == "DescribeTargetHealth":  # asks HAProxy, which may take its time
            answer = await asyncio.to_thread(asyncio.run, handled)
        else:
            answer = await handled
        if action in CHANGING and answer[0] == HTTPStatus.OK:
            await asyncio.to_thread(self._balancers.refresh)
        return answer

    def create(self, params: Params) -> Answer:
        """CreateLoadBalancer: its address is its name, for as long as it lives."""
        answer: Answer = self._original["CreateLoadBalancer"](params)
        if answer[0] != HTTPStatus.OK or alb._p(params, "Type") != "network":
            return answer
        name = alb._p(params, "Name")
        record = next(lb for lb in alb._lbs.values() if lb["LoadBalancerName"] == name)
        _rename(record, "LoadBalancerArn", "/app/", "/net/", [alb._lbs, alb._tags, alb._lb_attrs])
        record["Subnets"] = record["Subnets"] or _mapped_subnets(params)
        record["VpcId"] = ec2._subnets[record["Subnets"][0]]["VpcId"]
        with store.changing:
            record["_address"] = free_address(self._networks.edge, store.addresses())
        record["DNSName"] = record["_address"]
        alb._lb_attrs[record["LoadBalancerArn"]] = shapes.attributes(BALANCER_ATTRIBUTES)
        made: Answer = alb._xml(
            200, "CreateLoadBalancer", f"<LoadBalancers>{alb._lb_xml(record)}</LoadBalancers>"
        )
        return made

    def delete(self, params: Params) -> Answer:
        """DeleteLoadBalancer: with its listeners."""
        arn = alb._p(params, "LoadBalancerArn")
        protected = {a["Key"]: a["Value"] for a in alb._lb_attrs.get(arn, [])}
        if protected.get("deletion_protection.enabled") == "true":
            text = f"Load balancer '{arn}' cannot be deleted because deletion protection is enabled"
            raise RefusedError("OperationNotPermitted", text)
        for listener in [one for one in alb._listeners.values() if one["LoadBalancerArn"] == arn]:
            self._original["DeleteListener"]({"ListenerArn": listener["ListenerArn"]})
        answer: Answer = self._original["DeleteLoadBalancer"](params)
        return answer

    def create_listener(self, params: Params) -> Answer:
        """CreateListener: one a port."""
        arn, port = alb._p(params, "LoadBalancerArn"), int(alb._p(params, "Port", "0"))
        ports = [one["Port"] for one in alb._listeners.values() if one["LoadBalancerArn"] == arn]
        if port in ports:
            text = f"A listener already exists on this port for this load balancer '{arn}'"
            raise RefusedError("DuplicateListener", text)
        answer: Answer = self._original["CreateListener"](params)
        if answer[0] != HTTPStatus.OK or ":loadbalancer/net/" not in arn:
            return answer
        record = next(
            one
            for one in alb._listeners.values()
            if one["LoadBalancerArn"] == arn and one["Port"] == port
        )
        old = record["ListenerArn"]
        stores = [alb._listeners, alb._tags, alb._listener_attrs]
        _rename(record, "ListenerArn", ":listener/app/", ":listener/net/", stores)
        for rule in alb._rules.values():
            if rule["ListenerArn"] == old:
                rule["ListenerArn"] = record["ListenerArn"]
        made: Answer = alb._xml(
            200, "CreateListener", f"<Listeners>{alb._listener_xml(record)}</Listeners>"
        )
        return made


def _rename(record: Record, key: str, old: str, new: str, stores: list[Any]) -> None:
    arn = record[key]
    record[key] = arn.replace(old, new)
    for one in stores:
        one[record[key]] = one.pop(arn)


def _mapped_subnets(params: Params) -> list[str]:
    mappings = store.numbered(params, "SubnetMappings.member")
    return [store.text(fields, "SubnetId") for _, fields in mappings]
