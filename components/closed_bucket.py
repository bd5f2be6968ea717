"""An S3 bucket that is private, encrypted and reachable over TLS only."""

from typing import Any, NotRequired, TypedDict

import pulumi_aws as aws
from pulumi import ComponentResource, Output, ResourceOptions

from components._bucket_policies import tls_only
from components._policies import document


class ClosedBucketArgs(TypedDict):
    """Inputs of `ClosedBucket`."""

    bucket_name: str
    """Globally unique name: 3 to 63 lower-case letters, digits and dashes; no dots."""
    statements: NotRequired[list[dict[str, Any]]]
    """Policy statements besides the one that refuses calls without TLS."""
    versioned: NotRequired[bool]
    """Keep every version of an object; true when absent."""
    force_destroy: NotRequired[bool]
    """Delete the objects with the bucket, instead of failing on them; false when absent."""
    tags: NotRequired[dict[str, str]]
    """Tags of the bucket."""


class ClosedBucket(ComponentResource):
    """A bucket closed to the public: no ACLs, SSE-S3, TLS only."""

    bucket_name: Output[str]
    """Name of the bucket, known once everything that closes it is there."""
    arn: Output[str]
    """ARN of the bucket, known once everything that closes it is there."""

    def __init__(
        self, name: str, args: ClosedBucketArgs, opts: ResourceOptions | None = None
    ) -> None:
        super().__init__("nodekeep:index:ClosedBucket", name, {}, opts)
        bucket = aws.s3.Bucket(
            f"{name}-bucket",
            bucket=args["bucket_name"],
            force_destroy=args.get("force_destroy", False),
            tags=args.get("tags"),
            opts=ResourceOptions(parent=self),
        )
        closed = [
            aws.s3.BucketPublicAccessBlock(
                f"{name}-public-access",
                bucket=bucket.id,
                block_public_acls=True,
                block_public_policy=True,
                ignore_public_acls=True,
                restrict_public_buckets=True,
                opts=ResourceOptions(parent=self),
            ),
            aws.s3.BucketOwnershipControls(
                f"{name}-ownership",
                bucket=bucket.id,
                rule={"object_ownership": "BucketOwnerEnforced"},
                opts=ResourceOptions(parent=self),
            ),
            aws.s3.BucketServerSideEncryptionConfiguration(
                f"{name}-encryption",
                bucket=bucket.id,
                rules=[{"apply_server_side_encryption_by_default": {"sse_algorithm": "AES256"}}],
                opts=ResourceOptions(parent=self),
            ),
            aws.s3.BucketPolicy(
                f"{name}-policy",
                bucket=bucket.id,
                policy=document(tls_only(args["bucket_name"]), *args.get("statements", [])),
                opts=ResourceOptions(parent=self),
            ),
        ]
        if args.get("versioned", True):
            versioning = aws.s3.BucketVersioning(
                f"{name}-versioning",
                bucket=bucket.id,
                versioning_configuration={"status": "Enabled"},
                opts=ResourceOptions(parent=self),
            )
            closed.append(versioning)
        ready = Output.all(*(part.id for part in closed))
        self.bucket_name = Output.all(bucket.id, ready).apply(_first)
        self.arn = Output.all(bucket.arn, ready).apply(_first)
        self.register_outputs({"bucketName": self.bucket_name, "arn": self.arn})


def _first(values: list[Any]) -> str:
    return str(values[0])
