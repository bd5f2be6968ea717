"""EC2's actions on instances that exist."""

import base64
from collections.abc import Callable
from typing import Any

from ministack.services import ec2

from lab.aws import descriptions, filters, lifecycle, store
from lab.aws.hosts import SHUTDOWN_S, Hosts
from lab.aws.lifecycle import RefusedError, State
from lab.aws.markup import Value, render
from lab.aws.store import Answer, Params, Record

ATTRIBUTES: dict[str, Callable[[Record], Value]] = {
    "disableApiStop": lambda record: record.get("DisableApiStop", False),
    "disableApiTermination": lambda record: record.get("DisableApiTermination", False),
    "ebsOptimized": lambda record: record.get("EbsOptimized", False),
    "instanceInitiatedShutdownBehavior": lambda record: record.get("ShutdownBehaviour", "stop"),
    "userData": lambda record: record["UserData"] or None,
}
"""Attributes that MiniStack answers wrongly; the rest is its own."""


class InstanceApi:
    """Handlers, by action."""

    def __init__(self, hosts: Hosts) -> None:
        self._hosts = hosts
        self._describe = ec2._describe_instances
        self._describe_attribute = ec2._describe_instance_attribute
        self._tag, self._untag = ec2._create_tags, ec2._delete_tags

    def install(self) -> None:
        """Take over from MiniStack."""
        ec2._instance_xml = lambda record: "<item>{}</item>".format(
            render(descriptions.instance(record, store.tags(record["InstanceId"])))
        )
        ec2._matches_filters = lambda record, asked: (
            ec2._resource_matches_tag_filters(record["InstanceId"], asked)
            and filters.matches(record, asked)
        )
        ec2._vm_reconcile_running = lambda _: None  # hosts are watched, not looked after on demand
        ec2._docker_touched = lambda: True  # so that actions which wait leave the event loop
        ec2.instance_is_managed = lambda name: ec2._instances.get(name, {}).get("_agent", False)
        store.install(
            {
                "CreateTags": self.tag,
                "DeleteTags": self.untag,
                "DescribeInstanceAttribute": self.describe_attribute,
                "DescribeInstances": self.describe,
                "GetConsoleOutput": self.console,
                "ModifyInstanceAttribute": self.modify_attribute,
                "ModifyInstanceMetadataOptions": self.modify_metadata,
                "RebootInstances": self.reboot,
                "StartInstances": self.start,
                "StopInstances": self.stop,
                "TerminateInstances": self.terminate,
            }
        )

    def describe(self, params: Params) -> Answer:
        """DescribeInstances, which knows its filters."""
        filters.check(ec2._parse_filters(params))
        answer: Answer = self._describe(params)
        return answer

    def start(self, params: Params) -> Answer:
        """StartInstances."""
        return self._change(params, "StartInstances", lifecycle.start, self._hosts.boot)

    def stop(self, params: Params) -> Answer:
        """StopInstances: shuts down; Force cuts the power."""
        for record in self._asked(params):
            if record.get("DisableApiStop"):
                raise _protected(record, "stopped", "disableApiStop")
        seconds = self._patience(params)
        return self._change(
            params,
            "StopInstances",
            lifecycle.stop,
            lambda record: self._hosts.stop(record, seconds),
        )

    def terminate(self, params: Params) -> Answer:
        """TerminateInstances: shuts down, then nothing is left but what volumes hold."""
        for record in self._asked(params):
            if record.get("DisableApiTermination"):
                raise _protected(record, "terminated", "disableApiTermination")
        seconds = self._patience(params)
        return self._change(
            params,
            "TerminateInstances",
            lambda _, state: lifecycle.terminate(state),
            lambda record: self._hosts.terminate(record, seconds),
        )

    def reboot(self, params: Params) -> Answer:
        """RebootInstances."""
        records = self._asked(params)
        for record in records:
            lifecycle.reboot(record["InstanceId"], State.of(record))
        for record in records:
            store.background(self._hosts.reboot, record)
        return store.answer("RebootInstances", {"return": True})

    def describe_attribute(self, params: Params) -> Answer:
        """DescribeInstanceAttribute."""
        record = store.instance(store.text(params, "InstanceId"))
        attribute = store.text(params, "Attribute")
        if attribute not in ATTRIBUTES:
            answer: Answer = self._describe_attribute(params)
            return answer
        value: Value = {"value": ATTRIBUTES[attribute](record)}
        shown: Value = {"instanceId": record["InstanceId"], attribute: value}
        return store.answer("DescribeInstanceAttribute", shown)

    def modify_attribute(self, params: Params) -> Answer:
        """ModifyInstanceAttribute: protections, type, groups, which volumes end with it."""
        record = store.instance(store.text(params, "InstanceId"))
        for key in ("DisableApiStop", "DisableApiTermination", "EbsOptimized"):
            if f"{key}.Value" in params:
                record[key] = store.flag(params, f"{key}.Value")
        if "SourceDestCheck.Value" in params:
            record["SourceDestCheck"] = store.flag(params, "SourceDestCheck.Value")
        behaviour = store.text(params, "InstanceInitiatedShutdownBehavior.Value")
        record["ShutdownBehaviour"] = behaviour or record["ShutdownBehaviour"]
        for key in ("InstanceType", "UserData"):
            self._modify_stopped(record, key, store.text(params, f"{key}.Value"))
        groups = store.members(params, "GroupId")
        if groups:
            record["SecurityGroups"] = store.security_groups(groups)
        for _, mapping in store.numbered(params, "BlockDeviceMapping"):
            ends = store.flag(mapping, "Ebs.DeleteOnTermination")
            self._modify_mapping(record, store.text(mapping, "DeviceName"), ends=ends)
        return store.answer("ModifyInstanceAttribute", {"return": True})

    def modify_metadata(self, params: Params) -> Answer:
        """ModifyInstanceMetadataOptions."""
        record = store.instance(store.text(params, "InstanceId"))
        options = {**descriptions.METADATA_OPTIONS, **record.get("MetadataOptions", {})}
        record["MetadataOptions"] = {
            key: store.text(params, key) or value for key, value in options.items()
        }
        self._hosts.describe(record)
        shown: dict[str, Any] = {
            key[0].lower() + key[1:]: value for key, value in record["MetadataOptions"].items()
        }
        answer: Value = {
            "instanceId": record["InstanceId"],
            "instanceMetadataOptions": {"state": "applied", **shown},
        }
        return store.answer("ModifyInstanceMetadataOptions", answer)

    def console(self, params: Params) -> Answer:
        """GetConsoleOutput."""
        record = store.instance(store.text(params, "InstanceId"))
        output = base64.b64encode(self._hosts.console(record)).decode()
        shown = {"instanceId": record["InstanceId"], "timestamp": ec2._now_ts(), "output": output}
        return store.answer("GetConsoleOutput", shown)

    def tag(self, params: Params) -> Answer:
        """CreateTags: hosts that may read their tags see them."""
        answer: Answer = self._tag(params)
        self._describe_anew(params)
        return answer

    def untag(self, params: Params) -> Answer:
        """DeleteTags."""
        answer: Answer = self._untag(params)
        self._describe_anew(params)
        return answer

    def _describe_anew(self, params: Params) -> None:
        for name in store.members(params, "ResourceId"):
            record = ec2._instances.get(name)
            if record and State.of(record) not in lifecycle.GONE:
                self._hosts.describe(record)

    def _asked(self, params: Params) -> list[Record]:
        return [store.instance(name) for name in store.members(params, "InstanceId")]

    def _patience(self, params: Params) -> int:
        abrupt = store.flag(params, "Force") or store.flag(params, "SkipOsShutdown")
        return 0 if abrupt else SHUTDOWN_S

    def _change(
        self,
        params: Params,
        action: str,
        rule: Callable[[str, State], State],
        work: Callable[[Record], None],
    ) -> Answer:
        """Change states of all asked for or, when one is refused, of none."""
        records = self._asked(params)
        with store.changing:
            old = [State.of(record) for record in records]
            pairs = zip(records, old, strict=True)
            new = [rule(record["InstanceId"], state) for record, state in pairs]
            for record, before, after in zip(records, old, new, strict=True):
                if after is not before:
                    store.set_state(record, after)
        for record, before, after in zip(records, old, new, strict=True):
            if after is not before:
                store.background(work, record)
        shown: Value = [
            {
                "instanceId": record["InstanceId"],
                "currentState": _code_and_name(after),
                "previousState": _code_and_name(before),
            }
            for record, before, after in zip(records, old, new, strict=True)
        ]
        return store.answer(action, {"instancesSet": shown})

    def _modify_stopped(self, record: Record, key: str, value: str) -> None:
        if not value:
            return
        if State.of(record) is not State.STOPPED:
            text = f"The instance '{record['InstanceId']}' is not in the 'stopped' state."
            raise RefusedError("IncorrectInstanceState", text)
        record[key] = value

    def _modify_mapping(self, record: Record, device: str, *, ends: bool) -> None:
        for _, attachment in store.volumes_of(record["InstanceId"]):
            if attachment["Device"] == device:
                attachment["DeleteOnTermination"] = ends
        for mapping in record["BlockDeviceMappings"]:
            if mapping["DeviceName"] == device:
                mapping["Ebs"]["DeleteOnTermination"] = ends


def _code_and_name(state: State) -> Value:
    code, name = state.value
    return {"code": code, "name": name}


def _protected(record: Record, done: str, attribute: str) -> RefusedError:
    text = (
        f"The instance '{record['InstanceId']}' may not be {done}. "
        f"Modify its '{attribute}' instance attribute and try again."
    )
    return RefusedError("OperationNotPermitted", text)
