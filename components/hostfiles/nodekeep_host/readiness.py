"""What a node's answers mean: live, ready, and if not, why. Knows no coin: the manifest does."""

from collections.abc import Callable, Mapping
from typing import Any, NamedTuple, Optional

from .rpc import RpcError

Ask = Callable[[str], Any]


class State(NamedTuple):
    """A node at one moment; a number that is not known is None, never 0."""

    live: bool = False
    ready: bool = False
    reason: Optional[str] = None
    blocks: Optional[int] = None
    headers: Optional[int] = None
    peers: Optional[int] = None
    tip_age_s: Optional[int] = None


def observe(table: Mapping[str, Any], rule: Mapping[str, Any], ask: Ask, now_s: float) -> State:
    """Ask each method of the table once and judge the answers by the chain's rule."""
    try:
        methods = sorted({question["method"] for question in table.values()})
        answers = {method: ask(method) for method in methods}
        found = {name: _pick(answers, question) for name, question in table.items()}
        ibd = found.pop("ibd", None)
        numbers = {name: _number(table[name], value) for name, value in found.items()}
    except RpcError as error:
        return State(reason=str(error))
    state = State(
        live=True,
        blocks=numbers.get("blocks"),
        headers=numbers.get("headers"),
        peers=numbers.get("peers"),
        # A test chain's tip may lie in the future.
        tip_age_s=max(0, int(now_s) - numbers["tip_time"]) if "tip_time" in numbers else None,
    )
    reason = _unready(state, rule, syncing=ibd is not False)
    return state._replace(ready=reason is None, reason=reason)


def _unready(state: State, rule: Mapping[str, Any], *, syncing: bool) -> Optional[str]:
    peers_min, age_max = rule["peers_min"], rule["tip_age_max_s"]
    behind_max = rule["behind_max"]
    if rule["ibd"] == "require" and syncing:
        return f"initial block download: {state.blocks} of {state.headers} blocks"
    if peers_min and (state.peers is None or state.peers < peers_min):
        return f"{state.peers} peers, wants {peers_min}"
    if age_max is not None and (state.tip_age_s is None or state.tip_age_s > age_max):
        return f"tip is {state.tip_age_s} s old, may be {age_max} s"
    if behind_max is not None and state.headers is not None and state.blocks is not None:
        behind = state.headers - state.blocks
        if behind > behind_max:
            return f"{behind} blocks behind the headers, may be {behind_max}"
    return None


def _pick(answers: Mapping[str, Any], question: Mapping[str, str]) -> Any:
    answer = answers[question["method"]]
    if "field" not in question:
        return answer
    if not isinstance(answer, dict) or question["field"] not in answer:
        raise RpcError(f"{question['method']} has no field {question['field']}")
    return answer[question["field"]]


def _number(question: Mapping[str, str], value: Any) -> int:
    if not isinstance(value, int) or isinstance(value, bool):
        name = ".".join(question.values())
        raise RpcError(f"{name} is {repr(value)[:40]}, not a whole number")
    return value
