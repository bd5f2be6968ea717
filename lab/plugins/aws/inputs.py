"""How an input is written to AWS and read back."""

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from lab.plugins.forms import as_json, as_policy, as_set
from lab.plugins.resource import Field


@dataclass(frozen=True)
class Form:
    """The two ways of a value: what AWS is sent, and what its answer means."""

    send: Callable[[Any], Any] = lambda value: value
    back: Callable[[Any], Any] = lambda value: value


def rekey(value: Any, change: Callable[[str], str]) -> Any:
    """Return a value with the keys of its objects written differently."""
    if isinstance(value, Mapping):
        return {change(key): rekey(item, change) for key, item in value.items()}
    return [rekey(item, change) for item in value] if isinstance(value, list) else value


def pascal(name: str) -> str:
    """Return `cidrBlock` as `CidrBlock`."""
    return name[:1].upper() + name[1:]


def camel(name: str) -> str:
    """Return `CidrBlock` as `cidrBlock`."""
    return name[:1].lower() + name[1:]


def _text(value: Any) -> str | None:
    return value if value is None or isinstance(value, str) else json.dumps(value)


AS_IS = Form()
OBJECT = Form(lambda value: rekey(value, pascal), lambda value: rekey(value, camel))
VALUE = Form(lambda value: {"Value": value}, lambda value: value)
FIRST = Form(lambda value: value[0] if value else None, lambda value: [value] if value else None)
DOCUMENT = Form(_text, _text)


@dataclass(frozen=True, kw_only=True)
class Input(Field):
    """An input of an AWS resource.

    Attributes:
        param: where it stands in the request that creates; by default its name in AWS's way. None:
            it is not part of that, but set by `update` afterwards.
        seen: where it stands in the description, as a JMESPath; by default as `param`. None: AWS
            does not tell, so what was set last counts.
        update: the operation that changes it; by default the kind's.
        update_param: where it stands in that request; by default as `param`.
        form: how the value is written.
        absent: what a description without it means; by default nothing, and what was set counts.
    """

    param: str | None = ""
    seen: str | None = ""
    update: str | None = None
    update_param: str = ""
    form: Form = AS_IS
    absent: Any = None

    @property
    def sent_as(self) -> str:
        """Its place in a request."""
        return self.param or pascal(self.name)

    @property
    def updated_as(self) -> str:
        """Its place in an updating request."""
        return self.update_param or self.sent_as

    @property
    def seen_as(self) -> str | None:
        """Its place in a description."""
        return self.sent_as if self.seen == "" else self.seen


@dataclass(frozen=True, kw_only=True)
class Local(Input):
    """An input for the provider itself, of which AWS never hears."""

    param: str | None = None
    seen: str | None = None


def policy(name: str, **options: Any) -> Input:
    """Return an input that is an IAM policy, compared by meaning."""
    return Input(**{"name": name, "same": as_policy, "form": DOCUMENT, **options})


def document(name: str, **options: Any) -> Input:
    """Return an input that is a JSON text, compared by meaning."""
    return Input(**{"name": name, "same": as_json, "form": DOCUMENT, **options})


def unordered(name: str, **options: Any) -> Input:
    """Return an input that is a list whose order does not count."""
    return Input(**{"name": name, "same": as_set, **options})


@dataclass(frozen=True, kw_only=True)
class Call:
    """An operation, its parameters as a template, and what of the answer counts (a JMESPath)."""

    operation: str
    params: Mapping[str, Any] = field(default_factory=dict)
    at: str = "@"
