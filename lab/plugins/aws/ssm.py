"""Systems Manager: parameters and documents."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from lab.plugins.aws.inputs import Call, Input, document
from lab.plugins.aws.kind import AwsKind
from lab.plugins.aws.tagging import Tagging
from lab.plugins.link import Job
from lab.plugins.resource import AutoName
from lab.plugins.wire import Properties


def _tagging(kind: str) -> Tagging:
    subject = {"ResourceType": kind, "ResourceId": "{id}"}
    return Tagging(
        look=Call(operation="list_tags_for_resource", params=subject, at="TagList"),
        at="@",
        add=Call(operation="add_tags_to_resource", params=subject),
        remove=Call(operation="remove_tags_from_resource", params=subject),
    )


@dataclass(frozen=True, kw_only=True)
class _Parameter(AwsKind):
    """A parameter: written over as a whole, for which it cannot be given tags."""

    def alter(
        self,
        job: Job,
        resource_id: str,
        state: Properties,
        changed: Sequence[Input],
        inputs: Properties,
    ) -> None:
        """Write it over."""
        del job, resource_id, state
        if changed:
            request = self.request(inputs) | {"Overwrite": True}
            self.call("put_parameter", {k: v for k, v in request.items() if k != "Tags"})


def _tier(actual: Any, wanted: Any) -> bool:
    """Compare tiers: the intelligent one is told as what it chose."""
    return wanted in ("Intelligent-Tiering", actual)


PARAMETER = _Parameter(
    typ="aws:ssm/parameter:Parameter",
    service="ssm",
    make=Call(operation="put_parameter"),
    identity="{name}",
    look=Call(
        operation="get_parameter",
        params={"Name": "{id}", "WithDecryption": True},
        at="Parameter",
    ),
    also={
        "About": Call(
            operation="describe_parameters",
            params={"ParameterFilters": [{"Key": "Name", "Values": ["{id}"]}]},
            at="Parameters[0]",
        )
    },
    fields=[
        Input(name="name", replace=True),
        Input(name="type"),
        Input(name="value"),
        Input(name="description", seen="About.Description"),
        Input(name="keyId", seen="About.KeyId", computed=True),
        Input(name="tier", seen="About.Tier", same=_tier, computed=True),
        Input(name="allowedPattern", seen="About.AllowedPattern"),
        Input(name="dataType", default="text"),
        Input(name="overwrite", seen=None),
    ],
    auto_name=AutoName(name="name"),
    unmake=Call(operation="delete_parameter", params={"Name": "{id}"}),
    tagging=_tagging("Parameter"),
    told={"arn": "ARN", "version": "Version"},
    volatile=["version"],
)


@dataclass(frozen=True, kw_only=True)
class _Document(AwsKind):
    """A document: a change makes a new version, which is then the default."""

    def alter(
        self,
        job: Job,
        resource_id: str,
        state: Properties,
        changed: Sequence[Input],
        inputs: Properties,
    ) -> None:
        """Add a version and make it the default."""
        del job, state
        if any(item.name == "content" for item in changed):
            request = {
                "Name": resource_id,
                "Content": inputs["content"],
                "DocumentFormat": inputs["documentFormat"],
                "DocumentVersion": "$LATEST",
            }
            told = self.call("update_document", request)["DocumentDescription"]
            version = {"Name": resource_id, "DocumentVersion": told["DocumentVersion"]}
            self.call("update_document_default_version", version)


DOCUMENT = _Document(
    typ="aws:ssm/document:Document",
    service="ssm",
    make=Call(operation="create_document", at="DocumentDescription.Name"),
    look=Call(operation="describe_document", params={"Name": "{id}"}, at="Document"),
    also={
        "Content": Call(
            operation="get_document",
            params={"Name": "{id}", "DocumentFormat": "{documentFormat}"},
            at="Content",
        )
    },
    fields=[
        Input(name="name", replace=True),
        document("content"),
        Input(name="documentType", replace=True),
        Input(name="documentFormat", default="JSON", replace=True),
        Input(name="targetType", replace=True),
    ],
    auto_name=AutoName(name="name", longest=128),
    ready=("Status", ["Active"]),
    unmake=Call(operation="delete_document", params={"Name": "{id}"}),
    tagging=_tagging("Document"),
    told={
        "arn": "=arn:aws:ssm:{region}:{account}:document/{id}",
        "defaultVersion": "DefaultVersion",
        "latestVersion": "LatestVersion",
    },
    volatile=["defaultVersion", "latestVersion"],
)

KINDS = [PARAMETER, DOCUMENT]
