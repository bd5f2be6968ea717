"""IAM policy documents from statements: plain dicts of strings known when the program starts.

Nothing in a document may be an output. A policy rule can only judge what a preview knows, so
documents name accounts, tags, aliases and names that the program chose, never ids AWS hands out.
"""

import json
from typing import Any

Statement = dict[str, Any]


def document(*statements: Statement) -> str:
    """Return the JSON of a policy."""
    return json.dumps({"Version": "2012-10-17", "Statement": list(statements)})


def trust_ec2() -> Statement:
    """Let EC2, and nobody else, take on a role for its instances."""
    return {
        "Sid": "Ec2",
        "Effect": "Allow",
        "Principal": {"Service": "ec2.amazonaws.com"},
        "Action": "sts:AssumeRole",
    }


def lifecycle() -> str:
    """Return the lifecycle of a repository: only what has no tag ages out.

    Every image that can be in use has a tag that cannot be moved: manifest lists, and the images
    they list as well. By count or by age, a rule on tagged images would one day delete what a node
    that was never rolled out still runs. What has no tag is left over from a push that failed.
    """
    selection = {
        "tagStatus": "untagged",
        "countType": "sinceImagePushed",
        "countUnit": "days",
        "countNumber": 14,
    }
    rule = {
        "rulePriority": 1,
        "description": "Expire what a failed push left",
        "selection": selection,
        "action": {"type": "expire"},
    }
    return json.dumps({"rules": [rule]})
