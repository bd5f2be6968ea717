"""What closes the vault: everything AWS makes with a VPC is emptied, two groups know each other."""

import pulumi_aws as aws
from pulumi import CustomResource, Input, Output, Resource, ResourceOptions


def empty(
    name: str,
    vpc: "aws.ec2.Vpc",  # in quotes: `aws.ec2` takes a second, which an import need not
    subnet_id: Input[str],
    tags: dict[str, str],
    parent: Resource,
) -> list[CustomResource]:
    """Take all rules and routes out of what AWS makes with a VPC, and of what is used."""
    table = aws.ec2.RouteTable(
        f"{name}-routes",
        vpc_id=vpc.id,
        routes=[],
        propagating_vgws=[],
        tags=tags,
        opts=ResourceOptions(parent=parent),
    )
    acl = aws.ec2.NetworkAcl(
        f"{name}-acl",
        vpc_id=vpc.id,
        ingress=[],
        egress=[],
        tags=tags,
        opts=ResourceOptions(parent=parent),
    )
    return [
        aws.ec2.RouteTableAssociation(
            f"{name}-routes-association",
            subnet_id=subnet_id,
            route_table_id=table.id,
            opts=ResourceOptions(parent=parent),
        ),
        aws.ec2.NetworkAclAssociation(
            f"{name}-acl-association",
            subnet_id=subnet_id,
            network_acl_id=acl.id,
            opts=ResourceOptions(parent=parent),
        ),
        aws.ec2.DefaultRouteTable(
            f"{name}-default-routes",
            default_route_table_id=vpc.default_route_table_id,
            routes=[],
            propagating_vgws=[],
            tags=tags,
            opts=ResourceOptions(parent=parent),
        ),
        aws.ec2.DefaultNetworkAcl(
            f"{name}-default-acl",
            default_network_acl_id=vpc.default_network_acl_id,
            ingress=[],
            egress=[],
            tags=tags,
            # Subnets without an ACL of their own fall to this one by themselves.
            opts=ResourceOptions(parent=parent, ignore_changes=["subnetIds"]),
        ),
        aws.ec2.DefaultSecurityGroup(
            f"{name}-default-security-group",
            vpc_id=vpc.id,
            ingress=[],
            egress=[],
            tags=tags,
            opts=ResourceOptions(parent=parent),
        ),
    ]


def security_groups(
    name: str, vpc_id: Input[str], tags: dict[str, str], parent: Resource
) -> tuple[Output[str], Output[str], CustomResource]:
    """Let the host call the endpoints, the endpoints be called by it, and nothing else."""
    endpoints = aws.ec2.SecurityGroup(
        f"{name}-endpoints",
        description="Endpoints of the vault: called by the signer's host only",
        vpc_id=vpc_id,
        egress=[],
        tags={**tags, "Name": f"{name}-endpoints"},
        opts=ResourceOptions(parent=parent),
    )
    host = aws.ec2.SecurityGroup(
        f"{name}-host",
        description="Signer's host: calls the endpoints, is called by nobody",
        vpc_id=vpc_id,
        ingress=[],
        egress=[
            {
                "description": "S3 and KMS",
                "protocol": "tcp",
                "from_port": 443,
                "to_port": 443,
                "security_groups": [endpoints.id],
            }
        ],
        tags={**tags, "Name": f"{name}-host"},
        opts=ResourceOptions(parent=parent),
    )
    rule = aws.vpc.SecurityGroupIngressRule(
        f"{name}-endpoints-in",
        security_group_id=endpoints.id,
        description="From the signer's host",
        referenced_security_group_id=host.id,
        ip_protocol="tcp",
        from_port=443,
        to_port=443,
        tags=tags,
        opts=ResourceOptions(parent=parent),
    )
    return host.id, endpoints.id, rule
