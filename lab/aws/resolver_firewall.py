"""Route 53 Resolver's DNS firewall: recorded and refused as on AWS, not enforced."""

import re
from collections.abc import Callable

from lab.aws import firewall_rules
from lab.aws.firewall_records import (
    ASSOCIATION,
    CONFIG,
    GROUP,
    LIST,
    RULE,
    Data,
    Kept,
    Record,
    Records,
    absent,
    check,
    conflict,
    invalid,
    new_id,
    now,
    page,
    show,
)
from lab.aws.lifecycle import RefusedError

Handle = Callable[[Data], Record]

DOMAIN = re.compile(r"(?=.{1,255}$)\*?[a-zA-Z0-9.-]*")
FIRST_PRIORITY, LAST_PRIORITY = 101, 9899
"""Of associations: 100 and 9900 are AWS's own."""


class Firewall:
    """The DNS firewall of one account and region."""

    def __init__(
        self, kept: Kept, *, account: str, region: str, has_vpc: Callable[[str], bool]
    ) -> None:
        self._records = Records(kept, account, region)
        self._has_vpc = has_vpc
        rules = firewall_rules.Rules(self._records)
        self._actions: dict[str, Handle] = {
            "AssociateFirewallRuleGroup": self._associate,
            "CreateFirewallDomainList": self._create_list,
            "CreateFirewallRule": rules.create,
            "CreateFirewallRuleGroup": self._create_group,
            "DeleteFirewallDomainList": self._delete_list,
            "DeleteFirewallRule": rules.delete,
            "DeleteFirewallRuleGroup": self._delete_group,
            "DisassociateFirewallRuleGroup": self._disassociate,
            "GetFirewallConfig": self._get_config,
            "GetFirewallDomainList": self._get_list,
            "GetFirewallRuleGroup": self._get_group,
            "GetFirewallRuleGroupAssociation": self._get_association,
            "ListFirewallConfigs": self._list_configs,
            "ListFirewallDomains": self._list_domains,
            "ListFirewallRuleGroupAssociations": self._list_associations,
            "ListFirewallRules": rules.list_all,
            "ListTagsForResource": self._list_tags,
            "TagResource": self._tag,
            "UntagResource": self._untag,
            "UpdateFirewallConfig": self._update_config,
            "UpdateFirewallDomains": self._update_domains,
            "UpdateFirewallRule": rules.update,
            "UpdateFirewallRuleGroupAssociation": self._update_association,
        }

    def answer(self, action: str, data: Data) -> Record:
        """Do what a request asks for; returns the answer.

        Raises:
            RefusedError: AWS would not do it, or this action is not known.
        """
        if action not in self._actions:
            text = f"the lab has the DNS firewall of Route 53 Resolver only, not {action}"
            raise RefusedError("UnknownOperationException", text)
        check(data)
        return self._actions[action](data)

    def _create_list(self, data: Data) -> Record:
        known = self._records.retried(LIST, data)
        record = known or self._records.make(LIST, data, _domains=[])
        return _list(record)

    def _get_list(self, data: Data) -> Record:
        return _list(self._records.found(LIST, data))

    def _delete_list(self, data: Data) -> Record:
        record = self._records.found(LIST, data)
        rules = self._records.of(RULE).values()
        if any(rule["FirewallDomainListId"] == record["Id"] for rule in rules):
            raise conflict(f"Domain list '{record['Id']}' is in use by a firewall rule.")
        return _list(self._records.drop(LIST, record))

    def _update_domains(self, data: Data) -> Record:
        record = self._records.found(LIST, data)
        bad = [domain for domain in data["Domains"] if not DOMAIN.fullmatch(domain)]
        if bad:
            text = "are not 1 to 255 letters, digits, '-' and '.' after an optional '*'"
            raise invalid(f"Domains {', '.join(bad)} {text}")
        # AWS shows every name with the root's dot.
        given = [f"{domain.removesuffix('.')}." for domain in data["Domains"]]
        known = [] if data["Operation"] == "REPLACE" else record["_domains"]
        if data["Operation"] == "REMOVE":
            record["_domains"] = [domain for domain in known if domain not in given]
        else:
            record["_domains"] = list(dict.fromkeys([*known, *given]))
        record["ModificationTime"] = now()
        return {key: record[key] for key in ("Id", "Name", "Status")}

    def _list_domains(self, data: Data) -> Record:
        return page(data, "Domains", self._records.found(LIST, data)["_domains"])

    def _create_group(self, data: Data) -> Record:
        fields = {"OwnerId": self._records.account, "ShareStatus": "NOT_SHARED"}
        known = self._records.retried(GROUP, data)
        return self._group(known or self._records.make(GROUP, data, **fields))

    def _get_group(self, data: Data) -> Record:
        return self._group(self._records.found(GROUP, data))

    def _delete_group(self, data: Data) -> Record:
        record = self._records.found(GROUP, data)
        for kind in (RULE, ASSOCIATION):
            if self._of_group(kind, record["Id"]):
                raise conflict(f"Rule group '{record['Id']}' still has a {kind}.")
        return self._group(self._records.drop(GROUP, record))

    def _associate(self, data: Data) -> Record:
        known = self._records.retried(ASSOCIATION, data)
        return {ASSOCIATION: show(known or self._new_association(data))}

    def _new_association(self, data: Data) -> Record:
        group = self._records.found(GROUP, data)
        self._check_vpc(data["VpcId"])
        of_vpc = {"VpcId": data["VpcId"]}
        if any(_matches(one, of_vpc) for one in self._of_group(ASSOCIATION, group["Id"])):
            raise conflict(f"Rule group '{group['Id']}' has {data['VpcId']} already.")
        self._check_priority(data)
        return self._records.make(ASSOCIATION, data, MutationProtection="DISABLED")

    def _get_association(self, data: Data) -> Record:
        return {ASSOCIATION: show(self._records.found(ASSOCIATION, data))}

    def _update_association(self, data: Data) -> Record:
        record = self._records.found(ASSOCIATION, data)
        fields = ("Name", "Priority", "MutationProtection")
        changes = {key: data[key] for key in fields if key in data and data[key] != record[key]}
        if changes and changes.get("MutationProtection") != "DISABLED":
            _check_unprotected(record)
        if "Priority" in changes:
            self._check_priority({**record, **changes})
        record.update(changes, ModificationTime=now())
        return {ASSOCIATION: show(record)}

    def _disassociate(self, data: Data) -> Record:
        record = self._records.found(ASSOCIATION, data)
        _check_unprotected(record)
        return {ASSOCIATION: show(self._records.drop(ASSOCIATION, record))}

    def _list_associations(self, data: Data) -> Record:
        fields = ("FirewallRuleGroupId", "VpcId", "Priority", "Status")
        asked = {key: data[key] for key in fields if key in data}
        found = [one for one in self._records.of(ASSOCIATION).values() if _matches(one, asked)]
        return page(data, f"{ASSOCIATION}s", [show(one) for one in found])

    def _get_config(self, data: Data) -> Record:
        return {CONFIG: self._config(data["ResourceId"])}

    def _update_config(self, data: Data) -> Record:
        record = self._config(data["ResourceId"])
        record["FirewallFailOpen"] = data["FirewallFailOpen"]
        return {CONFIG: record}

    def _list_configs(self, data: Data) -> Record:
        configs = self._records.of(CONFIG).items()
        return page(data, f"{CONFIG}s", [config for vpc, config in configs if self._has_vpc(vpc)])

    def _tag(self, data: Data) -> Record:
        tags = self._records.with_arn(data["ResourceArn"])["_tags"]
        tags.update({tag["Key"]: tag["Value"] for tag in data["Tags"]})
        return {}

    def _untag(self, data: Data) -> Record:
        tags = self._records.with_arn(data["ResourceArn"])["_tags"]
        for key in data["TagKeys"]:
            tags.pop(key, None)
        return {}

    def _list_tags(self, data: Data) -> Record:
        tags = self._records.with_arn(data["ResourceArn"])["_tags"]
        return page(data, "Tags", [{"Key": key, "Value": value} for key, value in tags.items()])

    def _group(self, record: Record) -> Record:
        return {GROUP: {**show(record), "RuleCount": len(self._of_group(RULE, record["Id"]))}}

    def _of_group(self, kind: str, group: str) -> list[Record]:
        of_group = {"FirewallRuleGroupId": group}
        return [one for one in self._records.of(kind).values() if _matches(one, of_group)]

    def _config(self, vpc: str) -> Record:
        """Every VPC has one, closed unless opened."""
        self._check_vpc(vpc)
        owner = {"OwnerId": self._records.account, "FirewallFailOpen": "DISABLED"}
        new = {"Id": new_id("rslvr-fc"), "ResourceId": vpc, **owner}
        return self._records.of(CONFIG).setdefault(vpc, new)

    def _check_vpc(self, vpc: str) -> None:
        if not self._has_vpc(vpc):
            raise absent("VPC", vpc)

    def _check_priority(self, wanted: Data) -> None:
        priority, vpc = wanted["Priority"], wanted["VpcId"]
        if not FIRST_PRIORITY <= priority <= LAST_PRIORITY:
            raise invalid(f"Priority={priority} is not {FIRST_PRIORITY} to {LAST_PRIORITY}")
        asked = {"VpcId": vpc, "Priority": priority}
        if any(_matches(one, asked) for one in self._records.of(ASSOCIATION).values()):
            raise invalid(f"Priority={priority} has another rule group of {vpc}")


def _list(record: Record) -> Record:
    return {LIST: {**show(record), "DomainCount": len(record["_domains"])}}


def _matches(record: Record, asked: Data) -> bool:
    return all(record[key] == value for key, value in asked.items())


def _check_unprotected(association: Record) -> None:
    if association["MutationProtection"] == "ENABLED":
        raise conflict(f"Association '{association['Id']}' has mutation protection.")
