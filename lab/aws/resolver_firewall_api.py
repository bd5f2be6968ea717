"""Route 53 Resolver, which MiniStack has not, as a service module of its kind."""

import copy
import json
import sys
from typing import Any

from ministack import app as ministack
from ministack.core import router
from ministack.core.responses import (
    AccountRegionScopedDict,
    error_response_json,
    get_account_id,
    get_region,
    json_response,
)
from ministack.services import ec2

from lab.aws.lifecycle import RefusedError
from lab.aws.resolver_firewall import Firewall
from lab.aws.store import Answer

SERVICE = "route53resolver"
"""Signing name, and the name of the file with its state."""
CONTENT_TYPE = "application/x-amz-json-1.1"

_kept = AccountRegionScopedDict()


def install() -> None:
    """Offer it: requests are routed here, state is saved, restored and reset with all other."""
    router.SERVICE_PATTERNS[SERVICE] = {"target_prefixes": ["Route53Resolver."]}
    ministack.SERVICE_REGISTRY[SERVICE] = {"module": SERVICE}
    ministack.SERVICE_HANDLERS[SERVICE] = handle_request
    ministack._state_map[SERVICE] = SERVICE
    ministack._loaded_modules[SERVICE] = sys.modules[__name__]


async def handle_request(
    _method: str, _path: str, headers: dict[str, str], body: bytes, _query: dict[str, Any]
) -> Answer:
    """Answer a request."""
    firewall = Firewall(
        _kept.setdefault("firewall", {}),
        account=get_account_id(),
        region=get_region(),
        has_vpc=lambda vpc: vpc in ec2._vpcs,
    )
    action = headers.get("x-amz-target", "").partition(".")[2]
    answer: Answer
    try:
        found = firewall.answer(action, json.loads(body or b"{}"))
        answer = json_response(found, content_type=CONTENT_TYPE)
    except RefusedError as refusal:
        answer = error_response_json(
            refusal.code, refusal.message, 400, message_key="Message", content_type=CONTENT_TYPE
        )
    return answer


def get_state() -> dict[str, Any]:
    """Return what is kept."""
    return {"firewall": copy.deepcopy(_kept)}


def load_persisted_state(state: dict[str, Any]) -> None:
    """Go on with what was kept."""
    _kept.update(state.get("firewall") or {})


def reset() -> None:
    """Forget everything."""
    _kept.clear()
