"""Stand-in for the `aws` provider: a table of the resource types in use, grouped by service.

A type is added by a row in its service's module (`table.Row` says what a row tells) and by
`python -m lab.plugins.sdk`, which notes what the SDK's class takes. The tests hold each row against
botocore's model of the service and the SDK.
"""

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
