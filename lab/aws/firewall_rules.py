"""Rules of a DNS firewall's rule groups: one for a domain list and type of query."""

from lab.aws.firewall_records import (
    GROUP,
    LIST,
    RULE,
    Data,
    Record,
    Records,
    absent,
    invalid,
    now,
    page,
)

OVERRIDING = {"BlockOverrideDomain", "BlockOverrideDnsType", "BlockOverrideTtl"}
BLOCKING = {"BlockResponse", *OVERRIDING}


class Rules:
    """The rules of all groups of an account and region."""

    def __init__(self, records: Records) -> None:
        self._records = records

    def create(self, data: Data) -> Record:
        """CreateFirewallRule."""
        self._records.found(GROUP, data)
        if f"{LIST}Id" not in data:
            raise invalid("the lab has rules with a FirewallDomainListId only")
        self._records.found(LIST, data)
        rules, key = self._records.of(RULE), _key(data)
        known = rules.get(key)
        if known and known["CreatorRequestId"] == data["CreatorRequestId"]:
            return {RULE: known}
        if known:
            raise invalid(f"Rule '{known['Name']}' of this group has this domain list already")
        moment = now()
        rule = {
            "FirewallDomainRedirectionAction": "INSPECT_REDIRECTION_DOMAIN",
            **data,
            "CreationTime": moment,
            "ModificationTime": moment,
        }
        self._check(rule, key)
        rules[key] = rule
        return {RULE: rule}

    def update(self, data: Data) -> Record:
        """UpdateFirewallRule: what is not given stays, if it still has a meaning."""
        key = _key(data)
        rule = {**self._found(data), **data, "ModificationTime": now()}
        stale = BLOCKING if rule["Action"] != "BLOCK" else OVERRIDING
        if rule["Action"] == "BLOCK" and rule.get("BlockResponse") == "OVERRIDE":
            stale = set()
        for field in stale - set(data):
            rule.pop(field, None)
        self._check(rule, key)
        self._records.of(RULE)[key] = rule
        return {RULE: rule}

    def delete(self, data: Data) -> Record:
        """DeleteFirewallRule."""
        rule = self._found(data)
        self._records.of(RULE).pop(_key(data))
        return {RULE: rule}

    def list_all(self, data: Data) -> Record:
        """ListFirewallRules: of a group, first to last."""
        self._records.found(GROUP, data)
        asked = {k: data[k] for k in ("FirewallRuleGroupId", "Priority", "Action") if k in data}
        rules = self._records.of(RULE).values()
        found = [rule for rule in rules if asked.items() <= rule.items()]
        return page(data, f"{RULE}s", sorted(found, key=lambda rule: int(rule["Priority"])))

    def _found(self, data: Data) -> Record:
        rule = self._records.of(RULE).get(_key(data))
        if rule is None:
            raise absent(RULE, _key(data))
        return rule

    def _check(self, rule: Record, key: str) -> None:
        given = BLOCKING & set(rule)
        if rule["Action"] != "BLOCK":
            needed = set()
        elif rule.get("BlockResponse") == "OVERRIDE":
            needed = BLOCKING
        else:
            needed = {"BlockResponse"}
        if given != needed:
            words = [f"without {field}" for field in sorted(needed - given)]
            words += [f"with {field}" for field in sorted(given - needed)]
            raise invalid(f"no rule has Action={rule['Action']} {' and '.join(words)}")
        place = {field: rule[field] for field in ("FirewallRuleGroupId", "Priority")}
        for other, known in self._records.of(RULE).items():
            if other != key and place.items() <= known.items():
                raise invalid(f"Priority={rule['Priority']} has rule '{known['Name']}' already")


def _key(data: Data) -> str:
    """Return what a rule is found by."""
    parts = [data["FirewallRuleGroupId"], data.get("FirewallDomainListId"), data.get("Qtype")]
    return ":".join(part for part in parts if part)
