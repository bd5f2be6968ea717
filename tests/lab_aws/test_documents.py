"""SSM documents."""

from typing import Any

import pytest

from lab.aws import documents
from lab.aws.documents import DocumentError

RESTART = """
schemaVersion: "2.2"
parameters:
  unit: {type: String, allowedValues: [nodekeep-node, nodekeep-exporter]}
  wait: {type: String, default: "30", allowedPattern: "[0-9]{1,3}"}
mainSteps:
  - action: aws:runShellScript
    name: restart
    inputs:
      timeoutSeconds: "{{ wait }}"
      runCommand: ["set -eu", "systemctl restart {{unit}}"]
"""


def restart(**given: Any) -> documents.Step:
    """Return what the document runs."""
    (step,) = documents.steps(documents.parse(RESTART, "YAML"), given)
    return step


def test_parameters_are_put_in_their_place() -> None:
    step = restart(unit=["nodekeep-node"])
    assert step.script == "set -eu\nsystemctl restart nodekeep-node"
    assert (step.name, step.timeout_s) == ("restart", 30)
    assert restart(unit=["nodekeep-node"], wait=["5"]).timeout_s == 5


@pytest.mark.parametrize(
    ("given", "text"),
    [
        ({}, "unit is required"),
        ({"unit": ["sshd"]}, "not one of"),
        ({"unit": ["nodekeep-node"], "wait": ["1; reboot"]}, "does not match"),
        ({"unit": ["nodekeep-node"], "other": ["x"]}, "unknown: other"),
        ({"unit": ["nodekeep-node", "nodekeep-node"]}, "one value, not 2"),
    ],
)
def test_what_does_not_fit_is_refused(given: dict[str, list[str]], text: str) -> None:
    with pytest.raises(DocumentError, match=text) as refused:
        restart(**given)
    assert refused.value.code == "InvalidParameters"


@pytest.mark.parametrize(
    "content",
    [
        "{",
        '{"schemaVersion": "0.3", "mainSteps": [{"action": "aws:runShellScript"}]}',
        '{"schemaVersion": "2.2", "mainSteps": []}',
        '{"schemaVersion": "2.2", "mainSteps": [{"action": "aws:downloadContent"}]}',
    ],
)
def test_what_the_lab_cannot_run_is_no_document(content: str) -> None:
    with pytest.raises(DocumentError, match="InvalidDocumentContent"):
        documents.parse(content, "JSON")


def test_a_shell_script_is_its_lines() -> None:
    given = {"commands": ["echo a", "echo {{ b }}"], "workingDirectory": ["/tmp"]}
    (step,) = documents.steps(documents.RUN_SHELL_SCRIPT, given)
    assert step.script == "echo a\necho {{ b }}"
    assert (step.directory, step.timeout_s) == ("/tmp", 3600)
