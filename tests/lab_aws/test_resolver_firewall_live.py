"""The DNS firewall of the running lab, from its first list to the last."""

import pytest

from tests.lab_aws.conftest import Cloud, refusal

pytestmark = pytest.mark.lab

TAGS = [{"Key": "stack", "Value": "test"}]


def test_a_vpc_gets_a_dns_firewall(cloud: Cloud) -> None:
    resolver = cloud.client("route53resolver")
    subnet = cloud.vpc(gateway=False)
    vpc = cloud.ec2.describe_subnets(SubnetIds=[subnet])["Subnets"][0]["VpcId"]
    made = resolver.create_firewall_rule_group(Name="rules", Tags=TAGS)["FirewallRuleGroup"]
    group = {"FirewallRuleGroupId": made["Id"]}
    cloud.later(lambda: resolver.delete_firewall_rule_group(**group))
    assert resolver.list_tags_for_resource(ResourceArn=made["Arn"])["Tags"] == TAGS
    known = resolver.create_firewall_domain_list(Name="all")["FirewallDomainList"]["Id"]
    names = {"FirewallDomainListId": known}
    cloud.later(lambda: resolver.delete_firewall_domain_list(**names))
    resolver.update_firewall_domains(**names, Operation="REPLACE", Domains=["*"])
    assert resolver.list_firewall_domains(**names)["Domains"] == ["*."]
    blocked = {"Action": "BLOCK", "BlockResponse": "NXDOMAIN"}
    resolver.create_firewall_rule(**group, **names, **blocked, Priority=100, Name="blocked")
    cloud.later(lambda: resolver.delete_firewall_rule(**group, **names))
    asked = {**group, "VpcId": vpc, "Priority": 101, "Name": "rules"}
    associated = resolver.associate_firewall_rule_group(**asked, MutationProtection="ENABLED")
    name = {
        "FirewallRuleGroupAssociationId": associated["FirewallRuleGroupAssociation"]["Id"],
    }
    cloud.later(lambda: resolver.disassociate_firewall_rule_group(**name))
    unlock = {**name, "MutationProtection": "DISABLED"}
    cloud.later(lambda: resolver.update_firewall_rule_group_association(**unlock))
    refused = refusal(lambda: resolver.disassociate_firewall_rule_group(**name))
    assert refused == "ConflictException"
    resolver.update_firewall_config(ResourceId=vpc, FirewallFailOpen="ENABLED")
    configs = resolver.list_firewall_configs()["FirewallConfigs"]
    assert [one["FirewallFailOpen"] for one in configs if one["ResourceId"] == vpc] == ["ENABLED"]


def test_what_is_not_there_is_said(cloud: Cloud) -> None:
    resolver = cloud.client("route53resolver")
    absent = resolver.exceptions.ResourceNotFoundException
    with pytest.raises(absent, match="no FirewallRuleGroup 'rslvr-frg-0'"):
        resolver.get_firewall_rule_group(FirewallRuleGroupId="rslvr-frg-0")
    refused = refusal(lambda: resolver.get_firewall_config(ResourceId="vpc-0"))
    assert refused == "ResourceNotFoundException"
    assert refusal(resolver.list_resolver_rules) == "UnknownOperationException"
