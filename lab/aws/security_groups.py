"""Security group rules that speak of a prefix list, which MiniStack neither hears nor says."""

from typing import Any

from ministack.services import ec2

from lab.aws import store
from lab.aws.store import Params, Record


def install() -> None:
    """Take over from MiniStack."""
    parse, rule_xml = ec2._parse_ip_permissions, ec2._sg_rule_xml

    def parse_with_prefix_lists(params: Params, key: str) -> list[Record]:
        rules: list[Record] = parse(params, key)
        for (_, fields), rule in zip(store.numbered(params, key), rules, strict=False):
            for _, entry in store.numbered(fields, "PrefixListIds"):
                found: dict[str, Any] = {"PrefixListId": store.text(entry, "PrefixListId")}
                if "Description" in entry:
                    found["Description"] = store.text(entry, "Description")
                rule["PrefixListIds"].append(found)
        return rules

    def show_with_prefix_list(group: str, rule: Record, is_egress: bool = False) -> str:  # noqa: FBT001, FBT002 - MiniStack's call
        shown: str = rule_xml(group, rule, is_egress=is_egress)
        for prefix in rule.get("PrefixListIds", []):
            entry = f"</toPort><prefixListId>{prefix['PrefixListId']}</prefixListId>"
            shown = shown.replace("</toPort>", entry, 1)
        return shown

    ec2._parse_ip_permissions = parse_with_prefix_lists
    ec2._sg_rule_xml = show_with_prefix_list
