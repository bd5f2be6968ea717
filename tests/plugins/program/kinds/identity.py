"""Who may do what, and what is secret: roles, keys, parameters."""

import json

import pulumi_aws as aws

from .common import config, document, tags, word

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
