"""A resolver that knows a few names."""

import pytest
from pulumi import InputPropertyError

from components import DnsFirewall
from tests.components.arguments import DNS, changed
from tests.engine import Engine, run_program

RULE = "aws:route53/resolverFirewallRule:ResolverFirewallRule"
ASSOCIATION = (
    "aws:route53/resolverFirewallRuleGroupAssociation:ResolverFirewallRuleGroupAssociation"
)


@pytest.fixture(scope="module", params=[False, True], ids=["update", "preview"])
def made(request: pytest.FixtureRequest) -> Engine:
    """The firewall, as it is made and as it is previewed."""
    return run_program(lambda: DnsFirewall("dns", DNS), preview=request.param)


def test_exact_names_first_then_nothing(made: Engine) -> None:
    lists = made.of("aws:route53/resolverFirewallDomainList:ResolverFirewallDomainList")
    assert {it.name: it.inputs["domains"] for it in lists} == {
        "dns-allowed": ["s3.eu-central-1.amazonaws.com"],
        "dns-blocked": ["*"],
    }
    rules = {rule.inputs["name"]: rule.inputs for rule in made.of(RULE)}
    assert (rules["allowed"]["priority"], rules["allowed"]["action"]) == (100, "ALLOW")
    assert (rules["blocked"]["priority"], rules["blocked"]["action"]) == (200, "BLOCK")
    assert rules["blocked"]["blockResponse"] == "NXDOMAIN"


def test_aliases_out_of_an_allowed_name_are_inspected(made: Engine) -> None:
    found = {rule.inputs["firewallDomainRedirectionAction"] for rule in made.of(RULE)}
    assert found == {"INSPECT_REDIRECTION_DOMAIN"}


def test_it_fails_closed(made: Engine) -> None:
    config = made.inputs("aws:route53/resolverFirewallConfig:ResolverFirewallConfig")
    assert config == {"firewallFailOpen": "DISABLED", "resourceId": "vpc-1"}


def test_it_acts_only_with_all_its_rules(made: Engine) -> None:
    before = {resource.name for resource in made.needs(made.one(ASSOCIATION))}
    assert {"dns-allowed-rule", "dns-blocked-rule"} <= before


@pytest.mark.parametrize(("locked", "protection"), [(True, "ENABLED"), (False, "DISABLED")])
def test_it_can_be_locked(*, locked: bool, protection: str) -> None:
    made = run_program(lambda: DnsFirewall("dns", changed(DNS, locked=locked)))
    assert made.inputs(ASSOCIATION)["mutationProtection"] == protection


def test_a_wildcard_is_refused_as_it_would_carry_data() -> None:
    def program() -> None:
        with pytest.raises(InputPropertyError, match="exact names"):
            DnsFirewall("dns", changed(DNS, domains=["*.s3.eu-central-1.amazonaws.com"]))

    assert not run_program(program).resources
