"""Attributes of load balancers and target groups: settings in a list of keys and texts."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from lab.plugins.aws.inputs import Input
from lab.plugins.aws.kind import AwsKind
from lab.plugins.link import Job
from lab.plugins.wire import Properties


@dataclass(frozen=True, kw_only=True)
class Attributed(AwsKind):
    """A kind with attributes, which are set by a call of their own.

    Attributes:
        named: the parameter that names the resource.
        attributes: the keys by the inputs (`a.b` for a key of a nested object).
        setting: the operation that sets attributes.
    """

    named: str
    attributes: Mapping[str, str] = field(default_factory=dict)
    setting: str

    def alter(
        self,
        job: Job,
        resource_id: str,
        state: Properties,
        changed: Sequence[Input],
        inputs: Properties,
    ) -> None:
        """Set the attributes that changed, in one call; the rest as usual."""
        owners = {path.partition(".")[0] for path in self.attributes}
        super().alter(job, resource_id, state, [f for f in changed if f.name not in owners], inputs)
        names = {f.name for f in changed}
        pairs = [
            {"Key": key, "Value": str(value).lower() if isinstance(value, bool) else str(value)}
            for path, key in self.attributes.items()
            if path.partition(".")[0] in names and (value := _get(inputs, path)) is not None
        ]
        if pairs:
            self.call(self.setting, {self.named: resource_id, "Attributes": pairs})

    def state(self, resource_id: str, found: dict[str, Any], before: Properties) -> Properties:
        """Tell the attributes as inputs."""
        told = {pair["Key"]: pair["Value"] for pair in found.get("Attributes", ())}
        spoken: dict[str, Any] = {}
        for path, key in self.attributes.items():
            if key in told:
                owner, _, part = path.partition(".")
                value = _typed(told[key], _get(before, path))
                spoken[owner] = spoken.get(owner, {}) | {part: value} if part else value
        # A single object that Pulumi takes as a list of them.
        listed = {name: [spoken[name]] for name in spoken if isinstance(before.get(name), list)}
        suffix = {"Suffix": resource_id.rpartition(":")[2].removeprefix("loadbalancer/")}
        return super().state(resource_id, found | spoken | listed | suffix, before)


def _get(inputs: Properties, path: str) -> Any:
    owner, _, part = path.partition(".")
    value = inputs.get(owner)
    value = value[0] if isinstance(value, list) and value else value
    return value.get(part) if part and isinstance(value, dict) else None if part else value


def _typed(text: str, like: Any) -> Any:
    """Return a text as what the program would write; without it, as what it looks like."""
    if isinstance(like, str):
        return text
    if text in ("true", "false"):
        return text == "true"
    return int(text) if text.isdigit() else text


def attribute(name: str, **options: Any) -> Input:
    """Return an input that is an attribute."""
    settings: dict[str, Any] = {"computed": True, "update": "attributes", **options}
    return Input(name=name, param=None, seen=name, **settings)
