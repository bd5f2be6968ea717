"""A network: routes, access lists, groups, endpoints."""

import pulumi_aws as aws

from .common import cidr, config, document, region, tags, word

vpc = aws.ec2.Vpc("net", cidr_block=cidr, enable_dns_hostnames=True, tags=tags)
aws.ec2.DefaultSecurityGroup("net", vpc_id=vpc.id, ingress=[], egress=[], tags=tags)
aws.ec2.DefaultRouteTable(
    "net", default_route_table_id=vpc.default_route_table_id, routes=[], tags=tags
)
aws.ec2.DefaultNetworkAcl(
    "net", default_network_acl_id=vpc.default_network_acl_id, ingress=[], egress=[], tags=tags
)
gateway = aws.ec2.InternetGateway("net", vpc_id=vpc.id, tags=tags)
table = aws.ec2.RouteTable("net", vpc_id=vpc.id, tags=tags)
aws.ec2.Route(
    "net", route_table_id=table.id, destination_cidr_block="0.0.0.0/0", gateway_id=gateway.id
)
subnet = aws.ec2.Subnet(
    "net",
    vpc_id=vpc.id,
    cidr_block=vpc.cidr_block.apply(lambda block: block.replace("/16", "/24")),
    availability_zone=f"{region}a",
    map_public_ip_on_launch=False,
    tags=tags,
)
aws.ec2.RouteTableAssociation("net", subnet_id=subnet.id, route_table_id=table.id)
acl = aws.ec2.NetworkAcl(
    "net",
    vpc_id=vpc.id,
    ingress=[
        {
            "rule_no": 100,
            "action": "allow",
            "protocol": "tcp",
            "cidr_block": "10.0.0.0/8",
            "from_port": 80,
            "to_port": 80,
        }
    ],
    egress=[],
)
if config.get_bool("acl"):
    aws.ec2.NetworkAclAssociation("net", subnet_id=subnet.id, network_acl_id=acl.id)
group = aws.ec2.SecurityGroup(
    "group",
    vpc_id=vpc.id,
    ingress=[
        {
            "protocol": "tcp",
            "from_port": 22,
            "to_port": 23,
            "cidr_blocks": ["10.0.0.0/8", "11.0.0.0/8"],
            "description": "two in one",
        },
        {"protocol": "-1", "from_port": 0, "to_port": 0, "self": True},
    ],
    tags=tags,
)
bare = aws.ec2.SecurityGroup("bare", vpc_id=vpc.id, description="rules of their own")
aws.vpc.SecurityGroupIngressRule(
    "in",
    security_group_id=bare.id,
    ip_protocol="tcp",
    from_port=80,
    to_port=80,
    referenced_security_group_id=group.id,
    description=word,
    tags=tags,
)
aws.vpc.SecurityGroupEgressRule(
    "out", security_group_id=bare.id, ip_protocol="-1", cidr_ipv4="0.0.0.0/0"
)
aws.ec2.VpcEndpoint(
    "s3", vpc_id=vpc.id, service_name=f"com.amazonaws.{region}.s3", route_table_ids=[table.id]
)
aws.ec2.VpcEndpoint(
    "kms",
    vpc_id=vpc.id,
    service_name=f"com.amazonaws.{region}.kms",
    vpc_endpoint_type="Interface",
    subnet_ids=[subnet.id],
    security_group_ids=[bare.id],
    private_dns_enabled=True,
    policy=document({"Effect": "Allow", "Principal": "*", "Action": "kms:*", "Resource": "*"}),
    tags=tags,
)
