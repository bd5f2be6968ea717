"""S3: buckets and objects."""

import base64
import mimetypes
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from lab.plugins.aws.inputs import Call, Input, Local
from lab.plugins.aws.kind import AwsKind
from lab.plugins.aws.session import AWS, AwsError
from lab.plugins.aws.tagging import Tagging
from lab.plugins.link import Job
from lab.plugins.resource import AutoName
from lab.plugins.wire import Asset, Properties, has_unknown

_BUCKET = {"Bucket": "{id}"}
_DEFAULT_REGION = "us-east-1"


def _tagging(kind: str, subject: dict[str, str]) -> Tagging:
    return Tagging(
        param=None,
        look=Call(operation=f"get_{kind}_tagging", params=subject),
        at="TagSet",
        add=Call(operation=f"put_{kind}_tagging", params=subject),
        remove=Call(operation=f"delete_{kind}_tagging", params=subject),
        names="",
        whole=True,
        added="Tagging.TagSet",
    )


@dataclass(frozen=True, kw_only=True)
class _Bucket(AwsKind):
    """A bucket: its region is said in a way of its own, and it goes only when empty."""

    def request(self, inputs: Properties) -> dict[str, Any]:
        """Say the region, which must not be said in the first of all regions."""
        request = super().request(inputs)
        if AWS.region in ("", _DEFAULT_REGION):
            return request
        place = {"LocationConstraint": AWS.region}
        return request | {"CreateBucketConfiguration": place}

    def ending(self, job: Job, resource_id: str, state: Properties) -> None:
        """Empty it of all versions, if that is wanted."""
        while state.get("forceDestroy"):
            try:
                found = self.call("list_object_versions", {"Bucket": resource_id})
            except AwsError as error:
                if error.gone:
                    return
                raise
            listed = [*found.get("Versions", ()), *found.get("DeleteMarkers", ())]
            if not listed:
                return
            objects = [{"Key": o["Key"], "VersionId": o["VersionId"]} for o in listed]
            request = {"Bucket": resource_id, "Delete": {"Objects": objects, "Quiet": True}}
            self.call("delete_objects", request)
            job.say(f"deleted {len(objects)} objects of {resource_id}")


BUCKET = _Bucket(
    typ="aws:s3/bucket:Bucket",
    service="s3",
    make=Call(operation="create_bucket"),
    identity="{bucket}",
    look=Call(operation="head_bucket", params=_BUCKET),
    fields=[
        Input(name="bucket", seen=None, replace=True),
        Local(name="bucketPrefix", replace=True),
        Input(
            name="objectLockEnabled",
            param="ObjectLockEnabledForBucket",
            seen=None,
            default=False,
            replace=True,
        ),
        Local(name="forceDestroy", default=False),
    ],
    auto_name=AutoName(name="bucket", prefix="bucketPrefix", longest=63, lower=True),
    unmake=Call(operation="delete_bucket", params=_BUCKET),
    tagging=_tagging("bucket", _BUCKET),
    told={
        "arn": "=arn:aws:s3:::{id}",
        "bucketDomainName": "={id}.s3.amazonaws.com",
        "bucketRegionalDomainName": "={id}.s3.{region}.amazonaws.com",
    },
)

_OBJECT = {"Bucket": "{bucket}", "Key": "{key}"}


def _same_asset(actual: Any, wanted: Any) -> bool:
    """Compare files by content."""
    if isinstance(actual, Asset) and isinstance(wanted, Asset):
        return actual.sha256 == wanted.sha256
    return bool(actual == wanted)


@dataclass(frozen=True, kw_only=True)
class _Object(AwsKind):
    """An object: its content is a text, base64 or a file."""

    def request(self, inputs: Properties) -> dict[str, Any]:
        """Put the content in, and guess what type it is."""
        request = super().request(inputs)
        content, encoded, asset = map(inputs.get, ("content", "contentBase64", "source"))
        if has_unknown([content, encoded, asset]):
            return request
        body = asset.read() if isinstance(asset, Asset) else (content or "").encode()
        body = base64.b64decode(encoded) if encoded is not None else body
        if "contentType" not in inputs and not has_unknown(inputs.get("key")):
            guess = mimetypes.guess_type(inputs.get("key", ""))[0]
            request |= {"ContentType": guess or "application/octet-stream"}
        return request | {"Body": body}

    def find(self, resource_id: str, values: Properties) -> dict[str, Any] | None:
        """Take the quotes off the ETag."""
        found = super().find(resource_id, values)
        return found and found | {"ETag": found.get("ETag", "").strip('"')}

    def alter(
        self,
        job: Job,
        resource_id: str,
        state: Properties,
        changed: Sequence[Input],
        inputs: Properties,
    ) -> None:
        """Write it anew, with its tags: a new version has none."""
        del job
        if changed and state:
            self.call("put_object", self.request(inputs))
            self._tag(resource_id, {}, inputs)

    def ending(self, job: Job, resource_id: str, state: Properties) -> None:
        """Delete all versions, where the object shall not stay as one."""
        del job, resource_id
        if state.get("forceDestroy"):
            where = {"Bucket": state["bucket"], "Prefix": state["key"]}
            for version in self.call("list_object_versions", where).get("Versions", ()):
                if version["Key"] == state["key"]:
                    named = {"Key": state["key"], "VersionId": version["VersionId"]}
                    self.call("delete_object", {"Bucket": state["bucket"], **named})


OBJECT = _Object(
    typ="aws:s3/bucketObjectv2:BucketObjectv2",
    service="s3",
    make=Call(operation="put_object"),
    identity="{key}",
    look=Call(operation="head_object", params=_OBJECT),
    fields=[
        Input(name="bucket", seen=None, replace=True),
        Input(name="key", seen=None, replace=True),
        Local(name="source", same=_same_asset),
        Local(name="sourceHash"),
        Local(name="content"),
        Local(name="contentBase64"),
        Input(name="contentType", computed=True),
        Input(name="contentEncoding"),
        Input(name="cacheControl"),
        Input(name="metadata", absent={}),
        Input(name="serverSideEncryption", computed=True),
        Local(name="forceDestroy", default=False),
    ],
    auto_name=AutoName(name="key"),
    unmake=Call(operation="delete_object", params=_OBJECT),
    tagging=_tagging("object", _OBJECT),
    told={
        "arn": "=arn:aws:s3:::{bucket}/{key}",
        "etag": "ETag",
        "versionId": "VersionId",
    },
    volatile=["etag", "versionId"],
)

KINDS = [BUCKET, OBJECT]
