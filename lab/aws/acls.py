"""Network ACLs: every subnet has exactly one, the default until it is given another."""

from ministack.services import ec2

from lab.aws import store
from lab.aws.lifecycle import RefusedError
from lab.aws.markup import Value, tag_set
from lab.aws.settings import ACCOUNT
from lab.aws.store import Answer, Params, Record


def install() -> None:
    """Take over from MiniStack, whose subnets have none."""
    create_subnet = ec2._create_subnet

    def create_subnet_with_acl(params: Params) -> Answer:
        answer: Answer = create_subnet(params)
        subnet = store.named(answer, "subnetId")
        associate(subnet, _default(ec2._subnets[subnet]["VpcId"]))
        return answer

    ec2._ACTION_MAP["CreateSubnet"] = create_subnet_with_acl
    store.install(
        {
            "CreateNetworkAclEntry": _with_ports(ec2._create_network_acl_entry),
            "DeleteNetworkAcl": delete,
            "DescribeNetworkAcls": describe,
            "ReplaceNetworkAclAssociation": replace_association,
            "ReplaceNetworkAclEntry": _with_ports(ec2._replace_network_acl_entry),
        }
    )


def associate(subnet: str, acl: Record) -> str:
    """Put a subnet under an ACL, and so out of the one it was under."""
    for other in ec2._network_acls.values():
        other["Associations"] = [a for a in other["Associations"] if a["SubnetId"] != subnet]
    name = f"aclassoc-{ec2._new_subnet_id().partition('-')[2]}"
    acl["Associations"].append({"NetworkAclAssociationId": name, "SubnetId": subnet})
    return name


def forget(subnet: str) -> None:
    """A subnet is gone, and its association with it."""
    for acl in ec2._network_acls.values():
        acl["Associations"] = [a for a in acl["Associations"] if a["SubnetId"] != subnet]


def describe(params: Params) -> Answer:
    """DescribeNetworkAcls."""
    asked = store.members(params, "NetworkAclId")
    for name in asked:
        _found(name)
    filters = ec2._parse_filters(params)
    shown = [
        _show(acl)
        for acl in ec2._network_acls.values()
        if (not asked or acl["NetworkAclId"] in asked) and _matches(acl, filters)
    ]
    return store.answer("DescribeNetworkAcls", {"networkAclSet": shown})


def replace_association(params: Params) -> Answer:
    """ReplaceNetworkAclAssociation: the subnet goes along."""
    acl = _found(store.text(params, "NetworkAclId"))
    old = store.text(params, "AssociationId")
    for other in ec2._network_acls.values():
        for association in other["Associations"]:
            if association["NetworkAclAssociationId"] == old:
                new = associate(association["SubnetId"], acl)
                return store.answer("ReplaceNetworkAclAssociation", {"newAssociationId": new})
    text = f"The association ID '{old}' does not exist"
    raise RefusedError("InvalidAssociationID.NotFound", text)


def delete(params: Params) -> Answer:
    """DeleteNetworkAcl: neither a default one nor one in use."""
    acl = _found(store.text(params, "NetworkAclId"))
    name = acl["NetworkAclId"]
    if acl["IsDefault"]:
        raise RefusedError("InvalidParameterValue", f"cannot delete default network ACL {name}")
    if acl["Associations"]:
        text = f"The network acl '{name}' has dependencies and cannot be deleted."
        raise RefusedError("DependencyViolation", text)
    ec2._network_acls.pop(name)
    ec2._tags.pop(name, None)
    return store.answer("DeleteNetworkAcl", {"return": True})


def _with_ports(handler: store.Handler) -> store.Handler:
    """Keep an entry's ports, and refuse a number that is taken."""

    def handle(params: Params) -> Answer:
        acl = _found(store.text(params, "NetworkAclId"))
        number = int(store.text(params, "RuleNumber", "100"))
        egress = store.flag(params, "Egress")
        key = (number, egress)
        taken = [e for e in acl["Entries"] if (e["RuleNumber"], e["Egress"]) == key]
        if taken and store.text(params, "Action").startswith("Create"):
            text = f"The network acl entry identified by {number} already exists."
            raise RefusedError("NetworkAclEntryAlreadyExists", text)
        answer = handler(params)
        for entry in acl["Entries"]:
            if (entry["RuleNumber"], entry["Egress"]) == key and "PortRange.From" in params:
                entry["Ports"] = [
                    int(store.text(params, f"PortRange.{end}")) for end in ("From", "To")
                ]
        return answer

    return handle


def _default(vpc: str) -> Record:
    acls = ec2._network_acls.values()
    found: Record = next(a for a in acls if a["VpcId"] == vpc and a["IsDefault"])
    return found


def _found(name: str) -> Record:
    acl: Record | None = ec2._network_acls.get(name)
    if acl is None:
        text = f"The networkAcl ID '{name}' does not exist"
        raise RefusedError("InvalidNetworkAclID.NotFound", text)
    return acl


def _matches(acl: Record, filters: dict[str, list[str]]) -> bool:
    values = {
        "association.association-id": [a["NetworkAclAssociationId"] for a in acl["Associations"]],
        "association.network-acl-id": [acl["NetworkAclId"]],
        "association.subnet-id": [a["SubnetId"] for a in acl["Associations"]],
        "default": [str(acl["IsDefault"]).lower()],
        "network-acl-id": [acl["NetworkAclId"]],
        "vpc-id": [acl["VpcId"]],
    }
    by_tags: bool = ec2._resource_matches_tag_filters(acl["NetworkAclId"], filters)
    return by_tags and all(
        not filters.get(name) or set(found) & set(filters[name]) for name, found in values.items()
    )


def _show(acl: Record) -> Value:
    return {
        "networkAclId": acl["NetworkAclId"],
        "vpcId": acl["VpcId"],
        "default": acl["IsDefault"],
        "entrySet": [_show_entry(entry) for entry in acl["Entries"]],
        "associationSet": [
            {
                "networkAclAssociationId": a["NetworkAclAssociationId"],
                "networkAclId": acl["NetworkAclId"],
                "subnetId": a["SubnetId"],
            }
            for a in acl["Associations"]
        ],
        "tagSet": tag_set(store.tags(acl["NetworkAclId"])),
        "ownerId": ACCOUNT,
    }


def _show_entry(entry: Record) -> Value:
    ports = entry.get("Ports")
    return {
        "ruleNumber": entry["RuleNumber"],
        "protocol": entry["Protocol"],
        "ruleAction": entry["RuleAction"],
        "egress": entry["Egress"],
        "cidrBlock": entry.get("CidrBlock"),
        "ipv6CidrBlock": entry.get("Ipv6CidrBlock"),
        "portRange": {"from": ports[0], "to": ports[1]} if ports else None,
    }
