"""EC2: security groups and their rules."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from lab.plugins.aws import rules
from lab.plugins.aws.adopted import Adopted
from lab.plugins.aws.inputs import Call, Input, Local
from lab.plugins.aws.kind import AwsKind
from lab.plugins.aws.table import Row
from lab.plugins.aws.tagging import ec2
from lab.plugins.link import Job
from lab.plugins.resource import AutoName
from lab.plugins.wire import UNKNOWN, Properties

_ARN = "=arn:aws:ec2:{region}:{account}:"
_LOOK = Call(
    operation="describe_security_groups", params={"GroupIds": ["{id}"]}, at="SecurityGroups[0]"
)
_INLINE = (("ingress", "IpPermissions"), ("egress", "IpPermissionsEgress"))


@dataclass(frozen=True, kw_only=True)
class _Inline(Row):
    """A group whose rules may stand in it: those given are all it has."""

    def alter(
        self,
        job: Job,
        resource_id: str,
        state: Properties,
        changed: Sequence[Input],
        inputs: Properties,
    ) -> None:
        """Revoke the rules nobody wants, and authorize those missing."""
        del job
        for way, _ in _INLINE:
            if any(item.name == way for item in changed):
                old, new = (rules.wanted(side.get(way) or ()) for side in (state, inputs))
                self._set("revoke", way, resource_id, old - new)
                self._set("authorize", way, resource_id, new - old)

    def _set(self, verb: str, way: str, group: str, changed: set[rules.Rule]) -> None:
        if changed:
            listed = rules.permissions(changed, group)
            request = {"GroupId": group, "IpPermissions": listed}
            self.call(f"{verb}_security_group_{way}", request)

    def state(self, resource_id: str, found: dict[str, Any], before: Properties) -> Properties:
        """Tell the rules in a program's words."""
        spoken = {way: rules.told(found.get(name, ()), resource_id) for way, name in _INLINE}
        return super().state(resource_id, found | spoken, before)


@dataclass(frozen=True, kw_only=True)
class _Group(_Inline, AwsKind):
    """A security group: born without the rule AWS gives it, that everything may go out."""

    def begun(self, job: Job, resource_id: str, inputs: Properties) -> None:
        """Set the rules given."""
        found = self.find(resource_id, inputs) or {}
        state = self.state(resource_id, found, inputs)
        self.alter(job, resource_id, state, [self.inputs[way] for way, _ in _INLINE], inputs)  # type: ignore[misc]


@dataclass(frozen=True, kw_only=True)
class _Default(_Inline, Adopted):
    """A VPC's own security group."""


def _rules(**options: Any) -> list[Input]:
    return [Input(name=way, param=None, seen=way, same=rules.same, **options) for way, _ in _INLINE]


SECURITY_GROUP = _Group(
    typ="aws:ec2/securityGroup:SecurityGroup",
    service="ec2",
    make=Call(operation="create_security_group", at="GroupId"),
    look=_LOOK,
    fields=[
        Input(name="name", param="GroupName", replace=True),
        Local(name="namePrefix", replace=True),
        Input(name="description", replace=True, default="Managed by Pulumi"),
        Input(name="vpcId", replace=True, computed=True),
        Local(name="revokeRulesOnDelete", default=False),
        *_rules(computed=True),  # rules may be resources of their own
    ],
    auto_name=AutoName(name="name"),
    unmake=Call(operation="delete_security_group", params={"GroupId": "{id}"}),
    tagging=ec2("security-group"),
    told={"arn": _ARN + "security-group/{id}", "ownerId": "OwnerId"},
)

DEFAULT_SECURITY_GROUP = _Default(
    typ="aws:ec2/defaultSecurityGroup:DefaultSecurityGroup",
    service="ec2",
    make=Call(
        operation="describe_security_groups",
        params={
            "Filters": [
                {"Name": "vpc-id", "Values": ["{vpcId}"]},
                {"Name": "group-name", "Values": ["default"]},
            ]
        },
        at="SecurityGroups[0].GroupId",
    ),
    look=_LOOK,
    fields=[Input(name="vpcId", param=None, seen="VpcId", replace=True), *_rules(default=[])],
    tagging=ec2("security-group"),
    told={"arn": _ARN + "security-group/{id}", "name": "GroupName", "ownerId": "OwnerId"},
)

_SIDES = {
    "cidrIpv4": "cidrBlocks",
    "cidrIpv6": "ipv6CidrBlocks",
    "prefixListId": "prefixListIds",
    "referencedSecurityGroupId": "securityGroups",
}


@dataclass(frozen=True, kw_only=True)
class _Single(AwsKind):
    """One rule of a security group, as a resource."""

    def request(self, inputs: Properties) -> dict[str, Any]:
        """Return the rule as a permission."""
        request = super().request(inputs)
        side = next((name for name in _SIDES if name in inputs), None)
        parts = ["ipProtocol", "fromPort", "toPort", side, "description"]
        values = [inputs.get(part, -1 if part and "Port" in part else "") for part in parts if part]
        if side is None or UNKNOWN in values:
            return request | {"IpPermissions": UNKNOWN if UNKNOWN in values else []}
        protocol, from_port, to_port, other, text = values
        rule = rules.Rule(str(protocol), from_port, to_port, _SIDES[side], other, text)
        return request | {"IpPermissions": [rules.permission(rule)]}

    def alter(
        self,
        job: Job,
        resource_id: str,
        state: Properties,
        changed: Sequence[Input],
        inputs: Properties,
    ) -> None:
        """Write the whole rule anew."""
        del job, state
        if not changed:
            return
        rule = {i.seen_as: inputs[i.name] for i in self.fields if i.seen_as and i.name in inputs}
        group = rule.pop("GroupId")
        if "ReferencedGroupInfo.GroupId" in rule:
            rule["ReferencedGroupId"] = rule.pop("ReferencedGroupInfo.GroupId")
        named = {"SecurityGroupRuleId": resource_id, "SecurityGroupRule": rule}
        request = {"GroupId": group, "SecurityGroupRules": [named]}
        self.call("modify_security_group_rules", request)


def _rule(way: str) -> AwsKind:
    kind = f"SecurityGroup{way.capitalize()}Rule"
    return _Single(
        typ=f"aws:vpc/{kind[0].lower()}{kind[1:]}:{kind}",
        service="ec2",
        make=Call(
            operation=f"authorize_security_group_{way}",
            params={"GroupId": "{securityGroupId}"},
            at="SecurityGroupRules[0].SecurityGroupRuleId",
        ),
        look=Call(
            operation="describe_security_group_rules",
            params={"SecurityGroupRuleIds": ["{id}"]},
            at="SecurityGroupRules[0]",
        ),
        fields=[
            Input(name="securityGroupId", param=None, seen="GroupId", replace=True),
            Input(name="ipProtocol", param=None, seen="IpProtocol"),
            Input(name="fromPort", param=None, seen="FromPort", computed=True),
            Input(name="toPort", param=None, seen="ToPort", computed=True),
            Input(name="cidrIpv4", param=None, seen="CidrIpv4"),
            Input(name="cidrIpv6", param=None, seen="CidrIpv6"),
            Input(name="prefixListId", param=None, seen="PrefixListId"),
            Input(name="referencedSecurityGroupId", param=None, seen="ReferencedGroupInfo.GroupId"),
            Input(name="description", param=None, seen="Description"),
        ],
        unmake=Call(
            operation=f"revoke_security_group_{way}",
            params={"GroupId": "{securityGroupId}", "SecurityGroupRuleIds": ["{id}"]},
        ),
        tagging=ec2("security-group-rule"),
        told={"arn": _ARN + "security-group-rule/{id}", "securityGroupRuleId": "=" + "{id}"},
    )


KINDS = [SECURITY_GROUP, DEFAULT_SECURITY_GROUP, _rule("ingress"), _rule("egress")]
