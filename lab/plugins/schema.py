"""What the official SDK's classes take: their inputs, the types of these, which must be given.

The lists are JSON files made from the SDK's source by `python -m lab.plugins.sdk`, since importing
the classes costs more time than everything else a plugin does in a preview.
"""

import functools
import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from lab.plugins.resource import Failure, Kind
from lab.plugins.wire import UNKNOWN, Asset, Properties

_BASIC: Mapping[str, tuple[type, ...]] = {
    "string": (str, int, float, bool),
    "integer": (int,),
    "number": (int, float),
    "boolean": (bool,),
    "asset": (Asset,),
}
_NESTED = {"[": "list", "{": "map", "#": "map"}


class Schema:
    """The inputs of an SDK's resource classes."""

    def __init__(self, path: Path) -> None:
        self._path = path

    @functools.cached_property
    def _known(self) -> dict[str, Any]:
        known: dict[str, Any] = json.loads(self._path.read_text())
        return known

    def inputs(self, token: str) -> dict[str, str]:
        """Return the inputs of a type, each with its own type."""
        inputs: dict[str, str] = self._known["resources"][token]["inputs"]
        return inputs

    def refusals(self, kind: Kind, inputs: Properties) -> list[Failure]:
        """Say which inputs the SDK does not know, we do not do, or are of a wrong type."""
        known, mapped = self._known["resources"][kind.typ], {f.name for f in kind.fields}
        failures: list[Failure] = []
        for name in inputs:
            if name not in known["inputs"]:
                failures.append((name, f"{kind.typ} has no input {name!r}"))
            elif name not in mapped:
                reason = f"the lab's stand-in for {kind.typ} does not do {name!r}; it does: "
                failures.append((name, reason + ", ".join(sorted(mapped))))
        missing = [name for name in known["required"] if name not in inputs]
        failures += [(name, f"{kind.typ} needs {name!r}") for name in missing]
        for name, value in inputs.items():
            if name in known["inputs"]:
                failures += self._wrong(name, known["inputs"][name], value)
        return failures

    def _wrong(self, path: str, type_: str, value: Any) -> list[Failure]:
        """Say where a value is not of its type; unknown values may be of any."""
        if value is UNKNOWN or value is None or type_ == "any":
            return []
        parts: list[list[Failure]]
        match type_[0], value:
            case "[", list():
                parts = [self._wrong(f"{path}[{i}]", type_[1:], v) for i, v in enumerate(value)]
            case "{", dict():
                parts = [self._wrong(f"{path}.{k}", type_[1:], v) for k, v in value.items()]
            case "#", dict():
                parts = [self._wrong_object(path, type_[1:], value)]
            case (("[" | "{" | "#"), _):
                parts = [[(path, f"{path}: must be a {_NESTED[type_[0]]}, not {value!r}")]]
            case _:
                fits = type(value) in _BASIC[type_]
                parts = [] if fits else [[(path, f"{path}: must be a {type_}, not {value!r}")]]
        return [failure for part in parts for failure in part]

    def _wrong_object(self, path: str, name: str, value: Properties) -> list[Failure]:
        known = self._known["types"][name]
        failures = [
            (
                f"{path}.{key}",
                f"{path} has no {key!r}; it has: {', '.join(sorted(known['inputs']))}",
            )
            for key in value
            if key not in known["inputs"]
        ]
        failures += [
            (f"{path}.{key}", f"{path} needs {key!r}")
            for key in known["required"]
            if key not in value
        ]
        for key in value.keys() & known["inputs"].keys():
            failures += self._wrong(f"{path}.{key}", known["inputs"][key], value[key])
        return failures
