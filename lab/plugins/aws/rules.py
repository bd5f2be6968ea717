"""Rules of security groups: a program writes several in one, AWS tells each in its own way."""

from collections.abc import Iterable, Iterator, Mapping
from typing import Any, NamedTuple

from lab.plugins.wire import Properties, has_unknown


class Rule(NamedTuple):
    """One protocol, one range of ports, one other side."""

    protocol: str
    from_port: int
    to_port: int
    side: str
    value: str
    description: str


# Where the other side stands: in a program's rule, in AWS's permission, and in an item of that.
_SIDES = (
    ("cidrBlocks", "IpRanges", "CidrIp"),
    ("ipv6CidrBlocks", "Ipv6Ranges", "CidrIpv6"),
    ("prefixListIds", "PrefixListIds", "PrefixListId"),
    ("securityGroups", "UserIdGroupPairs", "GroupId"),
)
_ALL = "-1"


def wanted(rules: Iterable[Properties]) -> set[Rule]:
    """Return the rules of a program, one by one; `self` stays a word."""
    return {rule for given in rules for rule in _each(given)}


def _each(given: Properties) -> Iterator[Rule]:
    protocol = _ALL if given["protocol"] in (_ALL, "all") else str(given["protocol"])
    ports = (0, 0) if protocol == _ALL else (given["fromPort"], given["toPort"])
    text = given.get("description", "")
    for side, _, _ in _SIDES:
        for value in given.get(side) or ():
            yield Rule(protocol, ports[0], ports[1], side, value, text)
    if given.get("self"):
        yield Rule(protocol, ports[0], ports[1], "self", "", text)


def told(permissions: Iterable[Mapping[str, Any]], own_id: str) -> list[Properties]:
    """Return AWS's permissions as a program would write them, each other side on its own."""
    rules = []
    for permission in permissions:
        protocol = permission["IpProtocol"]
        ports = {"fromPort": permission.get("FromPort", 0), "toPort": permission.get("ToPort", 0)}
        if protocol == _ALL:
            ports = {"fromPort": 0, "toPort": 0}
        for side, name, key in _SIDES:
            for item in permission.get(name, ()):
                own = key == "GroupId" and item[key] == own_id
                other = {"self": True} if own else {side: [item[key]]}
                text = {"description": item["Description"]} if item.get("Description") else {}
                rules.append({"protocol": protocol, **ports, **other, **text})
    return sorted(rules, key=str)


def permissions(rules: Iterable[Rule], own_id: str) -> list[dict[str, Any]]:
    """Return rules as AWS takes them."""
    return [permission(rule, own_id) for rule in sorted(rules)]


def permission(rule: Rule, own_id: str = "") -> dict[str, Any]:
    """Return one rule as AWS takes it."""
    side = "securityGroups" if rule.side == "self" else rule.side
    _, name, key = next(known for known in _SIDES if known[0] == side)
    text = {"Description": rule.description} if rule.description else {}
    item = {key: own_id if rule.side == "self" else rule.value, **text}
    ports = {} if rule.protocol == _ALL else {"FromPort": rule.from_port, "ToPort": rule.to_port}
    return {"IpProtocol": rule.protocol, **ports, name: [item]}


def same(actual: Any, other: Any) -> bool:
    """Say whether two lists of rules let the same through."""
    if has_unknown(actual) or has_unknown(other):
        return False
    return wanted(actual or ()) == wanted(other or ())
