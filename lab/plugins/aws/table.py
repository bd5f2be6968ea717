"""A row of the table of AWS resources, and what AWS says of one."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from lab.plugins.aws.inputs import Call, Input, Local
from lab.plugins.aws.session import AWS, AwsError
from lab.plugins.aws.tagging import Tagging
from lab.plugins.aws.template import Lookup, MissingValueError, fill
from lab.plugins.forms import covers, exactly
from lab.plugins.resource import Kind, PluginError
from lab.plugins.wire import UNKNOWN, Properties, has_unknown


@dataclass(frozen=True, kw_only=True)
class Row(Kind):
    """A kind of resource in AWS, told by the calls that make, describe, change and delete it.

    In the parameters of calls `{name}` stands for the value of an input or output, `{id}` for the
    resource's id, `{region}` and `{account}` for where it is.

    Attributes:
        service: the service's name in boto3.
        make: the creating call; `at` says where in its answer the id is.
        identity: a template for the id, where the answer has none.
        look: the describing call; nothing at `at` means that the resource is gone.
        also: more describing calls, whose answers join the description under these names.
        subject: the parameters that name the resource in updating calls.
        modify: the updating operation of inputs that have none of their own.
        apart: updating operations that take one input at a time.
        puts: the creating call also updates, given all inputs again.
        unmake: the deleting call; None if there is nothing to delete.
        told: outputs, as JMESPaths into the description, or after `=` as templates.
        ready: where in the description the state is, and which states are fit for use.
        gone: where in the description the state is, and which states are as good as deleted.
        lingers: a deletion is done only when the description is gone.
    """

    service: str
    fields: Sequence[Input]
    make: Call
    identity: str = ""
    look: Call
    also: Mapping[str, Call] = field(default_factory=dict)
    subject: Mapping[str, Any] = field(default_factory=dict)
    modify: str = ""
    apart: Sequence[str] = ()
    puts: bool = False
    unmake: Call | None = None
    tagging: Tagging | None = None
    told: Mapping[str, str] = field(default_factory=dict)
    ready: tuple[str, Sequence[str]] | None = None
    gone: tuple[str, Sequence[str]] | None = None
    lingers: bool = False

    def __post_init__(self) -> None:
        """Add what every AWS resource has."""
        tags = [Local(name="tags", same=exactly)] if self.tagging else []
        object.__setattr__(self, "fields", (*self.fields, *tags))
        outputs = (*self.outputs, *self.told, *(["tagsAll"] if tags else []), "region")
        object.__setattr__(self, "outputs", outputs)

    def call(self, operation: str, params: Mapping[str, Any]) -> Any:
        """Call an operation of this kind's service."""
        return AWS.call(self.service, operation, **params)

    def ask(self, call: Call, resource_id: str, values: Properties) -> Any:
        """Make a describing call and return what of the answer counts."""
        lookup = self.lookup(resource_id, values)
        answer = self.call(call.operation, fill(call.params, lookup))
        return search(str(fill(call.at, lookup)), answer)

    def lookup(self, resource_id: str, values: Properties) -> Lookup:
        """Return what fills templates."""

        def value(name: str) -> Any:
            if name == "id":
                return resource_id or None
            if name == "account":
                return AWS.account
            return AWS.region if name == "region" else values.get(name)

        return value

    def find(self, resource_id: str, values: Properties) -> dict[str, Any] | None:
        """Return the description, or None if the resource is gone."""
        try:
            found = self.ask(self.look, resource_id, values)
        except AwsError as error:
            if error.gone:
                return None
            raise
        except MissingValueError as missing:
            raise PluginError(f"{self.typ} cannot be imported: {missing} is not known") from None
        if found is None or found == []:
            return None
        description = dict(found) if isinstance(found, Mapping) else {"Value": found}
        if self.gone and search(self.gone[0], description) in self.gone[1]:
            return None
        known = values | self.told_of(description, resource_id, values)
        for name, call in self.also.items():
            description[name] = self.ask(call, resource_id, known)
        return description

    def state(self, resource_id: str, found: dict[str, Any], before: Properties) -> Properties:
        """Return inputs and outputs: as told, or as last set where AWS does not tell."""
        state: Properties = {}
        for item in self.fields:
            value = search(item.seen_as, found) if item.seen_as else None
            told = item.absent if value is None else item.form.back(value)
            state[item.name] = _worded(item, told, before.get(item.name))
        state |= {"region": AWS.region}
        state |= self.told_of(found, resource_id, before | state)
        if self.tagging:
            state |= self._told_tags(found, resource_id, before | state)
        return {key: value for key, value in state.items() if value is not None}

    def told_of(self, found: dict[str, Any], resource_id: str, values: Properties) -> Properties:
        """Return the outputs."""
        told: Properties = {}
        for name, where in self.told.items():
            lookup = self.lookup(resource_id, values | told)
            if not where.startswith("="):
                told[name] = search(where, found)
                continue
            try:
                told[name] = fill(where[1:], lookup)
            except MissingValueError:
                continue
        return told

    def _told_tags(self, found: dict[str, Any], resource_id: str, values: Properties) -> Properties:
        tagging = self.tagging
        if tagging is None:
            return {}
        try:
            answer = self.ask(tagging.look, resource_id, values) if tagging.look else found
        except AwsError as error:  # S3 calls it an error that there are none
            if not error.gone:
                raise
            answer = {}
        actual = tagging.told(search(tagging.at, answer))
        own = values.get("tags") or {}
        added = {k for k, v in AWS.default_tags.items() if k not in own and actual.get(k) == v}
        return {"tagsAll": actual, "tags": {k: v for k, v in actual.items() if k not in added}}


def _worded(item: Input, told: Any, before: Any) -> Any:
    """Return what AWS tells, in the words used before where these mean the same."""
    nested = isinstance(told, dict) or (isinstance(told, list) and item.same is covers)
    if told is None or (before is not None and not nested and item.same(told, before)):
        return before
    return told


def search(path: str, answer: Any) -> Any:
    """Return what a JMESPath finds."""
    if path == "@":
        return answer
    import jmespath  # noqa: PLC0415 - a preview describes nothing

    return jmespath.search(path, answer)


def tags_of(inputs: Properties) -> Any:
    """Return a resource's tags with the provider's own, or UNKNOWN if some are."""
    own = inputs.get("tags") or {}
    return UNKNOWN if has_unknown(own) else AWS.default_tags | own
