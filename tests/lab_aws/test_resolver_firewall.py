"""Route 53 Resolver's DNS firewall: every answer has the form that botocore's model gives it."""

from typing import Any

import pytest

from lab.aws.lifecycle import RefusedError
from lab.aws.resolver_firewall import Firewall
from tests.lab_aws.resolver import TAGS, VPC, Resolver

ALLOW = {"Priority": 100, "Action": "ALLOW", "Name": "allowed"}
BLOCK = {"Priority": 200, "Action": "BLOCK", "BlockResponse": "NXDOMAIN", "Name": "blocked"}


@pytest.fixture
def ask() -> Resolver:
    """A DNS firewall without anything."""
    return Resolver()


def test_a_list_has_its_domains(ask: Resolver) -> None:
    named = {"FirewallDomainListId": ask.list()}
    for operation, domains, expected in (
        ("ADD", ["a.example", "*"], ["a.example.", "*."]),
        ("ADD", ["a.example.", "b.example"], ["a.example.", "*.", "b.example."]),
        ("REMOVE", ["*"], ["a.example.", "b.example."]),
        ("REPLACE", ["c.example", "*.d.example"], ["c.example.", "*.d.example."]),
        ("REPLACE", [], []),
    ):
        done = ask("UpdateFirewallDomains", **named, Operation=operation, Domains=domains)
        assert done == {"Id": named["FirewallDomainListId"], "Name": "names", "Status": "COMPLETE"}
        assert ask("ListFirewallDomains", **named) == {"Domains": expected}
        found = ask("GetFirewallDomainList", **named)["FirewallDomainList"]
        assert found["DomainCount"] == len(expected)
    bad = {"Operation": "ADD", "Domains": ["a.*.example"]}
    assert ask.refusal("UpdateFirewallDomains", **named, **bad) == "ValidationException"
    ended = ask("DeleteFirewallDomainList", **named)["FirewallDomainList"]
    assert ended["Status"] == "DELETING"
    assert ask.refusal("GetFirewallDomainList", **named) == "ResourceNotFoundException"


def test_a_list_comes_in_pages(ask: Resolver) -> None:
    named = {"FirewallDomainListId": ask.list()}
    domains = [f"{number}.example." for number in range(5)]
    ask("UpdateFirewallDomains", **named, Operation="ADD", Domains=domains)
    found: list[str] = []
    token: dict[str, str] = {}
    while True:
        page = ask("ListFirewallDomains", **named, MaxResults=2, **token)
        found += page["Domains"]
        if "NextToken" not in page:
            break
        token = {"NextToken": page["NextToken"]}
    assert found == domains
    assert ask.refusal("ListFirewallDomains", **named, NextToken="x") == "ValidationException"


def test_a_request_tried_again_makes_nothing_new(ask: Resolver) -> None:
    again = {"CreatorRequestId": "again"}
    group = {"FirewallRuleGroupId": ask.group()}
    for action, asked in (
        ("CreateFirewallDomainList", {"Name": "names"}),
        ("CreateFirewallRuleGroup", {"Name": "rules"}),
        ("AssociateFirewallRuleGroup", {**group, "VpcId": VPC, "Priority": 101, "Name": "rules"}),
        ("CreateFirewallRule", {**group, "FirewallDomainListId": ask.list(), **ALLOW}),
    ):
        first = ask(action, **again, **asked)
        assert ask(action, **again, **asked) == first


def test_a_group_has_its_rules(ask: Resolver) -> None:
    group = {"FirewallRuleGroupId": ask.group()}
    allowed, blocked = ({"FirewallDomainListId": ask.list(name)} for name in ("some", "all"))
    ask("CreateFirewallRule", **group, **blocked, **BLOCK)
    made = ask("CreateFirewallRule", **group, **allowed, **ALLOW)["FirewallRule"]
    assert made["FirewallDomainRedirectionAction"] == "INSPECT_REDIRECTION_DOMAIN"
    assert made.items() >= {**group, **allowed, **ALLOW}.items()
    listed = ask("ListFirewallRules", **group)["FirewallRules"]
    assert [rule["Name"] for rule in listed] == ["allowed", "blocked"]
    assert ask("ListFirewallRules", **group, Action="ALLOW") == {"FirewallRules": [made]}
    assert ask("GetFirewallRuleGroup", **group)["FirewallRuleGroup"]["RuleCount"] == 2
    changed = ask("UpdateFirewallRule", **group, **blocked, Action="ALERT", Priority=300)
    assert "BlockResponse" not in changed["FirewallRule"]
    assert changed["FirewallRule"]["Priority"] == 300
    assert ask.refusal("DeleteFirewallRuleGroup", **group) == "ConflictException"
    assert ask.refusal("DeleteFirewallDomainList", **blocked) == "ConflictException"
    for domains in (allowed, blocked):
        ask("DeleteFirewallRule", **group, **domains)
        gone = ask.refusal("DeleteFirewallRule", **group, **domains)
        assert gone == "ResourceNotFoundException"
        ask("DeleteFirewallDomainList", **domains)
    ended = ask("DeleteFirewallRuleGroup", **group)["FirewallRuleGroup"]
    assert ended["Status"] == "DELETING"
    assert ask.refusal("ListFirewallRules", **group) == "ResourceNotFoundException"


@pytest.mark.parametrize(
    "rule",
    [
        {**ALLOW, "BlockResponse": "NODATA"},
        {**ALLOW, "Action": "BLOCK"},
        {**BLOCK, "BlockResponse": "OVERRIDE"},
        {**BLOCK, "BlockOverrideTtl": 1},
        {**ALLOW, "Priority": 150},
        {**ALLOW, "Action": "DENY"},
        {**ALLOW, "Name": "1"},
        {**ALLOW, "Name": "a.b"},
        {**ALLOW, "FirewallDomainRedirectionAction": "TRUST"},
    ],
)
def test_a_rule_that_cannot_be_is_refused(ask: Resolver, rule: dict[str, Any]) -> None:
    group = {"FirewallRuleGroupId": ask.group()}
    other = {**ALLOW, "Priority": 150}
    ask("CreateFirewallRule", **group, FirewallDomainListId=ask.list(), **other)
    wanted = {**group, "FirewallDomainListId": ask.list("other"), **rule}
    assert ask.refusal("CreateFirewallRule", **wanted) == "ValidationException"


def test_a_list_is_in_a_group_once_for_a_type_of_query(ask: Resolver) -> None:
    place = {"FirewallRuleGroupId": ask.group(), "FirewallDomainListId": ask.list()}
    ask("CreateFirewallRule", **place, **ALLOW)
    assert ask.refusal("CreateFirewallRule", **place, **BLOCK) == "ValidationException"
    override = {
        "BlockResponse": "OVERRIDE",
        "BlockOverrideDomain": "a.example",
        "BlockOverrideDnsType": "CNAME",
        "BlockOverrideTtl": 60,
    }
    ask("CreateFirewallRule", **place, Qtype="TXT", **{**BLOCK, **override})
    changed = ask("UpdateFirewallRule", **place, Qtype="TXT", BlockResponse="NODATA")
    assert not {"BlockOverrideDomain", "BlockOverrideTtl"} & set(changed["FirewallRule"])
    assert ask("DeleteFirewallRule", **place)["FirewallRule"]["Name"] == "allowed"


def test_an_association_is_kept_while_it_is_protected(ask: Resolver) -> None:
    group = ask.group()
    name = {"FirewallRuleGroupAssociationId": ask.association(group, MutationProtection="ENABLED")}
    assert ask.refusal("DisassociateFirewallRuleGroup", **name) == "ConflictException"
    update = "UpdateFirewallRuleGroupAssociation"
    assert ask.refusal(update, **name, Priority=102) == "ConflictException"
    ask(update, **name, Priority=101, MutationProtection="ENABLED")
    ask(update, **name, Priority=102, MutationProtection="DISABLED")
    found = ask("GetFirewallRuleGroupAssociation", **name)["FirewallRuleGroupAssociation"]
    assert (found["Priority"], found["MutationProtection"]) == (102, "DISABLED")
    listing = "ListFirewallRuleGroupAssociations"
    assert ask(listing, VpcId=VPC)["FirewallRuleGroupAssociations"] == [found]
    assert ask(listing, VpcId="vpc-2")["FirewallRuleGroupAssociations"] == []
    assert ask.refusal("DeleteFirewallRuleGroup", FirewallRuleGroupId=group) == "ConflictException"
    ask("DisassociateFirewallRuleGroup", **name)
    gone = ask.refusal("GetFirewallRuleGroupAssociation", **name)
    assert gone == "ResourceNotFoundException"
    ask("DeleteFirewallRuleGroup", FirewallRuleGroupId=group)


def test_an_association_that_cannot_be_is_refused(ask: Resolver) -> None:
    group, other = ask.group(), ask.group()
    ask.association(group)
    for named, options, code in (
        (group, {"Priority": 102}, "ConflictException"),
        (other, {"Priority": 101}, "ValidationException"),
        (other, {"Priority": 100}, "ValidationException"),
        (other, {"VpcId": "vpc-3"}, "ResourceNotFoundException"),
        ("rslvr-frg-0", {}, "ResourceNotFoundException"),
    ):
        asked = {"VpcId": VPC, "Priority": 103, "Name": "rules", **options}
        refused = ask.refusal("AssociateFirewallRuleGroup", FirewallRuleGroupId=named, **asked)
        assert refused == code
    ask.association(other, VpcId="vpc-2")


def test_a_vpc_is_closed_unless_opened(ask: Resolver) -> None:
    vpc = {"ResourceId": VPC}
    closed = ask("GetFirewallConfig", **vpc)["FirewallConfig"]
    assert closed["FirewallFailOpen"] == "DISABLED"
    opened = ask("UpdateFirewallConfig", **vpc, FirewallFailOpen="ENABLED")["FirewallConfig"]
    assert opened == {**closed, "FirewallFailOpen": "ENABLED"}
    assert ask("ListFirewallConfigs") == {"FirewallConfigs": [opened]}
    ask.vpcs.clear()
    assert ask("ListFirewallConfigs") == {"FirewallConfigs": []}
    assert ask.refusal("GetFirewallConfig", **vpc) == "ResourceNotFoundException"


def test_tags_are_of_what_has_an_arn(ask: Resolver) -> None:
    group = ask("GetFirewallRuleGroup", FirewallRuleGroupId=ask.group())["FirewallRuleGroup"]
    named = {"ResourceArn": group["Arn"]}
    assert ask("ListTagsForResource", **named) == {"Tags": TAGS}
    ask("TagResource", **named, Tags=[{"Key": "stack", "Value": "b"}, {"Key": "n", "Value": ""}])
    ask("UntagResource", **named, TagKeys=["n", "absent"])
    assert ask("ListTagsForResource", **named) == {"Tags": [{"Key": "stack", "Value": "b"}]}
    gone = {"ResourceArn": f"{group['Arn']}0"}
    assert ask.refusal("ListTagsForResource", **gone) == "ResourceNotFoundException"


def test_what_the_lab_has_not_is_said() -> None:
    firewall = Firewall({}, account="", region="", has_vpc=lambda _: True)
    with pytest.raises(RefusedError, match=r"UnknownOperation.*not ListResolverRules"):
        firewall.answer("ListResolverRules", {})
