"""Secrets Manager's promise that a token stands for one value."""

from collections.abc import Callable
from typing import Any

from ministack.services import secretsmanager

from lab.aws.store import Answer

Data = dict[str, Any]
Handle = Callable[[Data], Answer]


def install() -> None:
    """Take over from MiniStack."""
    secretsmanager._put_secret_value = _idempotent(secretsmanager._put_secret_value)
    secretsmanager._create_secret = _without_value(secretsmanager._create_secret)


def _idempotent(put: Handle) -> Handle:
    """Refuse another value under a token that was used; the same value again changes nothing."""

    def handle(data: Data) -> Answer:
        _, secret = secretsmanager._resolve(data.get("SecretId"))
        token = data.get("ClientRequestToken")
        known = secret["Versions"].get(token) if secret and token else None
        if not known:
            return put(data)
        answer: Answer
        if any(known.get(key) != data.get(key) for key in ("SecretString", "SecretBinary")):
            text = f"A resource with the ID you requested already exists: version {token}"
            answer = secretsmanager.error_response_json("ResourceExistsException", text, 400)
        else:
            shown = {
                "ARN": secret["ARN"],
                "Name": secret["Name"],
                "VersionId": token,
                "VersionStages": list(known["Stages"]),
            }
            answer = secretsmanager.json_response(shown)
        return answer

    return handle


def _without_value(create: Handle) -> Handle:
    """A secret made without a value has no version until it gets one."""

    def handle(data: Data) -> Answer:
        answer = create(data)
        _, secret = secretsmanager._resolve(data.get("Name"))
        empty = data.get("SecretString") is None and data.get("SecretBinary") is None
        if answer[0] == 200 and secret and empty:  # noqa: PLR2004 - HTTP
            secret["Versions"].clear()
            shown = {"ARN": secret["ARN"], "Name": secret["Name"]}
            answer = secretsmanager.json_response(shown)
        return answer

    return handle
