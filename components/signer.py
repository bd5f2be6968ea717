"""The signer's host, the bucket it is reached through, and the key that wraps its seed."""

from typing import NotRequired, TypedDict

import pulumi_aws as aws
from pulumi import ComponentResource, Input, Output, ResourceOptions

from components import _vault_policies as may
from components._access import credentials
from components._bootstrap import signer_user_data
from components._bucket_policies import write_once
from components._policies import Statement, document
from components.closed_bucket import ClosedBucket
from components.host import Host


class SignerArgs(TypedDict):
    """Inputs of `Signer`."""

    stack: str
    """Name of the stack: the encryption context of the seed."""
    region: str
    """AWS region."""
    account_id: str
    """AWS account, 12 digits."""
    subnet_id: Input[str]
    """Subnet of a `VaultNetwork`: known only once the vault is closed."""
    security_group_id: Input[str]
    """Security group of the same network."""
    ami_id: Input[str]
    """Amazon Linux 2023, standard, for x86."""
    instance_type: str
    """EC2 type with x86, such as ``t3.small``: the signing library has no other build."""
    courier_bucket: str
    """Globally unique name of the bucket drafts and signatures pass through; no dots."""
    key_alias: str
    """Alias of the seed's key, ``alias/...``."""
    role_name: str
    """Name of the host's role, at most 64 characters."""
    create_seed: NotRequired[bool]
    """Let a seed be made, once; false when absent."""
    keep: NotRequired[bool]
    """Protect bucket and key, and let neither be emptied or deleted at once; true when absent."""
    tags: NotRequired[dict[str, str]]
    """Tags of every resource."""


class Signer(ComponentResource):
    """A host nothing can reach: no shell, no key pair, no address; a bucket is its only mouth.

    Its role has one inline policy. Bucket and key refuse the role, too, from anywhere else.
    """

    instance_id: Output[str]
    """Id of the instance."""
    courier_bucket: Output[str]
    """Name of the courier bucket."""
    key_arn: Output[str]
    """ARN of the key that wraps the seed."""

    def __init__(self, name: str, args: SignerArgs, opts: ResourceOptions | None = None) -> None:
        user_data = signer_user_data(_identity(args))
        super().__init__("nodekeep:index:Signer", name, {}, opts)
        tags = args.get("tags", {})
        keep = args.get("keep", True)
        bucket = ClosedBucket(
            f"{name}-courier",
            {
                "bucket_name": args["courier_bucket"],
                "statements": _bucket_statements(args),
                "force_destroy": not keep,
                "tags": tags,
            },
            opts=ResourceOptions(parent=self, protect=keep),
        )
        key = aws.kms.Key(
            f"{name}-seed",
            description=f"Wraps the seed of {args['stack']}",
            deletion_window_in_days=30 if keep else 7,
            enable_key_rotation=True,
            policy=document(*_key_statements(args)),
            tags=tags,
            opts=ResourceOptions(parent=self, protect=keep),
        )
        alias = aws.kms.Alias(
            f"{name}-seed-alias",
            name=args["key_alias"],
            target_key_id=key.key_id,
            opts=ResourceOptions(parent=self, protect=keep),
        )
        # The role has the name that endpoints, bucket and key know.
        _, profile = credentials(
            name, _role_statements(args), tags, self, role_name=args["role_name"]
        )
        host = Host(
            f"{name}-host",
            {
                "ami_id": args["ami_id"],
                "instance_type": args["instance_type"],
                "subnet_id": args["subnet_id"],
                "security_group_ids": [args["security_group_id"]],
                "instance_profile": profile,
                "user_data": user_data,
                "replace_on_user_data": True,  # nobody can log in to change what a host was told
                "tags": tags,
            },
            opts=ResourceOptions(parent=self, depends_on=[bucket, alias]),
        )
        self.instance_id = host.instance_id
        self.courier_bucket = bucket.bucket_name
        self.key_arn = key.arn
        self.register_outputs(
            {
                "instanceId": self.instance_id,
                "courierBucket": self.courier_bucket,
                "keyArn": self.key_arn,
            }
        )


def _identity(args: SignerArgs) -> dict[str, str]:
    """Return all that the host knows when it is born."""
    return {
        "NODEKEEP_STACK": args["stack"],
        "NODEKEEP_COURIER": args["courier_bucket"],
        "NODEKEEP_SEED_KEY": args["key_alias"],
        "AWS_DEFAULT_REGION": args["region"],
        "AWS_REGION": args["region"],
        # The vault's resolver knows no other name of S3.
        "AWS_S3_US_EAST_1_REGIONAL_ENDPOINT": "regional",
    }


def _role_statements(args: SignerArgs) -> list[Statement]:
    """Return all that the host may do."""
    create_seed = args.get("create_seed", False)
    return [
        *may.courier(args["courier_bucket"], create_seed=create_seed),
        *may.seed(
            args["region"],
            args["account_id"],
            args["key_alias"],
            args["stack"],
            create_seed=create_seed,
        ),
        *may.only_from_its_instance(),
    ]


def _bucket_statements(args: SignerArgs) -> list[Statement]:
    """Return what the courier bucket refuses besides calls without TLS."""
    bucket = args["courier_bucket"]
    arn = f"arn:aws:s3:::{bucket}"
    return [
        write_once(bucket, ["inbox", "signed", "seed", "descriptor"]),
        may.signer_only_from_its_vpc(
            args["account_id"], args["role_name"], "s3:*", [arn, f"{arn}/*"]
        ),
    ]


def _key_statements(args: SignerArgs) -> list[Statement]:
    """Return who may do what with the seed's key."""
    account_id, role_name = args["account_id"], args["role_name"]
    return [
        may.administer_key(account_id),
        may.use_key(
            account_id, role_name, args["stack"], create_seed=args.get("create_seed", False)
        ),
        may.signer_only_from_its_vpc(account_id, role_name, "kms:*", ["*"]),
        may.no_grants(),
    ]
