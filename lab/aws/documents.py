"""SSM documents of commands: what they run, with a caller's parameters in place."""

import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import yaml

RUN_SHELL_SCRIPT: Mapping[str, Any] = {
    "schemaVersion": "2.2",
    "parameters": {
        "commands": {"type": "StringList"},
        "workingDirectory": {"type": "String", "default": ""},
        "executionTimeout": {"type": "String", "default": "3600"},
    },
    "mainSteps": [
        {
            "action": "aws:runShellScript",
            "name": "runShellScript",
            "inputs": {
                "runCommand": ["{{ commands }}"],
                "workingDirectory": "{{ workingDirectory }}",
                "timeoutSeconds": "{{ executionTimeout }}",
            },
        }
    ],
}
REFERENCE = re.compile(r"\{\{\s*(\w+)\s*\}\}")
TIMEOUT_S = 3600


class DocumentError(Exception):
    """A document or its parameters cannot be used: AWS's error code and a text."""

    def __init__(self, code: str, message: str) -> None:
        self.code, self.message = code, message
        super().__init__(f"{code}: {message}")


@dataclass(frozen=True)
class Step:
    """A script to run, and for how long."""

    name: str
    script: str
    directory: str
    timeout_s: int


def parse(content: str, form: str) -> Mapping[str, Any]:
    """Return a document that can be run.

    Raises:
        DocumentError: it is not of schema 2.2 with shell scripts only.
    """
    try:
        document = yaml.safe_load(content) if form == "YAML" else json.loads(content)
    except (ValueError, yaml.YAMLError) as error:
        raise DocumentError("InvalidDocumentContent", f"not valid {form}: {error}") from error
    if document.get("schemaVersion") != "2.2" or not document.get("mainSteps"):
        raise DocumentError("InvalidDocumentContent", "needs schemaVersion 2.2 and mainSteps")
    others = {s["action"] for s in document["mainSteps"]} - {"aws:runShellScript"}
    if others:
        text = f"the lab runs aws:runShellScript only, not {', '.join(sorted(others))}"
        raise DocumentError("InvalidDocumentContent", text)
    result: Mapping[str, Any] = document
    return result


def steps(document: Mapping[str, Any], given: Mapping[str, Sequence[str]]) -> list[Step]:
    """Return what a document runs.

    Raises:
        DocumentError: a parameter is missing, unknown or not allowed.
    """
    declared = document.get("parameters", {})
    unknown = sorted(set(given) - set(declared))
    if unknown:
        raise DocumentError("InvalidParameters", f"unknown: {', '.join(unknown)}")
    values = {name: _value(name, kind, given.get(name)) for name, kind in declared.items()}
    return [_step(number, step, values) for number, step in enumerate(document["mainSteps"])]


def _value(name: str, declared: Mapping[str, Any], given: Sequence[str] | None) -> str:
    if given is None:
        if "default" not in declared:
            raise DocumentError("InvalidParameters", f"{name} is required")
        default = declared["default"]
        given = default if isinstance(default, list) else [default]
    items = [_text(item) for item in ([given] if isinstance(given, str) else given)]
    for item in items:
        pattern = declared.get("allowedPattern")
        if pattern and not re.fullmatch(pattern, item):
            raise DocumentError("InvalidParameters", f"{name}={item!r} does not match {pattern}")
        allowed = [_text(one) for one in declared.get("allowedValues", [])]
        if allowed and item not in allowed:
            raise DocumentError("InvalidParameters", f"{name}={item!r} is not one of {allowed}")
    if declared["type"] != "StringList" and len(items) != 1:
        raise DocumentError("InvalidParameters", f"{name}: one value, not {len(items)}")
    return "\n".join(items)


def _text(value: object) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)


def _step(number: int, step: Mapping[str, Any], values: Mapping[str, str]) -> Step:
    inputs = step["inputs"]

    def filled(text: object) -> str:
        return REFERENCE.sub(lambda match: values.get(match[1], match[0]), str(text))

    lines = inputs["runCommand"]
    return Step(
        name=step.get("name", f"step{number}"),
        script="\n".join(filled(line) for line in ([lines] if isinstance(lines, str) else lines)),
        directory=filled(inputs.get("workingDirectory", "")),
        timeout_s=int(filled(inputs.get("timeoutSeconds", "")) or TIMEOUT_S),
    )
