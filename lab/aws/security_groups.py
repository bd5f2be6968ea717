"""Security group rules that speak of a prefix list, which MiniStack forgets to say."""

from ministack.services import ec2

from lab.aws.store import Record


def install() -> None:
    """Take over from MiniStack."""
    rule_xml = ec2._sg_rule_xml

    def rule_with_prefix_list(group: str, rule: Record, is_egress: bool = False) -> str:  # noqa: FBT001, FBT002
        shown: str = rule_xml(group, rule, is_egress=is_egress)
        for prefix in rule.get("PrefixListIds", []):
            entry = f"</toPort><prefixListId>{prefix['PrefixListId']}</prefixListId>"
            shown = shown.replace("</toPort>", entry, 1)
        return shown

    ec2._sg_rule_xml = rule_with_prefix_list
