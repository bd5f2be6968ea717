"""What the policies of the project's own buckets say."""

from components._policies import Statement


def _arns(bucket: str) -> list[str]:
    return [f"arn:aws:s3:::{bucket}", f"arn:aws:s3:::{bucket}/*"]


def tls_only(bucket: str) -> Statement:
    """Refuse every call that is not encrypted on its way."""
    return {
        "Sid": "TlsOnly",
        "Effect": "Deny",
        "Principal": "*",
        "Action": "s3:*",
        "Resource": _arns(bucket),
        "Condition": {"Bool": {"aws:SecureTransport": "false"}},
    }


def accept_flow_logs(bucket: str, region: str, account_id: str) -> list[Statement]:
    """Let AWS deliver this account's flow logs, and nobody else's."""
    source = {
        "StringEquals": {"aws:SourceAccount": account_id},
        "ArnLike": {"aws:SourceArn": f"arn:aws:logs:{region}:{account_id}:*"},
    }
    delivery = {"Service": "delivery.logs.amazonaws.com"}
    return [
        {
            "Sid": "FlowLogWrite",
            "Effect": "Allow",
            "Principal": delivery,
            "Action": "s3:PutObject",
            "Resource": f"arn:aws:s3:::{bucket}/AWSLogs/{account_id}/*",
            "Condition": {
                **source,
                "StringEquals": {
                    **source["StringEquals"],
                    "s3:x-amz-acl": "bucket-owner-full-control",
                },
            },
        },
        {
            "Sid": "FlowLogCheck",
            "Effect": "Allow",
            "Principal": delivery,
            "Action": ["s3:GetBucketAcl", "s3:ListBucket"],
            "Resource": f"arn:aws:s3:::{bucket}",
            "Condition": source,
        },
    ]


def write_once(bucket: str, prefixes: list[str]) -> Statement:
    """Refuse to replace an object: drafts and signatures are written once, under a new name."""
    return {
        "Sid": "WriteOnce",
        "Effect": "Deny",
        "Principal": "*",
        "Action": "s3:PutObject",
        "Resource": [f"arn:aws:s3:::{bucket}/{prefix}/*" for prefix in prefixes],
        "Condition": {
            "Null": {"s3:if-none-match": "true"},
            "Bool": {"s3:ObjectCreationOperation": "true"},
        },
    }
