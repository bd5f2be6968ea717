"""The archive of what goes on hosts, published under its own digest."""

import base64
from typing import NotRequired, TypedDict

import pulumi_aws as aws
from pulumi import ComponentResource, Output, ResourceOptions

from components._hostfiles import archive
from components.closed_bucket import ClosedBucket


class HostFilesArgs(TypedDict):
    """Inputs of `HostFiles`."""

    bucket_name: str
    """Globally unique name of the bucket."""
    tags: NotRequired[dict[str, str]]
    """Tags of every resource."""


class HostFiles(ComponentResource):
    """A bucket with `components/hostfiles` as one archive, reproducible to the byte.

    Archives of the past stay in the bucket: a node that has not been rolled out still names one.
    """

    bucket_name: Output[str]
    """Name of the bucket."""
    key: Output[str]
    """Key of the archive, with its digest in it; known once the archive is there."""
    sha256: Output[str]
    """Digest of the archive, 64 hexadecimal digits."""

    def __init__(self, name: str, args: HostFilesArgs, opts: ResourceOptions | None = None) -> None:
        packed = archive()
        super().__init__("nodekeep:index:HostFiles", name, {}, opts)
        bucket = ClosedBucket(
            name,
            {
                "bucket_name": args["bucket_name"],
                "force_destroy": True,  # all of it can be published again
                "tags": args.get("tags", {}),
            },
            opts=ResourceOptions(parent=self),
        )
        published = aws.s3.BucketObjectv2(
            f"{name}-archive",
            bucket=bucket.bucket_name,
            key=f"hostfiles/{packed.sha256}.tar.gz",
            content_base64=base64.b64encode(packed.content).decode(),
            content_type="application/gzip",
            tags=args.get("tags"),
            opts=ResourceOptions(parent=self, retain_on_delete=True),
        )
        self.bucket_name = bucket.bucket_name
        self.key = published.key
        self.sha256 = Output.from_input(packed.sha256)
        self.register_outputs(
            {"bucketName": self.bucket_name, "key": self.key, "sha256": self.sha256}
        )
