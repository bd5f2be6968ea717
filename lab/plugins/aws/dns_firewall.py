"""Route 53 Resolver: the DNS firewall. Recorded, not enforced: MiniStack resolves no names."""

from collections.abc import Mapping, Sequence
from typing import Any

from lab.plugins.aws.inputs import Call, Input
from lab.plugins.aws.recorded import Recorded, recorded
from lab.plugins.aws.tagging import by_arn
from lab.plugins.forms import as_set

_CREATOR = {"CreatorRequestId": "-"}
_RULE_GROUP = recorded("firewallRuleGroupId", replace=True)


def _kind(
    name: str,
    operation: str,
    stem: str,
    fields: Sequence[Input],
    *,
    tagged: bool = True,
    constants: Mapping[str, Any] = _CREATOR,
) -> Recorded:
    arn = (
        f"=arn:aws:route53resolver:{{region}}:{{account}}:{operation[7:].replace('_', '-')}/{{id}}"
    )
    return Recorded(
        typ=f"aws:route53/{name[0].lower()}{name[1:]}:{name}",
        service="route53resolver",
        make=Call(operation=operation, params=constants),
        look=Call(operation="get_parameter"),
        fields=fields,
        tagging=by_arn() if tagged else None,
        told={"arn": arn} if tagged else {},
        stem=stem,
    )


KINDS = [
    _kind(
        "ResolverFirewallRuleGroup",
        "create_firewall_rule_group",
        "rslvr-frg",
        [recorded("name", replace=True)],
    ),
    _kind(
        "ResolverFirewallDomainList",
        "create_firewall_domain_list",
        "rslvr-fdl",
        # AWS takes the domains by a call of their own.
        [recorded("name", replace=True), recorded("domains", param=None, same=as_set)],
    ),
    _kind(
        "ResolverFirewallRule",
        "create_firewall_rule",
        "rslvr-fr",
        [
            _RULE_GROUP,
            recorded("firewallDomainListId", replace=True),
            recorded("name"),
            recorded("priority"),
            recorded("action"),
            recorded("blockResponse"),
            recorded("firewallDomainRedirectionAction", computed=True),
            recorded("qType", param="Qtype"),
        ],
        tagged=False,
    ),
    _kind(
        "ResolverFirewallRuleGroupAssociation",
        "associate_firewall_rule_group",
        "rslvr-frgassoc",
        [
            _RULE_GROUP,
            recorded("vpcId", replace=True),
            recorded("name"),
            recorded("priority"),
            recorded("mutationProtection", computed=True),
        ],
    ),
    _kind(
        "ResolverFirewallConfig",
        "update_firewall_config",
        "rslvr-fc",
        [recorded("resourceId", replace=True), recorded("firewallFailOpen", computed=True)],
        tagged=False,
        constants={},
    ),
]
