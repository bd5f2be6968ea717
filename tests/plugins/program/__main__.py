"""Every kind of resource the stand-ins do, as the tests need it: one of each, small."""

import base64
import json

import pulumi
import pulumi_aws as aws
import pulumi_command as command

config = pulumi.Config()
cidr = config.get("cidr") or "10.77.0.0/16"
size = config.get_int("size") or 1
word = config.get("word") or "one"
tags = {"test": "stand-ins", "word": word}
region = "eu-central-1"


def document(*statements: dict[str, object]) -> str:
    """Return an IAM policy."""
    return json.dumps({"Version": "2012-10-17", "Statement": list(statements)})


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

bucket = aws.s3.Bucket("bucket", force_destroy=True, tags=tags)
aws.s3.BucketPublicAccessBlock("bucket", bucket=bucket.id, block_public_acls=True)
aws.s3.BucketOwnershipControls(
    "bucket", bucket=bucket.id, rule={"object_ownership": "BucketOwnerEnforced"}
)
aws.s3.BucketServerSideEncryptionConfiguration(
    "bucket",
    bucket=bucket.id,
    rules=[{"apply_server_side_encryption_by_default": {"sse_algorithm": "AES256"}}],
)
aws.s3.BucketPolicy(
    "bucket",
    bucket=bucket.id,
    policy=bucket.arn.apply(
        lambda arn: document(
            {"Effect": "Deny", "Principal": "*", "Action": ["s3:*"], "Resource": [arn]}
        )
    ),
)
versioning = aws.s3.BucketVersioning(
    "bucket", bucket=bucket.id, versioning_configuration={"status": "Enabled"}
)
aws.s3.BucketLifecycleConfiguration(
    "bucket",
    bucket=bucket.id,
    rules=[
        {
            "id": "old",
            "status": "Enabled",
            "filter": {"prefix": ""},
            "expiration": {"days": 9},
            "noncurrent_version_expiration": {"noncurrent_days": 3},
        }
    ],
)
aws.s3.BucketObjectv2(
    "object",
    bucket=bucket.id,
    key="a/b.txt",
    content=word,
    tags=tags,
    opts=pulumi.ResourceOptions(depends_on=[versioning]),
)
aws.s3.BucketObjectv2(
    "encoded",
    bucket=bucket.id,
    key="a/c",
    content_base64=base64.b64encode(b"\0\1").decode(),
    content_type="application/gzip",
)
aws.s3.BucketObjectv2(
    "file", bucket=bucket.id, key="a/d", source=pulumi.FileAsset("file.txt"), metadata={"a": "b"}
)
aws.ec2.FlowLog(
    "net",
    vpc_id=vpc.id,
    traffic_type="REJECT",
    log_destination_type="s3",
    log_destination=bucket.arn,
)

role = aws.iam.Role(
    "role",
    assume_role_policy=document(
        {
            "Effect": "Allow",
            "Principal": {"Service": "ec2.amazonaws.com"},
            "Action": "sts:AssumeRole",
        }
    ),
    description=word,
    tags=tags,
)
aws.iam.RolePolicy(
    "policy",
    role=role.name,
    policy=document({"Effect": "Allow", "Action": ["s3:Get*"], "Resource": "*", "Sid": word}),
)
aws.iam.RolePolicyAttachment(
    "attached",
    role=role.name,
    policy_arn="arn:aws:iam::aws:policy/AmazonSSMManagedInstanceCore",
)
profile = aws.iam.InstanceProfile("profile", role=role.name, tags=tags)

key = aws.kms.Key(
    "key",
    description="of the test",
    enable_key_rotation=True,
    deletion_window_in_days=7,
    policy=document(
        {
            "Effect": "Allow",
            "Principal": {"AWS": "arn:aws:iam::000000000000:root"},
            "Action": "kms:*",
            "Resource": "*",
        }
    ),
    tags=tags,
)
aws.kms.Alias("key", name="alias/stand-ins", target_key_id=key.key_id)
aws.secretsmanager.Secret(
    "secret", name_prefix="stand-ins/", description=word, recovery_window_in_days=0, tags=tags
)
aws.ssm.Parameter("open", type="String", value=word, tier="Intelligent-Tiering", tags=tags)
aws.ssm.Parameter(
    "closed", name="/stand-ins/closed", type="SecureString", value=config.require_secret("secret")
)
aws.ssm.Document(
    "document",
    document_type="Command",
    content=json.dumps(
        {
            "schemaVersion": "2.2",
            "description": word,
            "mainSteps": [
                {
                    "action": "aws:runShellScript",
                    "name": "run",
                    "inputs": {"runCommand": ["true"]},
                }
            ],
        }
    ),
)
aws.ebs.Volume(
    "disk",
    availability_zone=f"{region}a",
    size=size,
    type="gp3",
    iops=3000,
    throughput=125,
    encrypted=True,
    tags=tags,
)

repository = aws.ecr.Repository(
    "images",
    name="stand-ins/images",
    force_delete=True,
    image_scanning_configuration={"scan_on_push": True},
    image_tag_mutability="IMMUTABLE",
    tags=tags,
)
aws.ecr.LifecyclePolicy(
    "images",
    repository=repository.name,
    policy=json.dumps(
        {
            "rules": [
                {
                    "rulePriority": 1,
                    "selection": {
                        "tagStatus": "untagged",
                        "countType": "sinceImagePushed",
                        "countUnit": "days",
                        "countNumber": 14,
                    },
                    "action": {"type": "expire"},
                }
            ]
        }
    ),
)

balancer = aws.lb.LoadBalancer(
    "balancer",
    internal=True,
    load_balancer_type="network",
    security_groups=[bare.id],
    subnets=[subnet.id],
    enable_cross_zone_load_balancing=True,
    tags=tags,
)
targets = aws.lb.TargetGroup(
    "targets",
    vpc_id=vpc.id,
    port=8332,
    protocol="TCP",
    preserve_client_ip="false",
    connection_termination=False,
    deregistration_delay=60,
    target_health_states=[
        {"enable_unhealthy_connection_termination": False, "unhealthy_draining_interval": 60}
    ],
    health_check={"protocol": "HTTP", "port": "9150", "path": f"/{word}", "matcher": "200"},
    tags=tags,
)
aws.lb.Listener(
    "listener",
    load_balancer_arn=balancer.arn,
    port=8332,
    protocol="TCP",
    default_actions=[{"type": "forward", "target_group_arn": targets.arn}],
    tags=tags,
)

rules = aws.route53.ResolverFirewallRuleGroup("rules", name="rules", tags=tags)
listed = aws.route53.ResolverFirewallDomainList("listed", name="listed", domains=["*"], tags=tags)
aws.route53.ResolverFirewallRule(
    "rule",
    name="rule",
    priority=100,
    firewall_rule_group_id=rules.id,
    firewall_domain_list_id=listed.id,
    action="BLOCK",
    block_response="NXDOMAIN",
)
aws.route53.ResolverFirewallRuleGroupAssociation(
    "rules",
    name="rules",
    firewall_rule_group_id=rules.id,
    vpc_id=vpc.id,
    priority=101,
    mutation_protection="DISABLED",
    tags=tags,
)
aws.route53.ResolverFirewallConfig("rules", resource_id=vpc.id, firewall_fail_open="DISABLED")

if config.get("ami"):
    aws.ec2.Instance(
        "host",
        ami=config.require("ami"),
        instance_type="t3.micro",
        subnet_id=subnet.id,
        vpc_security_group_ids=[bare.id],
        iam_instance_profile=profile.name,
        associate_public_ip_address=False,
        user_data="#!/bin/sh\necho hello\n",
        enclave_options={"enabled": False},
        maintenance_options={"auto_recovery": "default"},
        metadata_options={"http_tokens": "required", "http_put_response_hop_limit": 1},
        root_block_device={"volume_type": "gp3", "volume_size": 8, "encrypted": True, "tags": tags},
        tags=tags,
        opts=pulumi.ResourceOptions(ignore_changes=["ami", "userData"]),
    )

said = command.local.Command(
    "said",
    create=f"echo {word}; echo aside >&2",
    update='echo "$PULUMI_COMMAND_STDOUT then $WORD"',
    delete="cat > gone.txt",
    stdin=word,
    environment={"WORD": word},
    triggers=[cidr],
)
pulumi.export("account", aws.get_caller_identity().account_id)
pulumi.export("repository", repository.repository_url)
pulumi.export("said", said.stdout)
pulumi.export("vpc", vpc.id)
pulumi.export("zones", aws.get_availability_zones().names)
