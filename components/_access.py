"""What hosts may do and who may reach them: role and security group."""

from collections.abc import Mapping, Sequence

import pulumi_aws as aws
from pulumi import Input, Output, Resource, ResourceOptions

from components._policies import Statement, document, trust_ec2


def credentials(
    name: str,
    statements: Sequence[Statement],
    tags: Mapping[str, str],
    parent: Resource,
    *,
    role_name: str | None = None,
) -> tuple[Output[str], Output[str]]:
    """Make a role; return its name and its instance profile's, known once it can do its work."""
    role = aws.iam.Role(
        f"{name}-role",
        name=role_name,
        assume_role_policy=document(trust_ec2()),
        tags=tags,
        opts=ResourceOptions(parent=parent),
    )
    policy = aws.iam.RolePolicy(
        f"{name}-policy",
        role=role.name,
        policy=document(*statements),
        opts=ResourceOptions(parent=parent),
    )
    profile = aws.iam.InstanceProfile(
        f"{name}-profile",
        role=role.name,
        tags=tags,
        opts=ResourceOptions(parent=parent),
    )
    return role.name, Output.all(profile.name, policy.id).apply(lambda parts: str(parts[0]))


def firewall(
    name: str,
    vpc_id: Input[str],
    ports: Mapping[str, int],
    *,
    balancer: Input[str],
    peers: str,
    tags: Mapping[str, str],
    parent: Resource,
) -> Output[str]:
    """Make a security group: peers, RPC and health from the endpoint, no SSH.

    Returns its id, known once its rules are there.
    """
    group = aws.ec2.SecurityGroup(
        f"{name}-security-group",
        description="Hosts of a node",
        vpc_id=vpc_id,
        tags={**tags, "Name": name},
        opts=ResourceOptions(parent=parent),
    )
    inbound = [
        aws.vpc.SecurityGroupIngressRule(
            f"{name}-{use}-in",
            security_group_id=group.id,
            description=f"{use} from {'peers' if use == 'p2p' else 'the endpoint'}",
            cidr_ipv4=peers if use == "p2p" else None,
            referenced_security_group_id=None if use == "p2p" else balancer,
            ip_protocol="tcp",
            from_port=port,
            to_port=port,
            tags=tags,
            opts=ResourceOptions(parent=parent),
        )
        for use, port in ports.items()
    ]
    outbound = aws.vpc.SecurityGroupEgressRule(
        f"{name}-out",
        security_group_id=group.id,
        description="Peers listen on ports of their own choice",
        cidr_ipv4="0.0.0.0/0",
        ip_protocol="tcp",
        from_port=0,
        to_port=65_535,
        tags=tags,
        opts=ResourceOptions(parent=parent),
    )
    rules = [rule.id for rule in (*inbound, outbound)]
    return Output.all(group.id, *rules).apply(lambda ids: str(ids[0]))
