"""The AWS command line (1 or 2), with short time-outs and errors that carry AWS's own code."""

import json
import os
import re
import subprocess
from typing import Any

LIMITS = ("--cli-connect-timeout", "5", "--cli-read-timeout", "30", "--output", "json")
RUN_LIMIT_S = 120


class AwsError(Exception):
    """AWS refused a call, or could not be reached; `code` is AWS's own, or empty."""

    def __init__(self, operation: str, stderr: str) -> None:
        found = re.search(r"An error occurred \(([\w.]+)\)", stderr)
        self.code = found.group(1) if found else ""
        last = stderr.strip().rpartition("\n")[2] or "no answer"
        super().__init__(f"aws {operation}: {last}")


def call(service: str, operation: str, *options: str, stdin: str = "") -> Any:
    """Return the answer of one operation; what is secret goes in by stdin, never as an option."""
    what = f"{service} {operation}"
    try:
        done = subprocess.run(
            ["aws", service, operation, *LIMITS, *options],
            input=stdin,
            capture_output=True,
            text=True,
            check=False,
            timeout=RUN_LIMIT_S,
            env={"AWS_RETRY_MODE": "standard", **os.environ, "AWS_PAGER": ""},
        )
    except (OSError, subprocess.TimeoutExpired) as error:
        raise AwsError(what, type(error).__name__) from error
    if done.returncode:
        raise AwsError(what, done.stderr)
    return json.loads(done.stdout or "{}")
