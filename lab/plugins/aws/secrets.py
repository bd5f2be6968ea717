"""Secrets Manager and KMS: secrets, keys and their names."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from lab.plugins.aws.inputs import Call, Input, Local, policy
from lab.plugins.aws.kind import AwsKind
from lab.plugins.aws.tagging import Tagging
from lab.plugins.link import Job
from lab.plugins.resource import AutoName
from lab.plugins.wire import Properties


@dataclass(frozen=True, kw_only=True)
class _Secret(AwsKind):
    """A secret: deleted at once, or after days in which it can be had back."""

    def delete(self, job: Job, resource_id: str, state: Properties) -> None:
        """Say how long it can be had back."""
        del job
        days = state.get("recoveryWindowInDays", 30)
        if self.find(resource_id, state) is not None:
            how = {"RecoveryWindowInDays": days} if days else {"ForceDeleteWithoutRecovery": True}
            self.call("delete_secret", {"SecretId": resource_id} | how)


_SECRET = {"SecretId": "{id}"}

SECRET = _Secret(
    typ="aws:secretsmanager/secret:Secret",
    service="secretsmanager",
    make=Call(operation="create_secret", at="ARN"),
    look=Call(operation="describe_secret", params=_SECRET),
    fields=[
        Input(name="name", replace=True),
        Local(name="namePrefix", replace=True),
        Input(name="description", update="update_secret", absent=""),
        Input(name="kmsKeyId", update="update_secret", computed=True),
        Local(name="recoveryWindowInDays", default=30),
    ],
    auto_name=AutoName(name="name"),
    subject=_SECRET,
    gone=("DeletedDate && 'deleted'", ["deleted"]),
    unmake=Call(operation="delete_secret", params=_SECRET),
    tagging=Tagging(
        add=Call(operation="tag_resource", params=_SECRET),
        remove=Call(operation="untag_resource", params=_SECRET),
    ),
    told={"arn": "ARN"},
)

_KEY = {"KeyId": "{id}"}


@dataclass(frozen=True, kw_only=True)
class _Key(AwsKind):
    """A key: rotation, state and policy are calls of their own; it goes only after days."""

    def alter(
        self,
        job: Job,
        resource_id: str,
        state: Properties,
        changed: Sequence[Input],
        inputs: Properties,
    ) -> None:
        """Make each call that is needed."""
        names, key = {item.name for item in changed}, {"KeyId": resource_id}
        if names & {"enableKeyRotation", "rotationPeriodInDays"}:
            on, days = inputs.get("enableKeyRotation"), inputs.get("rotationPeriodInDays")
            period = {"RotationPeriodInDays": days} if on and days else {}
            self.call(f"{'enable' if on else 'disable'}_key_rotation", key | period)
        if "isEnabled" in names:
            self.call("enable_key" if inputs["isEnabled"] else "disable_key", key)
        if "policy" in names:
            request = key | {"PolicyName": "default", "Policy": inputs["policy"]}
            self.call("put_key_policy", request)
        rest = [item for item in changed if item.update == "update_key_description"]
        super().alter(job, resource_id, state, rest, inputs)


KEY = _Key(
    typ="aws:kms/key:Key",
    service="kms",
    make=Call(operation="create_key", at="KeyMetadata.KeyId"),
    look=Call(operation="describe_key", params=_KEY, at="KeyMetadata"),
    also={
        "Rotation": Call(operation="get_key_rotation_status", params=_KEY, at="KeyRotationEnabled"),
        "Policy": Call(
            operation="get_key_policy", params=_KEY | {"PolicyName": "default"}, at="Policy"
        ),
    },
    fields=[
        Input(name="description", update="update_key_description", computed=True),
        Input(name="keyUsage", default="ENCRYPT_DECRYPT", replace=True),
        Input(
            name="customerMasterKeySpec", param="KeySpec", default="SYMMETRIC_DEFAULT", replace=True
        ),
        Input(name="multiRegion", default=False, replace=True),
        policy("policy", computed=True),
        Input(
            name="bypassPolicyLockoutSafetyCheck",
            default=False,
            seen=None,
        ),
        Input(
            name="enableKeyRotation",
            param=None,
            seen="Rotation",
            default=False,
            update="enable_key_rotation",
        ),
        Input(
            name="rotationPeriodInDays",
            param=None,
            seen=None,
            computed=True,
            update="enable_key_rotation",
        ),
        Input(name="isEnabled", param=None, seen="Enabled", default=True, update="enable_key"),
        Local(name="deletionWindowInDays", default=30),
    ],
    subject=_KEY,
    gone=("KeyState", ["PendingDeletion", "PendingReplicaDeletion"]),
    unmake=Call(
        operation="schedule_key_deletion",
        params=_KEY | {"PendingWindowInDays": "{deletionWindowInDays}"},
    ),
    tagging=Tagging(
        look=Call(operation="list_resource_tags", params=_KEY),
        add=Call(operation="tag_resource", params=_KEY),
        remove=Call(operation="untag_resource", params=_KEY),
        pair=("TagKey", "TagValue"),
    ),
    told={"arn": "Arn", "keyId": "KeyId"},
)


def _same_key(actual: Any, wanted: Any) -> bool:
    """Compare keys: an id is the last part of its ARN."""
    return str(actual).rpartition("/")[2] == str(wanted).rpartition("/")[2]


ALIAS = AwsKind(
    typ="aws:kms/alias:Alias",
    service="kms",
    make=Call(operation="create_alias"),
    identity="{name}",
    look=Call(operation="list_aliases", at="Aliases[?AliasName=='{id}'] | [0]"),
    fields=[
        Input(name="name", param="AliasName", replace=True),
        Local(name="namePrefix", replace=True),
        Input(name="targetKeyId", same=_same_key),
    ],
    auto_name=AutoName(name="name"),
    subject={"AliasName": "{id}"},
    modify="update_alias",
    unmake=Call(operation="delete_alias", params={"AliasName": "{id}"}),
    told={"arn": "AliasArn"},
)

KINDS = [SECRET, KEY, ALIAS]
