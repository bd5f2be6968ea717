"""Run Command: scripts that run in hosts, with their real outcome."""

import shlex
import time
from collections.abc import Callable
from typing import Any

from ministack.services import ec2, ssm

from lab.aws.documents import DocumentError, Step
from lab.aws.engine import Engine, Result
from lab.aws.store import Answer, Record

GRACE_S = 5
"""Between asking a script to end and ending it."""

REMEMBERED = 500
"""Commands of which outcomes can be asked; AWS remembers 30 days."""

OPEN = {"Pending", "InProgress", "Delayed"}
Data = dict[str, Any]


class AnyDocument:
    """All documents are run; unknown ones were refused before."""

    def __contains__(self, name: object) -> bool:
        return True


class RunCommand:
    """What of SSM has to do with hosts."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self._send = ssm._send_command
        self._documents: Callable[[Data], list[Step]] = lambda _: []

    def install(self, plan: Callable[[Data], list[Step]]) -> None:
        """Take over from MiniStack; `plan` says what a command runs."""
        self._documents = plan
        ssm._SHELL_DOCUMENTS = AnyDocument()
        ssm._shell_argv = plan
        ssm._finish_invocation = self._run
        ssm._send_command = self.send
        ssm._command_target_ids = targets
        ssm._describe_instance_information = describe_information

    def send(self, data: Data) -> Answer:
        """SendCommand: refused at once when its document or parameters do not fit."""
        try:
            self._documents(data)
        except DocumentError as error:
            answer: Answer = ssm.error_response_json(error.code, error.message, 400)
        else:
            answer = self._send(data)
            for command in list(ssm._commands)[:-REMEMBERED]:
                ssm._commands.pop(command)
        return answer

    def recover(self) -> None:
        """End what ran when the local AWS was ended: nobody will tell of it any more."""
        for record in ssm._commands.all_values():
            for invocation in record["Invocations"].values():
                if invocation["Status"] in OPEN:
                    invocation |= {"Status": "Failed", "StatusDetails": "Undeliverable"}
            ssm._refresh_command_status(record)

    def _run(self, command_id: str, instance_id: str, steps: list[Step]) -> None:
        record = ssm._commands[command_id]
        invocation: Record = record["Invocations"][instance_id]
        began = time.monotonic()
        invocation |= {
            "Status": "InProgress",
            "StatusDetails": "InProgress",
            "ExecutionStartDateTime": ssm._now_iso(),
        }
        outcomes = [self._step(instance_id, step) for step in steps]
        failed = [(status, result) for status, result in outcomes if status != "Success"]
        status, last = failed[0] if failed else outcomes[-1]
        invocation |= {
            "PluginName": steps[0].name if len(steps) == 1 else "",
            "ResponseCode": last.code,
            "StandardOutputContent": "".join(r.out for _, r in outcomes)[: ssm._STDOUT_LIMIT],
            "StandardErrorContent": "".join(r.err for _, r in outcomes)[: ssm._STDERR_LIMIT],
            "ExecutionElapsedTime": f"PT{time.monotonic() - began:.3f}S",
            "ExecutionEndDateTime": ssm._now_iso(),
        }
        # Last: who sees the end sees the outcome.
        invocation |= {
            "Status": status,
            "StatusDetails": "ExecutionTimedOut" if status == "TimedOut" else status,
        }
        ssm._refresh_command_status(record)

    def _step(self, instance_id: str, step: Step) -> tuple[str, Result]:
        place = f"cd {shlex.quote(step.directory)} || exit\n" if step.directory else ""
        limit = ["timeout", f"--kill-after={GRACE_S}", str(step.timeout_s)]
        began = time.monotonic()
        result = self._engine.execute(instance_id, [*limit, "/bin/sh", "-c", place + step.script])
        if result.code == 0:
            return "Success", result
        late = time.monotonic() - began >= step.timeout_s
        return ("TimedOut" if late else "Failed"), result


def targets(data: Data) -> list[str]:
    """Return the instances a command is for: by id, or running ones by tag."""
    chosen = list(data.get("InstanceIds") or [])
    for target in data.get("Targets") or []:
        key, values = target["Key"], target.get("Values") or []
        if key.lower() == "instanceids":
            chosen += values
        elif key.startswith("tag:"):
            chosen += [
                name
                for name in ssm._managed_instance_ids()
                if ec2._resource_matches_tag_filters(name, {key: values})
            ]
    return list(dict.fromkeys(chosen))


def describe_information(data: Data) -> Answer:
    """DescribeInstanceInformation: hosts whose systemd answers, as Online."""
    wanted: dict[str, list[str]] = {
        **{f["key"]: f["valueSet"] for f in data.get("InstanceInformationFilterList") or []},
        **{f["Key"]: f["Values"] for f in data.get("Filters") or []},
    }
    ids = wanted.pop("InstanceIds", None)
    states = wanted.pop("PingStatus", ["Online"])
    shown = [
        _information(name)
        for name in sorted(ssm._managed_instance_ids())
        if (ids is None or name in ids)
        and "Online" in states
        and ec2._resource_matches_tag_filters(name, wanted)
    ]
    answer: Answer = ssm.json_response({"InstanceInformationList": shown})
    return answer


def invocations(data: Data) -> Answer:
    """ListCommandInvocations, which MiniStack has not."""
    found = [
        {
            **invocation,
            "RequestedDateTime": record["RequestedDateTime"],
            "CommandPlugins": [_plugin(invocation)] if data.get("Details") else [],
        }
        for record in ssm._commands.values()
        for invocation in record["Invocations"].values()
        if data.get("CommandId") in {None, record["CommandId"]}
        and data.get("InstanceId") in {None, invocation["InstanceId"]}
    ]
    answer: Answer = ssm.json_response({"CommandInvocations": found})
    return answer


def _plugin(invocation: Record) -> Record:
    return {
        "Name": invocation["PluginName"],
        "Status": invocation["Status"],
        "StatusDetails": invocation["StatusDetails"],
        "ResponseCode": invocation["ResponseCode"],
        "Output": invocation["StandardOutputContent"],
    }


def _information(name: str) -> Record:
    record = ec2._instances[name]
    return {
        "InstanceId": name,
        "PingStatus": "Online",
        "LastPingDateTime": ssm._now_epoch(),
        "AgentVersion": "3.3.0.0",
        "IsLatestVersion": True,
        "PlatformType": "Linux",
        "PlatformName": "Amazon Linux",
        "PlatformVersion": "2023",
        "ResourceType": "EC2Instance",
        "IPAddress": record["PrivateIpAddress"],
        "ComputerName": record["PrivateDnsName"],
    }
