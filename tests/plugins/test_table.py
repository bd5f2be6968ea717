"""Every row of the table against botocore's service models and the SDK's classes."""

from collections.abc import Iterator, Mapping
from typing import Any

import pytest

from lab.plugins import aws, command, docker
from lab.plugins.aws import model
from lab.plugins.aws.attributes import Attributed
from lab.plugins.aws.inputs import Input
from lab.plugins.aws.kind import AwsKind
from lab.plugins.aws.recorded import Recorded
from lab.plugins.schema import Schema
from lab.plugins.sdk import Sdk
from tests.plugins.schemas import schema_file

KINDS = sorted(aws.KINDS.values(), key=lambda kind: kind.typ)
ALTERED_BY_ROW = [kind for kind in KINDS if type(kind).alter is AwsKind.alter]
UPDATED_BY_ROW = [*ALTERED_BY_ROW, *(kind for kind in KINDS if isinstance(kind, Attributed))]
CHANGED_IN_PART = [
    kind for kind in ALTERED_BY_ROW if not kind.puts and not isinstance(kind, Recorded)
]


def _names(kind: AwsKind) -> str:
    return kind.typ.rpartition(":")[2]


def _calls(kind: AwsKind) -> Iterator[tuple[str, Mapping[str, Any]]]:
    """Yield each operation a row names, with the parameters it gives."""
    yield kind.make.operation, kind.make.params
    if isinstance(kind, Recorded):
        return
    for call in (kind.look, kind.unmake, *kind.also.values()):
        if call:
            yield call.operation, call.params
    if kind.modify:
        yield kind.modify, kind.subject
    tagging = kind.tagging
    if tagging:
        for call in (tagging.look, tagging.add, tagging.remove):
            if call:
                yield call.operation, call.params
        yield tagging.add.operation, {tagging.added.partition(".")[0]: None}
        if tagging.remove and tagging.names:
            yield tagging.remove.operation, {tagging.names: None}


@pytest.mark.parametrize("kind", KINDS, ids=_names)
def test_every_operation_and_parameter_exists(kind: AwsKind) -> None:
    for operation, params in _calls(kind):
        known = model.input_shape(kind.service, operation).members
        assert params.keys() <= known.keys(), operation


@pytest.mark.parametrize("kind", KINDS, ids=_names)
def test_every_input_is_a_parameter(kind: AwsKind) -> None:
    """Also those that a class of its own moves elsewhere start as a parameter that exists."""
    for item in kind.fields:
        if item.param is not None:
            shape: Any = model.input_shape(kind.service, kind.make.operation)
            for part in item.sent_as.split("."):
                assert part in shape.members, f"{kind.typ} {item.name}"
                shape = shape.members[part]


@pytest.mark.parametrize("kind", UPDATED_BY_ROW, ids=_names)
def test_every_update_takes_its_inputs(kind: AwsKind) -> None:
    for item in kind.fields:
        operation = item.update or (kind.modify if item.param is not None else None)
        if operation and operation != "attributes" and not item.replace:
            shape = model.input_shape(kind.service, operation)
            assert item.updated_as in shape.members, f"{kind.typ} {item.name}"


@pytest.mark.parametrize("kind", CHANGED_IN_PART, ids=_names)
def test_every_input_replaces_or_updates(kind: AwsKind) -> None:
    """A change that neither replaces nor reaches AWS would be promised and not done."""
    for item in kind.fields:
        sent = isinstance(item, Input) and (item.param is not None or item.update)
        if sent and not item.replace:
            assert item.update or kind.modify, f"{kind.typ} {item.name}"


@pytest.mark.parametrize("plugin", ["aws", "docker", "command"])
def test_every_input_is_one_of_the_sdk(plugin: str) -> None:
    modules = {"aws": aws, "docker": docker, "command": command}
    kinds = modules[plugin].KINDS
    schema = Schema(schema_file(plugin))
    for typ, kind in kinds.items():
        assert kind.inputs.keys() <= schema.inputs(typ).keys(), typ


@pytest.mark.parametrize("plugin", ["docker", "command"])
def test_schema_files_are_those_of_the_installed_sdk(plugin: str) -> None:
    kinds = {"docker": docker, "command": command}[plugin].KINDS
    assert schema_file(plugin).read_text() == Sdk(f"pulumi_{plugin}").text(kinds)


def test_the_aws_schema_file_is_that_of_the_installed_sdk() -> None:
    """One of each file of the SDK that parses fast; the whole takes seconds."""
    some = {
        typ: kind
        for typ, kind in aws.KINDS.items()
        if typ.startswith(("aws:ebs/", "aws:ecr/", "aws:kms/", "aws:ssm/"))
    }
    made = Sdk("pulumi_aws").schema(some)["resources"]
    committed = Schema(schema_file("aws"))
    assert {typ: made[typ]["inputs"] for typ in some} == {t: committed.inputs(t) for t in some}
