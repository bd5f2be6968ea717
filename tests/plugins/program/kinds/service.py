"""What runs: images, a load balancer, a DNS firewall, a host."""

import json

import pulumi
import pulumi_aws as aws

from .common import config, tags, word
from .identity import profile
from .network import bare, subnet, vpc

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
