"""What keeps things: a bucket with all its settings, a volume."""

import base64

import pulumi
import pulumi_aws as aws

from .common import document, region, size, tags, word
from .network import vpc

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
