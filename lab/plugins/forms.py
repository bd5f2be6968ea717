"""When are two values of a property the same, although they are written differently?"""

import json
from collections.abc import Callable, Mapping
from typing import Any

Same = Callable[[Any, Any], bool]


def covers(actual: Any, wanted: Any) -> bool:
    """Say whether what is there has all that is wanted.

    Keys nobody asked for are the other side's defaults, and a number written as text is the same
    number: `{"port": 80, "path": "/"}` covers `{"port": "80"}`.
    """
    if isinstance(wanted, Mapping) and isinstance(actual, Mapping):
        return all(
            covers(actual.get(k), v) or (k not in actual and empty(v)) for k, v in wanted.items()
        )
    if isinstance(wanted, list) and isinstance(actual, list):
        return len(wanted) == len(actual) and all(map(covers, actual, wanted))
    if isinstance(wanted, bool) or isinstance(actual, bool):
        return str(actual).lower() == str(wanted).lower()
    if isinstance(wanted, int | float) or isinstance(actual, int | float):
        return str(actual) == str(wanted)
    return bool(actual == wanted)


def exactly(actual: Any, wanted: Any) -> bool:
    """Say whether both are equal: nothing missing, nothing more (tags)."""
    return bool((actual or {}) == (wanted or {}))


def as_set(actual: Any, wanted: Any) -> bool:
    """Say whether two lists hold the same, in any order."""
    if not isinstance(actual, list) or not isinstance(wanted, list):
        return covers(actual, wanted)
    left = list(actual)
    for item in wanted:
        match = next((other for other in left if covers(other, item)), None)
        if match is None:
            return False
        left.remove(match)
    return not left


def as_json(actual: Any, wanted: Any) -> bool:
    """Say whether two JSON texts mean the same."""
    try:
        return bool(_loads(actual) == _loads(wanted))
    except ValueError:
        return bool(actual == wanted)


def as_policy(actual: Any, wanted: Any) -> bool:
    """Say whether two IAM policies mean the same: order and lists of one do not count."""
    try:
        return bool(_policy(_loads(actual)) == _policy(_loads(wanted)))
    except ValueError:
        return bool(actual == wanted)


def _loads(text: Any) -> Any:
    return json.loads(text) if isinstance(text, str) else text


def _policy(node: Any) -> Any:
    if isinstance(node, Mapping):
        return {key: _policy(value) for key, value in node.items()}
    if isinstance(node, list):
        items = [_policy(item) for item in node]
        return (
            items[0]
            if len(items) == 1
            else sorted(items, key=lambda i: json.dumps(i, sort_keys=True))
        )
    return str(node).lower() if isinstance(node, bool) else node


def empty(value: Any) -> bool:
    """Say whether a value is as good as none."""
    return (
        value is None or value is False or value == 0 or (hasattr(value, "__len__") and not value)
    )
