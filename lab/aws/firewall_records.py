"""Records of Route 53 Resolver's DNS firewall: plain data of one account and region."""

import re
import secrets
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

from lab.aws.lifecycle import RefusedError

Data = Mapping[str, Any]
Record = dict[str, Any]
Kept = dict[str, dict[str, Record]]

LIST, GROUP = "FirewallDomainList", "FirewallRuleGroup"
ASSOCIATION = "FirewallRuleGroupAssociation"
RULE, CONFIG = "FirewallRule", "FirewallConfig"

KINDS = {
    LIST: ("rslvr-fdl", "firewall-domain-list"),
    GROUP: ("rslvr-frg", "firewall-rule-group"),
    ASSOCIATION: ("rslvr-frgassoc", "firewall-rule-group-association"),
}
"""Kinds with an ARN: what their ids and the last part of their ARNs start with."""

NAME = re.compile(r"(?![0-9]+$)[a-zA-Z0-9_' -]{1,64}")
SWITCH = {"ENABLED", "DISABLED"}
VALUES = {
    "Action": {"ALLOW", "BLOCK", "ALERT"},
    "BlockOverrideDnsType": {"CNAME"},
    "BlockResponse": {"NODATA", "NXDOMAIN", "OVERRIDE"},
    "FirewallDomainRedirectionAction": {"INSPECT_REDIRECTION_DOMAIN", "TRUST_REDIRECTION_DOMAIN"},
    "FirewallFailOpen": {*SWITCH, "USE_LOCAL_RESOURCE_SETTING"},
    "MutationProtection": SWITCH,
    "Operation": {"ADD", "REMOVE", "REPLACE"},
}
PAGE = 100


class Records:
    """What was made; names that start with `_` are not shown."""

    def __init__(self, kept: Kept, account: str, region: str) -> None:
        self._kept = kept
        self.account = account
        self._region = region

    def of(self, kind: str) -> dict[str, Record]:
        """Return all of a kind."""
        return self._kept.setdefault(kind, {})

    def found(self, kind: str, data: Data) -> Record:
        """Return the one that a request names.

        Raises:
            RefusedError: there is none.
        """
        name = data[f"{kind}Id"]
        record = self.of(kind).get(name)
        if record is None:
            raise absent(kind, name)
        return record

    def with_arn(self, arn: str) -> Record:
        """Return the one with an ARN.

        Raises:
            RefusedError: there is none.
        """
        for kind in KINDS:
            for record in self.of(kind).values():
                if record["Arn"] == arn:
                    return record
        raise absent("resource", arn)

    def retried(self, kind: str, data: Data) -> Record | None:
        """Return what this very request made before: clients try again with the same id."""
        same = (record for record in self.of(kind).values() if record["_asked"] == _asked(data))
        return next(same, None)

    def make(self, kind: str, data: Data, **fields: Any) -> Record:
        """Make one of a kind with what was asked for, complete at once."""
        prefix, resource = KINDS[kind]
        name = new_id(prefix)
        moment = now()
        record = {
            **fields,
            **_asked(data),
            "Id": name,
            "Arn": f"arn:aws:route53resolver:{self._region}:{self.account}:{resource}/{name}",
            "Status": "COMPLETE",
            "CreationTime": moment,
            "ModificationTime": moment,
            "_asked": _asked(data),
            "_tags": {tag["Key"]: tag["Value"] for tag in data.get("Tags") or []},
        }
        self.of(kind)[name] = record
        return record

    def drop(self, kind: str, record: Record) -> Record:
        """Remove one; returns how AWS shows it then."""
        self.of(kind).pop(record["Id"])
        return {**record, "Status": "DELETING"}


def check(data: Data) -> None:
    """Refuse values that no action takes.

    Raises:
        RefusedError: there is one.
    """
    for key, known in VALUES.items():
        if key in data and data[key] not in known:
            raise invalid(f"{key}={data[key]!r} is not one of {', '.join(sorted(known))}")
    if "Name" in data and not NAME.fullmatch(data["Name"]):
        text = "is not 1 to 64 letters, digits, spaces, '-', '_' or quotes, or is a number"
        raise invalid(f"Name={data['Name']!r} {text}")


def page(data: Data, key: str, items: Sequence[Any]) -> Record:
    """Return a page of a list and, if there is more, where the next one starts.

    Raises:
        RefusedError: the request's token is none of these.
    """
    token = data.get("NextToken") or "0"
    if not token.isdecimal():
        raise invalid(f"NextToken={token!r} is not one that was given")
    end = int(token) + (data.get("MaxResults") or PAGE)
    found: Record = {key: items[int(token) : end]}
    if end < len(items):
        found["NextToken"] = str(end)
    return found


def show(record: Data) -> Record:
    """Return what answers show of a record."""
    return {key: value for key, value in record.items() if not key.startswith("_")}


def absent(kind: str, name: str) -> RefusedError:
    """Return the refusal of what is not there."""
    return RefusedError("ResourceNotFoundException", f"There is no {kind} '{name}'.")


def conflict(text: str) -> RefusedError:
    """Return the refusal of what something else stands in the way of."""
    return RefusedError("ConflictException", text)


def invalid(text: str) -> RefusedError:
    """Return the refusal of what cannot be."""
    return RefusedError("ValidationException", text)


def new_id(prefix: str) -> str:
    """Return an id."""
    return f"{prefix}-{secrets.token_hex(8)}"


def now() -> str:
    """Return the time as the service writes it."""
    return datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%S.%fZ")


def _asked(data: Data) -> Record:
    return {key: value for key, value in data.items() if key != "Tags"}
