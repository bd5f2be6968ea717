"""MiniStack's EC2 records, as this package reads and writes them."""

import hashlib
import re
import threading
from collections.abc import Callable, Iterator
from contextvars import copy_context
from typing import Any

from ministack.core.concurrency import spawn_background
from ministack.core.responses import request_scope
from ministack.services import alb, ec2, iam, sts

from lab.aws.lifecycle import RefusedError, State
from lab.aws.markup import Value, render
from lab.aws.metadata import Credentials
from lab.aws.settings import ACCOUNT

Record = dict[str, Any]
Params = dict[str, Any]
Answer = tuple[int, dict[str, str], bytes]
Handler = Callable[[Params], Answer]

changing = threading.RLock()
"""Held while records change, never while Docker works."""


def install(handlers: dict[str, Handler]) -> None:
    """Answer EC2 actions with these; off the event loop, as they may wait for Docker."""
    ec2._ACTION_MAP.update({action: _refusing(handler) for action, handler in handlers.items()})
    ec2._DOCKER_ACTIONS.update(handlers)


def answer(action: str, value: Value) -> Answer:
    """Return a successful answer."""
    result: Answer = ec2._xml(200, f"{action}Response", render(value))
    return result


def background(task: Callable[..., object], *args: object) -> None:
    """Go on in a thread with this request's account and region."""
    spawn_background(task, *args, thread_name=f"lab-{task.__name__}")


def named(answer: Answer, element: str) -> str:
    """Return the id that an answer gives to what was made."""
    return str(re.findall(rf"<{element}>(.+?)<", answer[2].decode())[0])


def text(params: Params, key: str, default: str = "") -> str:
    """Return one parameter."""
    return str(ec2._p(params, key, default))


def flag(params: Params, key: str, *, default: bool = False) -> bool:
    """Return a boolean parameter."""
    return text(params, key, str(default)).lower() == "true"


def members(params: Params, key: str) -> list[str]:
    """Return a numbered list."""
    found: list[str] = ec2._parse_member_list(params, key)
    return found


def numbered(params: Params, key: str) -> Iterator[tuple[str, Params]]:
    """Yield each `KEY.N` with its fields, names below it."""
    number = 1
    while True:
        prefix = f"{key}.{number}."
        fields = {
            name.removeprefix(prefix): v for name, v in params.items() if name.startswith(prefix)
        }
        if not fields:
            return
        yield prefix, fields
        number += 1


def specified_tags(params: Params, kind: str) -> list[dict[str, str]]:
    """Return the tags a request gives to a kind of resource."""
    return [
        {"Key": text(tag, "Key"), "Value": text(tag, "Value")}
        for _, specification in numbered(params, "TagSpecification")
        if text(specification, "ResourceType") == kind
        for _, tag in numbered(specification, "Tag")
    ]


def tags(resource: str) -> list[dict[str, str]]:
    """Return a resource's tags."""
    found: list[dict[str, str]] = ec2._tags.get(resource, [])
    return found


def instance(instance_id: str) -> Record:
    """Return an instance.

    Raises:
        RefusedError: there is none.
    """
    record: Record | None = ec2._instances.get(instance_id)
    if record is None:
        text_ = f"The instance ID '{instance_id}' does not exist"
        raise RefusedError("InvalidInstanceID.NotFound", text_)
    return record


def volume(volume_id: str) -> Record:
    """Return a volume.

    Raises:
        RefusedError: there is none.
    """
    record: Record | None = ec2._volumes.get(volume_id)
    if record is None:
        raise RefusedError("InvalidVolume.NotFound", f"The volume '{volume_id}' does not exist.")
    return record


def volumes_of(instance_id: str) -> list[tuple[Record, Record]]:
    """Return an instance's volumes, each with its attachment."""
    return [
        (record, attachment)
        for record in ec2._volumes.values()
        for attachment in record["Attachments"]
        if attachment["InstanceId"] == instance_id
    ]


def every_instance() -> Iterator[Record]:
    """Yield all instances of all regions, each within its own account and region."""
    for (account, region, _), record in list(ec2._instances.all_items()):
        with request_scope(account, region):
            yield record


def for_every_instance(task: Callable[[Record], object]) -> None:
    """Do something with all instances at once, and wait until it is done."""
    threads = [
        threading.Thread(target=copy_context().run, args=(task, record))
        for record in every_instance()
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()


def set_state(record: Record, state: State, reason: tuple[str, str] | None = None) -> None:
    """Change an instance's state, and say why if it was not simply asked for."""
    record["State"] = state.record
    record.pop("StateReason", None)
    if reason:
        record["StateReason"] = {"Code": reason[0], "Message": reason[1]}
    if state is not State.RUNNING:
        record.pop("_agent", None)


def addresses() -> list[str]:
    """Return the addresses of all instances that have one yet, and of all balancers."""
    hosts = [one for one in ec2._instances.all_values() if State.of(one) is not State.TERMINATED]
    balancers = [one for one in alb._lbs.all_values() if "_address" in one]
    return [one["PrivateIpAddress"] for one in hosts] + [one["_address"] for one in balancers]


def has_gateway(vpc: str) -> bool:
    """Return whether a VPC has an internet gateway."""
    gateways = ec2._internet_gateways.values()
    return any(a["VpcId"] == vpc for gateway in gateways for a in gateway["Attachments"])


def security_groups(ids: list[str]) -> list[dict[str, str]]:
    """Return security groups as instance records hold them."""
    return [
        {"GroupId": group, "GroupName": ec2._security_groups.get(group, {}).get("GroupName", group)}
        for group in ids
    ]


def credentials(record: Record) -> Credentials | None:
    """Return what an instance signs with: its own session of its profile's role."""
    profile = record.get("IamInstanceProfile")
    known = iam._lookup_instance_profile(arn=profile["Arn"]) if profile else None
    if not known or not known["Roles"]:
        return None
    role = known["Roles"][0]
    name = record["InstanceId"]
    digest = hashlib.sha256(name.encode()).hexdigest()
    found = Credentials(role, f"ASIA{digest[:16].upper()}", digest[16:56], digest)
    session = {
        "Arn": f"arn:aws:sts::{ACCOUNT}:assumed-role/{role}/{name}",
        "UserId": f"AROA{digest[:17].upper()}:{name}",
        "SecretAccessKey": found.secret_key,
        "SessionToken": found.token,
        "AccountId": ACCOUNT,
        "PrincipalType": "AssumedRole",
    }
    sts.register_session(found.access_key, session)
    return found


def _refusing(handler: Handler) -> Handler:
    def handle(params: Params) -> Answer:
        try:
            return handler(params)
        except RefusedError as refusal:
            result: Answer = ec2._error(refusal.code, render(refusal.message), 400)
            return result

    return handle
