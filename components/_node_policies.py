"""What a node's hosts may do, statement by statement."""

from components._policies import Statement


def read_own_state() -> Statement:
    """Tell who has the volume and where this host stands; EC2 cannot narrow these reads."""
    return {
        "Sid": "Describe",
        "Effect": "Allow",
        "Action": [
            "ec2:DescribeInstances",
            "ec2:DescribeVolumes",
            "elasticloadbalancing:DescribeTargetHealth",
        ],
        "Resource": "*",
    }


def attach_to_itself(region: str, account_id: str) -> Statement:
    """Attach volumes to the calling instance, never to another."""
    instances = f"arn:aws:ec2:{region}:{account_id}:instance"
    return {
        "Sid": "OwnInstance",
        "Effect": "Allow",
        "Action": ["ec2:AttachVolume", "ec2:DetachVolume"],
        "Resource": f"{instances}/*",
        "Condition": {
            "ArnEquals": {"ec2:SourceInstanceARN": f"{instances}/${{ec2:InstanceID}}"},
        },
    }


def attach_own_volume(region: str, account_id: str, stack: str, node: str) -> Statement:
    """Attach and detach the node's volume, found by its tags: its id is not known at preview."""
    return {
        "Sid": "OwnVolume",
        "Effect": "Allow",
        "Action": ["ec2:AttachVolume", "ec2:DetachVolume"],
        "Resource": f"arn:aws:ec2:{region}:{account_id}:volume/*",
        "Condition": {
            "StringEquals": {
                "aws:ResourceTag/nodekeep:stack": stack,
                "aws:ResourceTag/nodekeep:node": node,
            },
            "Null": {"aws:ResourceTag/nodekeep:host": "true"},  # that is a host's root volume
        },
    }


def read_parameters(region: str, account_id: str, path: str) -> Statement:
    """Read the node's manifests and no other parameter of the account."""
    return {
        "Sid": "Manifests",
        "Effect": "Allow",
        "Action": ["ssm:GetParameter", "ssm:GetParameters"],
        "Resource": f"arn:aws:ssm:{region}:{account_id}:parameter{path}/*",
    }


def read_hostfiles(account_id: str, bucket: str) -> Statement:
    """Fetch hostfiles, and only from a bucket of this account."""
    return {
        "Sid": "Hostfiles",
        "Effect": "Allow",
        "Action": "s3:GetObject",
        "Resource": f"arn:aws:s3:::{bucket}/hostfiles/*",
        "Condition": {"StringEquals": {"aws:ResourceAccount": account_id}},
    }


def log_in_to_registry() -> Statement:
    """Get a registry login; this action knows no resource."""
    return {
        "Sid": "RegistryLogin",
        "Effect": "Allow",
        "Action": "ecr:GetAuthorizationToken",
        "Resource": "*",
    }


def pull_image(region: str, account_id: str, repository: str) -> Statement:
    """Pull from the stack's repository only."""
    return {
        "Sid": "Pull",
        "Effect": "Allow",
        "Action": [
            "ecr:BatchCheckLayerAvailability",
            "ecr:BatchGetImage",
            "ecr:GetDownloadUrlForLayer",
        ],
        "Resource": f"arn:aws:ecr:{region}:{account_id}:repository/{repository}",
    }


def keep_rpc_secrets(region: str, account_id: str, stack: str) -> Statement:
    """Read the stack's RPC secrets, and fill them: the first host does, once."""
    secrets = f"arn:aws:secretsmanager:{region}:{account_id}:secret"
    return {
        "Sid": "RpcSecrets",
        "Effect": "Allow",
        "Action": ["secretsmanager:GetSecretValue", "secretsmanager:PutSecretValue"],
        "Resource": f"{secrets}:nodekeep/{stack}/rpc/*",
    }


def join_target_groups(region: str, account_id: str, stack: str) -> Statement:
    """Register with the stack's target groups, found by tag."""
    groups = f"arn:aws:elasticloadbalancing:{region}:{account_id}:targetgroup"
    return {
        "Sid": "TargetGroups",
        "Effect": "Allow",
        "Action": [
            "elasticloadbalancing:DeregisterTargets",
            "elasticloadbalancing:RegisterTargets",
        ],
        "Resource": f"{groups}/*/*",
        "Condition": {"StringEquals": {"aws:ResourceTag/nodekeep:stack": stack}},
    }


def serve_session_manager() -> Statement:
    """Run the SSM agent: AmazonSSMManagedInstanceCore less `ssm:GetParameter` on everything.

    The managed policy lets a host read every parameter of the account, secure strings under
    the account's own SSM key included.
    """
    return {
        "Sid": "SessionManager",
        "Effect": "Allow",
        "Action": [
            "ec2messages:AcknowledgeMessage",
            "ec2messages:DeleteMessage",
            "ec2messages:FailMessage",
            "ec2messages:GetEndpoint",
            "ec2messages:GetMessages",
            "ec2messages:SendReply",
            "ssm:DescribeAssociation",
            "ssm:DescribeDocument",
            "ssm:GetDocument",
            "ssm:GetManifest",
            "ssm:ListAssociations",
            "ssm:ListInstanceAssociations",
            "ssm:PutComplianceItems",
            "ssm:PutConfigurePackageResult",
            "ssm:PutInventory",
            "ssm:UpdateAssociationStatus",
            "ssm:UpdateInstanceAssociationStatus",
            "ssm:UpdateInstanceInformation",
            "ssmmessages:CreateControlChannel",
            "ssmmessages:CreateDataChannel",
            "ssmmessages:OpenControlChannel",
            "ssmmessages:OpenDataChannel",
        ],
        "Resource": "*",
    }
