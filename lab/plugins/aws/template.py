"""Fill in what a call needs: parameters written as they are sent, with `{names}` for values."""

import re
from collections.abc import Callable, Mapping
from typing import Any

_WHOLE = re.compile(r"^\{(\w+)\}$")

Lookup = Callable[[str], Any]


class MissingValueError(KeyError):
    """A template names a value that is not there."""


def fill(template: Any, lookup: Lookup) -> Any:
    """Return a template with its `{names}` replaced; what comes to nothing is left out.

    A text that is one name gives the value itself, of whatever type; in a longer text each name
    must have a value.
    """
    match template:
        case str():
            whole = _WHOLE.match(template)
            return lookup(whole[1]) if whole else re.sub(r"\{(\w+)\}", _part(lookup), template)
        case Mapping():
            filled = {key: fill(value, lookup) for key, value in template.items()}
            return {key: value for key, value in filled.items() if value is not None}
        case list():
            return [item for part in template if (item := fill(part, lookup)) is not None]
    return template


def _part(lookup: Lookup) -> Callable[[re.Match[str]], str]:
    def replace(match: re.Match[str]) -> str:
        value = lookup(match[1])
        if value is None:
            raise MissingValueError(match[1])
        return str(value)

    return replace


def put(request: dict[str, Any], path: str, value: Any) -> None:
    """Set a value deep in a request: `Ebs.VolumeSize`."""
    *parents, last = path.split(".")
    for parent in parents:
        request = request.setdefault(parent, {})
    request[last] = value
