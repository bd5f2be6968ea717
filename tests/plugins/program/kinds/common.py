"""What the program is told, and what all parts of it use."""

import json

import pulumi

config = pulumi.Config()
cidr = config.get("cidr") or "10.77.0.0/16"
size = config.get_int("size") or 1
word = config.get("word") or "one"
tags = {"test": "stand-ins", "word": word}
region = "eu-central-1"


def document(*statements: dict[str, object]) -> str:
    """Return an IAM policy."""
    return json.dumps({"Version": "2012-10-17", "Statement": list(statements)})
