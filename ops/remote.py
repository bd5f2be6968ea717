"""Commands on hosts over SSM Run Command: no SSH, no open port."""

import time

import boto3
from botocore.exceptions import ClientError

POLL_S = 0.2
UNFINISHED = ("Pending", "InProgress", "Delayed")


class RemoteError(Exception):
    """The command did not run, or failed: the host, the status, its last words."""


def run(session: boto3.Session, instance_id: str, command: str, *, timeout_s: int = 60) -> str:
    """Run a shell command on one host as root and return what it printed.

    Raises:
        RemoteError: SSM does not reach the host, or the command failed or took too long.
    """
    ssm = session.client("ssm")
    try:
        sent = ssm.send_command(
            InstanceIds=[instance_id],
            DocumentName="AWS-RunShellScript",
            Parameters={"commands": [command], "executionTimeout": [str(timeout_s)]},
            TimeoutSeconds=max(30, timeout_s),  # SSM's least
        )
        return _result(ssm, sent["Command"]["CommandId"], instance_id, timeout_s)
    except ClientError as error:
        reason = error.response["Error"]
        raise RemoteError(f"{instance_id}: SSM: {reason['Code']}: {reason['Message']}") from None


def _result(ssm, command_id: str, instance_id: str, timeout_s: int) -> str:  # type: ignore[no-untyped-def]  # noqa: ANN001
    deadline = time.monotonic() + timeout_s + 30
    while time.monotonic() < deadline:
        time.sleep(POLL_S)
        try:
            answer = ssm.get_command_invocation(CommandId=command_id, InstanceId=instance_id)
        except ssm.exceptions.InvocationDoesNotExist:
            continue  # not there for a moment after it was sent
        if answer["Status"] in UNFINISHED:
            continue
        if answer["Status"] != "Success":
            words = (answer["StandardErrorContent"] or answer["StandardOutputContent"])[-400:]
            raise RemoteError(f"{instance_id}: {answer['Status']}: {words.strip()}")
        return str(answer["StandardOutputContent"])
    raise RemoteError(f"{instance_id}: no answer over SSM within {timeout_s + 30} s")
