"""EC2: network ACLs and the subnets they rule."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from lab.plugins.aws.adopted import Adopted
from lab.plugins.aws.inputs import Call, Input, Local, unordered
from lab.plugins.aws.kind import AwsKind
from lab.plugins.aws.table import Row
from lab.plugins.aws.tagging import ec2
from lab.plugins.link import Job
from lab.plugins.wire import Properties

_ARN = "=arn:aws:ec2:{region}:{account}:network-acl/{id}"
_LOOK = Call(
    operation="describe_network_acls", params={"NetworkAclIds": ["{id}"]}, at="NetworkAcls[0]"
)
_LAST = 32767  # AWS's own rule, which denies what no other allowed
_PROTOCOLS = {"all": "-1", "tcp": "6", "udp": "17", "icmp": "1"}


@dataclass(frozen=True, kw_only=True)
class _Acl(Row):
    """A network ACL: the rules given are all it has."""

    def alter(
        self,
        job: Job,
        resource_id: str,
        state: Properties,
        changed: Sequence[Input],
        inputs: Properties,
    ) -> None:
        """Delete the rules nobody wants, and add those missing."""
        del job
        for way in ("ingress", "egress"):
            if any(item.name == way for item in changed):
                old, new = ([_entry(r) for r in side.get(way) or ()] for side in (state, inputs))
                which = {"NetworkAclId": resource_id, "Egress": way == "egress"}
                for entry in [entry for entry in old if entry not in new]:
                    named = {**which, "RuleNumber": entry["RuleNumber"]}
                    self.call("delete_network_acl_entry", named)
                for entry in [entry for entry in new if entry not in old]:
                    self.call("create_network_acl_entry", which | entry)

    def state(self, resource_id: str, found: dict[str, Any], before: Properties) -> Properties:
        """Tell the rules in a program's words."""
        own = [e for e in found.get("Entries", ()) if e["RuleNumber"] < _LAST]
        spoken = {
            "ingress": [_rule(entry) for entry in own if not entry["Egress"]],
            "egress": [_rule(entry) for entry in own if entry["Egress"]],
        }
        return super().state(resource_id, found | spoken, before)


def _rule(entry: dict[str, Any]) -> Properties:
    ports = entry.get("PortRange", {})
    blocks = {"cidrBlock": "CidrBlock", "ipv6CidrBlock": "Ipv6CidrBlock"}
    return {
        "ruleNo": entry["RuleNumber"],
        "action": entry["RuleAction"],
        "protocol": str(entry["Protocol"]),
        "fromPort": ports.get("From", 0),
        "toPort": ports.get("To", 0),
        **{name: entry[key] for name, key in blocks.items() if entry.get(key)},
    }


def _entry(rule: Properties) -> dict[str, Any]:
    blocks = {"CidrBlock": "cidrBlock", "Ipv6CidrBlock": "ipv6CidrBlock"}
    return {
        "RuleNumber": rule["ruleNo"],
        "RuleAction": rule["action"],
        "Protocol": _PROTOCOLS.get(str(rule["protocol"]), str(rule["protocol"])),
        "PortRange": {"From": rule["fromPort"], "To": rule["toPort"]},
        **{key: rule[name] for key, name in blocks.items() if rule.get(name)},
    }


def _same(actual: Any, wanted: Any) -> bool:
    """Say whether two lists of rules are the same, however a protocol is written."""
    sides = [sorted(map(str, map(_entry, side or ()))) for side in (actual, wanted)]
    return sides[0] == sides[1]


@dataclass(frozen=True, kw_only=True)
class _Own(_Acl, AwsKind):
    """A network ACL of one's own; it is born without rules, and so lets nothing through."""

    def begun(self, job: Job, resource_id: str, inputs: Properties) -> None:
        """Add the rules given."""
        self.alter(job, resource_id, {}, [i for i in self.fields if i.name in inputs], inputs)


@dataclass(frozen=True, kw_only=True)
class _Default(_Acl, Adopted):
    """A VPC's own network ACL."""


_FIELDS = [
    Input(name="ingress", param=None, seen="ingress", same=_same, default=[]),
    Input(name="egress", param=None, seen="egress", same=_same, default=[]),
]

NETWORK_ACL = _Own(
    typ="aws:ec2/networkAcl:NetworkAcl",
    service="ec2",
    make=Call(operation="create_network_acl", at="NetworkAcl.NetworkAclId"),
    look=_LOOK,
    fields=[Input(name="vpcId", replace=True), *_FIELDS],
    unmake=Call(operation="delete_network_acl", params={"NetworkAclId": "{id}"}),
    tagging=ec2("network-acl"),
    told={"arn": _ARN, "ownerId": "OwnerId"},
)

DEFAULT_NETWORK_ACL = _Default(
    typ="aws:ec2/defaultNetworkAcl:DefaultNetworkAcl",
    service="ec2",
    make=Call(
        operation="describe_network_acls", params={"NetworkAclIds": ["{defaultNetworkAclId}"]}
    ),
    identity="{defaultNetworkAclId}",
    look=_LOOK,
    fields=[
        Local(name="defaultNetworkAclId", replace=True),
        *_FIELDS,
        unordered("subnetIds", param=None, seen=None, computed=True),
    ],
    tagging=ec2("network-acl"),
    told={"arn": _ARN, "vpcId": "VpcId", "ownerId": "OwnerId"},
)


@dataclass(frozen=True, kw_only=True)
class _Association(AwsKind):
    """Which ACL rules a subnet: there is always one, so it is exchanged, never made or deleted."""

    def create(self, job: Job, inputs: Properties) -> tuple[str, Properties]:
        """Exchange the subnet's ACL for the one wanted."""
        del job
        made = self._exchange(inputs["subnetId"], inputs["networkAclId"])
        return made, {key: inputs[key] for key in ("subnetId", "networkAclId")}

    def delete(self, job: Job, resource_id: str, state: Properties) -> None:
        """Give the subnet back to its VPC's own ACL."""
        del job
        if self.find(resource_id, state) is None:
            return
        acls = self.call("describe_network_acls", {})["NetworkAcls"]
        ours = next(acl for acl in acls if acl["NetworkAclId"] == state["networkAclId"])
        default = [a for a in acls if a["VpcId"] == ours["VpcId"] and a["IsDefault"]]
        self._exchange(state["subnetId"], default[0]["NetworkAclId"])

    def _exchange(self, subnet: str, acl: str) -> str:
        acls = self.call("describe_network_acls", {})["NetworkAcls"]
        current = [
            association["NetworkAclAssociationId"]
            for found in acls
            for association in found["Associations"]
            if association.get("SubnetId") == subnet
        ]
        request = {"AssociationId": current[0], "NetworkAclId": acl}
        return str(self.call("replace_network_acl_association", request)["NewAssociationId"])


NETWORK_ACL_ASSOCIATION = _Association(
    typ="aws:ec2/networkAclAssociation:NetworkAclAssociation",
    service="ec2",
    make=Call(
        operation="replace_network_acl_association",
        params={"AssociationId": "{subnetId}", "NetworkAclId": "{networkAclId}"},
    ),
    look=Call(
        operation="describe_network_acls",
        params={"NetworkAclIds": ["{networkAclId}"]},
        at="NetworkAcls[0].Associations[?NetworkAclAssociationId=='{id}'] | [0]",
    ),
    fields=[
        Input(name="subnetId", param=None, seen=None, replace=True),
        Input(name="networkAclId", param=None, seen=None, replace=True),
    ],
    delete_first=True,
)

KINDS = [NETWORK_ACL, DEFAULT_NETWORK_ACL, NETWORK_ACL_ASSOCIATION]
