"""S3: settings of a bucket, each a resource of its own."""

from typing import Any

from lab.plugins.aws.inputs import Call, Form, Input, camel, pascal, policy, rekey
from lab.plugins.aws.kind import AwsKind
from lab.plugins.forms import as_set

# What the API writes unlike Pulumi does, besides the first letter.
_API = {
    "id": "ID",
    "sseAlgorithm": "SSEAlgorithm",
    "kmsMasterKeyId": "KMSMasterKeyID",
    "mfaDelete": "MFADelete",
}
_PULUMI = {theirs: ours for ours, theirs in _API.items()}

_NESTED = Form(
    lambda value: rekey(value, lambda key: _API.get(key, pascal(key))),
    lambda value: rekey(value, lambda key: _PULUMI.get(key, camel(key))),
)
_ONE_RULE = Form(
    lambda rule: [_NESTED.send(rule)], lambda rules: _NESTED.back(rules[0]) if rules else None
)


def _lifecycle(rules: Any) -> Any:
    """Return lifecycle rules with the filter that the API wants in each."""
    return [{"Filter": {"Prefix": ""}} | rule for rule in _NESTED.send(rules)]


def _setting(
    kind: str, stem: str, at: str, fields: list[Input], *, put: str = "", delete: str | None = ""
) -> AwsKind:
    """Return a kind whose calls get, put and delete one setting."""
    where = {"Bucket": "{bucket}"}
    return AwsKind(
        typ=f"aws:s3/{kind[0].lower()}{kind[1:]}:{kind}",
        service="s3",
        make=Call(operation=put or f"put_{stem}"),
        identity="{bucket}",
        look=Call(operation=f"get_{stem}", params=where, at=at),
        fields=[Input(name="bucket", seen=None, replace=True), *fields],
        puts=True,
        unmake=None if delete is None else Call(operation=delete or f"delete_{stem}", params=where),
    )


def _flag(name: str) -> Input:
    api = pascal(name)
    param = f"PublicAccessBlockConfiguration.{api}"
    return Input(name=name, param=param, seen=api, default=False)


KINDS = [
    _setting(
        "BucketPublicAccessBlock",
        "public_access_block",
        "PublicAccessBlockConfiguration",
        [
            _flag("blockPublicAcls"),
            _flag("blockPublicPolicy"),
            _flag("ignorePublicAcls"),
            _flag("restrictPublicBuckets"),
        ],
    ),
    _setting(
        "BucketOwnershipControls",
        "bucket_ownership_controls",
        "OwnershipControls",
        [Input(name="rule", param="OwnershipControls.Rules", seen="Rules", form=_ONE_RULE)],
    ),
    _setting(
        "BucketServerSideEncryptionConfiguration",
        "bucket_encryption",
        "ServerSideEncryptionConfiguration",
        [
            Input(
                name="rules",
                param="ServerSideEncryptionConfiguration.Rules",
                seen="Rules",
                form=_NESTED,
            )
        ],
    ),
    _setting("BucketPolicy", "bucket_policy", "@", [policy("policy")]),
    _setting(
        "BucketVersioning",
        "bucket_versioning",
        "Status && @",
        [
            Input(
                name="versioningConfiguration",
                param="VersioningConfiguration",
                seen="{Status: Status}",
                form=_NESTED,
            )
        ],
        delete=None,
    ),
    _setting(
        "BucketLifecycleConfiguration",
        "bucket_lifecycle_configuration",
        "Rules && @",
        [
            Input(
                name="rules",
                param="LifecycleConfiguration.Rules",
                seen="Rules",
                form=Form(_lifecycle, _NESTED.back),
                same=as_set,
            )
        ],
        delete="delete_bucket_lifecycle",
    ),
]
