"""A VPC that resolves a few exact names and no other: names can carry data out, too."""

from typing import NotRequired, TypedDict

import pulumi_aws as aws
from pulumi import ComponentResource, Input, InputPropertyError, Output, ResourceOptions

from components._names import bounded

NAME_LIMIT = 64


class DnsFirewallArgs(TypedDict):
    """Inputs of `DnsFirewall`."""

    vpc_id: Input[str]
    """VPC whose resolver is closed."""
    domains: list[str]
    """Names that may be resolved, exact ones: labels below a wildcard would carry data."""
    locked: NotRequired[bool]
    """Refuse changes to the association until it is unlocked; true when absent."""
    tags: NotRequired[dict[str, str]]
    """Tags of every resource that can have them."""


class DnsFirewall(ComponentResource):
    """Security groups and network ACLs do not see a VPC's resolver; this is what does."""

    association_id: Output[str]
    """Id of the association, known once everything else is blocked and nothing fails open."""

    def __init__(
        self, name: str, args: DnsFirewallArgs, opts: ResourceOptions | None = None
    ) -> None:
        wild = [domain for domain in args["domains"] if "*" in domain]
        if wild:
            raise InputPropertyError("domains", f"domains must be exact names, got {wild}")
        super().__init__("nodekeep:index:DnsFirewall", name, {}, opts)
        tags = args.get("tags")
        group = aws.route53.ResolverFirewallRuleGroup(
            f"{name}-rules",
            name=bounded(name, NAME_LIMIT),
            tags=tags,
            opts=ResourceOptions(parent=self),
        )
        blocked = {"action": "BLOCK", "block_response": "NXDOMAIN"}
        rules = []
        for purpose, priority, domains, verdict in (
            ("allowed", 100, args["domains"], {"action": "ALLOW"}),
            ("blocked", 200, ["*"], blocked),
        ):
            listed = aws.route53.ResolverFirewallDomainList(
                f"{name}-{purpose}",
                name=bounded(f"{name}-{purpose}", NAME_LIMIT),
                domains=domains,
                tags=tags,
                opts=ResourceOptions(parent=self),
            )
            rule = aws.route53.ResolverFirewallRule(
                f"{name}-{purpose}-rule",
                name=purpose,
                priority=priority,
                firewall_rule_group_id=group.id,
                firewall_domain_list_id=listed.id,
                # A CNAME out of an allowed name would be a way around the list.
                firewall_domain_redirection_action="INSPECT_REDIRECTION_DOMAIN",
                action=verdict["action"],
                block_response=verdict.get("block_response"),
                opts=ResourceOptions(parent=self),
            )
            rules.append(rule)
        association = aws.route53.ResolverFirewallRuleGroupAssociation(
            f"{name}-association",
            name=bounded(name, NAME_LIMIT),
            firewall_rule_group_id=group.id,
            vpc_id=args["vpc_id"],
            priority=101,
            mutation_protection="ENABLED" if args.get("locked", True) else "DISABLED",
            tags=tags,
            opts=ResourceOptions(parent=self, depends_on=rules),
        )
        config = aws.route53.ResolverFirewallConfig(
            f"{name}-config",
            resource_id=args["vpc_id"],
            firewall_fail_open="DISABLED",
            opts=ResourceOptions(parent=self),
        )
        closed = Output.all(association.id, config.id)
        self.association_id = closed.apply(lambda ids: str(ids[0]))
        self.register_outputs({"associationId": self.association_id})
