"""A DNS firewall that is asked and answers within botocore's model."""

import itertools
import json
from typing import Any

import botocore.session
import pytest
from botocore.validate import validate_parameters

from lab.aws.lifecycle import RefusedError
from lab.aws.resolver_firewall import Firewall

MODEL = botocore.session.Session().get_service_model("route53resolver")
VPC = "vpc-0123456789abcdef0"
TAGS = [{"Key": "stack", "Value": "test"}]


class Resolver:
    """A DNS firewall that is asked and answers within the model."""

    def __init__(self) -> None:
        self.kept: dict[str, Any] = {}
        self.vpcs = {VPC, "vpc-2"}
        self._requests = itertools.count()

    def __call__(self, action: str, **data: Any) -> dict[str, Any]:
        operation: Any = MODEL.operation_model(action)
        if "CreatorRequestId" in operation.input_shape.members:
            data.setdefault("CreatorRequestId", str(next(self._requests)))
        validate_parameters(data, operation.input_shape)
        firewall = Firewall(
            self.kept,
            account="000000000000",
            region="eu-central-1",
            has_vpc=lambda vpc: vpc in self.vpcs,
        )
        answer = firewall.answer(action, data)
        validate_parameters(answer, operation.output_shape)
        self.kept = json.loads(json.dumps(self.kept))
        return answer

    def refusal(self, action: str, **data: Any) -> str:
        """Return the error code of a request that is refused."""
        with pytest.raises(RefusedError) as refused:
            self(action, **data)
        operation: Any = MODEL.operation_model(action)
        assert refused.value.code in {error.name for error in operation.error_shapes}
        return refused.value.code

    def list(self, name: str = "names") -> str:
        """Make a domain list."""
        made = self("CreateFirewallDomainList", Name=name, Tags=TAGS)["FirewallDomainList"]
        assert (made["Status"], made["DomainCount"]) == ("COMPLETE", 0)
        return str(made["Id"])

    def group(self) -> str:
        """Make a rule group."""
        made = self("CreateFirewallRuleGroup", Name="rules", Tags=TAGS)["FirewallRuleGroup"]
        assert (made["Status"], made["RuleCount"]) == ("COMPLETE", 0)
        return str(made["Id"])

    def association(self, group: str, **options: Any) -> str:
        """Associate a rule group with the VPC."""
        asked = {"VpcId": VPC, "Priority": 101, "Name": "rules", **options}
        made = self("AssociateFirewallRuleGroup", FirewallRuleGroupId=group, **asked)
        assert made["FirewallRuleGroupAssociation"]["Status"] == "COMPLETE"
        return str(made["FirewallRuleGroupAssociation"]["Id"])
