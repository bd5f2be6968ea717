"""Stand-in for the `aws` provider: a table of the resource types in use, grouped by service."""

from lab.plugins.aws import (
    dns_firewall,
    ebs,
    ec2_acl,
    ec2_instance,
    ec2_network,
    ec2_routes,
    ec2_security,
    ecr,
    elb,
    iam,
    s3,
    s3_settings,
    secrets,
    ssm,
)
from lab.plugins.aws.kind import AwsKind

_GROUPS = (
    dns_firewall,
    ebs,
    ec2_acl,
    ec2_instance,
    ec2_network,
    ec2_routes,
    ec2_security,
    ecr,
    elb,
    iam,
    s3,
    s3_settings,
    secrets,
    ssm,
)

KINDS: dict[str, AwsKind] = {kind.typ: kind for group in _GROUPS for kind in group.KINDS}
