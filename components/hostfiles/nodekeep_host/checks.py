"""Checks of values from outside: each says which key is wrong, what it holds and what to do."""

import re
from collections.abc import Callable, Iterator, Mapping
from typing import Any

Check = Callable[[str, Any], Iterator[str]]
SHOWN = 80


def _wrong(key: str, value: Any, fix: str) -> str:
    return f"{key} is {repr(value)[:SHOWN]}: {fix}"


def text(pattern: str, fix: str) -> Check:
    """A string that matches a pattern as a whole."""

    def check(key: str, value: Any) -> Iterator[str]:
        if not isinstance(value, str) or not re.fullmatch(pattern, value):
            yield _wrong(key, value, fix)

    return check


def integer(low: int, high: int) -> Check:
    """A whole number between two limits, both included."""

    def check(key: str, value: Any) -> Iterator[str]:
        if not isinstance(value, int) or isinstance(value, bool) or not low <= value <= high:
            yield _wrong(key, value, f"give a whole number from {low} to {high}")

    return check


def flag(key: str, value: Any) -> Iterator[str]:
    """True or false."""
    if not isinstance(value, bool):
        yield _wrong(key, value, "give true or false")


def nullable(inner: Check) -> Check:
    """Null, or what another check wants."""
    return lambda key, value: iter(()) if value is None else inner(key, value)


def each(inner: Check) -> Check:
    """A list whose items all pass a check."""

    def check(key: str, value: Any) -> Iterator[str]:
        if not isinstance(value, list):
            yield _wrong(key, value, "give a list")
            return
        for index, item in enumerate(value):
            yield from inner(f"{key}[{index}]", item)

    return check


def mapping(names: Check, inner: Check) -> Check:
    """An object with free names that pass one check, and values that pass another."""

    def check(key: str, value: Any) -> Iterator[str]:
        if not isinstance(value, dict):
            yield _wrong(key, value, "give an object")
            return
        for name, item in value.items():
            yield from names(f"{key}: name", name)
            yield from inner(f"{key}.{name}", item)

    return check


def record(required: Mapping[str, Check], optional: Mapping[str, Check]) -> Check:
    """An object with known keys; others are let be, as a newer program may have written them."""

    def check(key: str, value: Any) -> Iterator[str]:
        prefix = f"{key}." if key else ""
        if not isinstance(value, dict):
            yield _wrong(key or "manifest", value, "give an object")
            return
        for name in required.keys() - value.keys():
            yield f"{prefix}{name} is missing: run `pulumi up` with this version of the program"
        for name, inner in {**required, **optional}.items():
            if name in value:
                yield from inner(f"{prefix}{name}", value[name])

    return check
