"""What the signer's role may do, and what its network, bucket and key let through.

The same few statements stand in the role, in the endpoints and (as refusals) in the bucket and
the key, so that any one of them can fail without opening the vault.
"""

from components._policies import Statement

READ = ("image", "inbox", "policy", "seed", "audit")
WRITE = ("signed", "audit", "probe")
WRITE_AT_CREATION = ("seed", "descriptor")
LIST = ("inbox/*", "policy/*", "seed/*", "audit/*")


def courier(bucket: str, *, create_seed: bool) -> list[Statement]:
    """Move drafts in and signatures out; the seed can be written only while it is being made."""
    arn = f"arn:aws:s3:::{bucket}"
    written = (*WRITE, *WRITE_AT_CREATION) if create_seed else WRITE
    return [
        {
            "Sid": "Read",
            "Effect": "Allow",
            "Action": ["s3:GetObject", "s3:GetObjectVersion"],
            "Resource": [f"{arn}/{prefix}/*" for prefix in READ],
        },
        {
            "Sid": "Write",
            "Effect": "Allow",
            "Action": "s3:PutObject",
            "Resource": [f"{arn}/{prefix}/*" for prefix in written],
        },
        {
            # Without it a missing key answers 403, and "denied" must never be read as "absent".
            "Sid": "List",
            "Effect": "Allow",
            "Action": ["s3:ListBucket", "s3:ListBucketVersions"],
            "Resource": arn,
            "Condition": {"StringLike": {"s3:prefix": list(LIST)}},
        },
    ]


def seed(
    region: str, account_id: str, alias: str, stack: str, *, create_seed: bool
) -> list[Statement]:
    """Unwrap the seed, and wrap it only while it is being made; the key's id is not known yet."""
    return [
        {
            "Sid": "Seed",
            "Effect": "Allow",
            "Action": ["kms:Decrypt", "kms:Encrypt"] if create_seed else ["kms:Decrypt"],
            "Resource": f"arn:aws:kms:{region}:{account_id}:key/*",
            "Condition": {
                "ForAnyValue:StringEquals": {"kms:ResourceAliases": alias},
                "StringEquals": {"kms:EncryptionContext:stack": stack},
            },
        }
    ]


def through_endpoint(
    statements: list[Statement], account_id: str, role_name: str
) -> list[Statement]:
    """Return what an endpoint lets through: these statements, this role, this account only."""
    return [
        {
            **statement,
            "Principal": "*",
            "Condition": {
                **statement.get("Condition", {}),
                "StringEquals": {
                    **statement.get("Condition", {}).get("StringEquals", {}),
                    "aws:PrincipalAccount": account_id,
                    "aws:ResourceAccount": account_id,
                },
                "ArnEquals": {"aws:PrincipalArn": role_arn(account_id, role_name)},
            },
        }
        for statement in statements
    ]


def role_arn(account_id: str, role_name: str) -> str:
    """Return the ARN a role will have."""
    return f"arn:aws:iam::{account_id}:role/{role_name}"


def only_from_its_instance() -> list[Statement]:
    """Refuse the role's credentials anywhere but on the instance they were issued to."""
    outside = {
        "VpcOnly": {"aws:EC2InstanceSourceVPC": "${aws:SourceVpc}"},
        "AddressOnly": {"aws:EC2InstanceSourcePrivateIPv4": "${aws:VpcSourceIp}"},
    }
    return [
        {
            "Sid": sid,
            "Effect": "Deny",
            "Action": "*",
            "Resource": "*",
            "Condition": {
                "StringNotEquals": condition,
                # S3 calls KMS on the caller's behalf, from no VPC.
                "BoolIfExists": {"aws:ViaAWSService": "false"},
            },
        }
        for sid, condition in outside.items()
    ]


def signer_only_from_its_vpc(
    account_id: str, role_name: str, action: str, resources: list[str]
) -> Statement:
    """Refuse the role, on the resource's side too, when a call comes from outside its VPC."""
    return {
        "Sid": "SignerFromItsVpc",
        "Effect": "Deny",
        "Principal": "*",
        "Action": action,
        "Resource": resources,
        "Condition": {
            "ArnEquals": {"aws:PrincipalArn": role_arn(account_id, role_name)},
            "StringNotEquals": {"aws:EC2InstanceSourceVPC": "${aws:SourceVpc}"},
            "BoolIfExists": {"aws:ViaAWSService": "false"},
        },
    }


def administer_key(account_id: str) -> Statement:
    """Let the account keep the key in order: no action of this statement encrypts or decrypts."""
    return {
        "Sid": "Administer",
        "Effect": "Allow",
        "Principal": {"AWS": f"arn:aws:iam::{account_id}:root"},
        "Action": [
            "kms:CancelKeyDeletion",
            "kms:CreateAlias",
            "kms:DeleteAlias",
            "kms:DescribeKey",
            "kms:DisableKey",
            "kms:EnableKey",
            "kms:EnableKeyRotation",
            "kms:GetKeyPolicy",
            "kms:GetKeyRotationStatus",
            "kms:ListResourceTags",
            "kms:PutKeyPolicy",
            "kms:ScheduleKeyDeletion",
            "kms:TagResource",
            "kms:UntagResource",
            "kms:UpdateAlias",
            "kms:UpdateKeyDescription",
        ],
        "Resource": "*",
    }


def use_key(account_id: str, role_name: str, stack: str, *, create_seed: bool) -> Statement:
    """Let the signer's role use the key, by its name: a role made anew is the same to the key."""
    return {
        "Sid": "Signer",
        "Effect": "Allow",
        "Principal": {"AWS": f"arn:aws:iam::{account_id}:root"},
        "Action": ["kms:Decrypt", "kms:Encrypt"] if create_seed else ["kms:Decrypt"],
        "Resource": "*",
        "Condition": {
            "ArnEquals": {"aws:PrincipalArn": role_arn(account_id, role_name)},
            "StringEquals": {"kms:EncryptionContext:stack": stack},
        },
    }


def no_grants() -> Statement:
    """Refuse grants: they would hand on the key past its policy."""
    return {
        "Sid": "NoGrants",
        "Effect": "Deny",
        "Principal": "*",
        "Action": "kms:CreateGrant",
        "Resource": "*",
    }
