"""Judge the shape of plain data by a pydantic model: every fault at once, in words of the model.

The words come from the model: a field's description says what the value must be, its first example
how to write it. What is broken is put aside, so that the rest can be judged further.
"""

from collections.abc import Iterator, Mapping
from copy import deepcopy
from typing import Any, NamedTuple, TypeVar, get_args, get_origin

import yaml
from pydantic import ValidationError
from pydantic.fields import FieldInfo
from pydantic_core import ErrorDetails

from stacks.errors import ABSENT, Problem, closest, related
from stacks.fields import NAME_RULE, Strict

ROUNDS = 8  # a repair can lay bare a fault one level below: more rounds than there are levels

M = TypeVar("M", bound=Strict)


class Spot(NamedTuple):
    """Where a path leads in a model."""

    inner: type[Strict] | None
    """The model whose keys are written here."""
    name: str
    """The nearest field, and what it says of itself."""
    field: FieldInfo | None
    exact: bool
    """The path ends at the field itself, not at an entry in it."""


def judge(model: type[M], raw: object, prefix: str = "") -> tuple[M | None, list[Problem]]:
    """Return the model of all that is sound in plain data, and what is wrong with the rest.

    The model says what was given only where no problem came with it: what is broken is replaced by
    the field's example, or left out.
    """
    if not isinstance(raw, dict):
        wanted = f"must be a map with the keys {', '.join(model.model_fields)}"
        return None, [Problem(prefix or "all of it", raw, wanted, "write key: value, one a line")]
    problems: list[Problem] = []
    left = deepcopy(raw)
    for _ in range(ROUNDS):
        try:
            return model.model_validate(left), problems
        except ValidationError as error:
            faults = error.errors(include_url=False)
        for fault in faults:
            place = tuple(step for step in fault["loc"] if step != "[key]")
            problem = _problem(model, fault, place, prefix)
            if not any(related(problem.key, known.key) for known in problems):
                problems.append(problem)
            _put_aside(model, left, place, keep=fault["type"] != "extra_forbidden")
    return None, problems


def _problem(
    model: type[Strict], fault: ErrorDetails, place: tuple[int | str, ...], prefix: str
) -> Problem:
    """Return a fault of pydantic's in our words."""
    key = prefix + ".".join(str(step) for step in place)
    spot = _spot(model, place)
    if "[key]" in fault["loc"]:
        return Problem(key, place[-1], NAME_RULE, "rename it, such as a or arm-2")
    if fault["type"] == "extra_forbidden":
        holder = _spot(model, place[:-1]).inner or model
        unknown = ("is not a key here", closest(place[-1], holder.model_fields))
        return Problem(key, fault["input"], *holder.refused.get(str(place[-1]), unknown))
    value = ABSENT if fault["type"] == "missing" else fault["input"]
    if spot.inner and (
        fault["type"] == "model_type" or not (spot.field and spot.field.description)
    ):
        example = {key: _example(field) for key, field in _required(spot.inner)}
        limit = f"must be a map with the keys {', '.join(spot.inner.model_fields)}"
        return Problem(key, value, limit, f"write {_yaml(place[-1], example)}")
    limit = f"must be {spot.field.description if spot.field else fault['msg']}"
    bounds = fault.get("ctx", {})
    example = bounds.get("ge", bounds.get("le", _example(spot.field)))
    plain = ", without quotes or unit" if isinstance(example, int) and example is not True else ""
    return Problem(key, value, limit, f"write {_yaml(spot.name, example)}{plain}")


def _put_aside(
    model: type[Strict], left: dict[Any, Any], place: tuple[int | str, ...], *, keep: bool
) -> None:
    """Replace what a path leads to by an example, or take it out."""
    depth = len(place) - 1
    for index, step in enumerate(place[:-1]):
        if not isinstance(inner := left.get(step), dict):
            depth = index
            break
        left = inner
    spot = _spot(model, place[: depth + 1])
    left.pop(place[depth], None)
    if keep and spot.exact and spot.field and spot.field.examples:
        left[place[depth]] = deepcopy(spot.field.examples[0])


def _spot(model: type[Strict], place: tuple[int | str, ...]) -> Spot:
    """Follow a path through a model."""
    spot, is_map = Spot(model, "", None, exact=False), False
    for step in place:
        fields = spot.inner.model_fields if spot.inner else {}
        if is_map or step not in fields:
            is_map, spot = False, spot._replace(exact=False)
            continue
        field = fields[str(step)]
        parts = list(_parts(field.annotation))
        is_map = any(get_origin(part) is Mapping for part in parts)
        models = [part for part in parts if isinstance(part, type) and issubclass(part, Strict)]
        spot = Spot(models[0] if models else None, str(step), field, exact=True)
    return spot


def _parts(annotation: Any) -> Iterator[Any]:
    """Return an annotation and all that it is made of."""
    yield annotation
    for part in get_args(annotation):
        yield from _parts(part)


def _required(model: type[Strict]) -> list[tuple[str, FieldInfo]]:
    """Return the fields that have no default."""
    return [(name, field) for name, field in model.model_fields.items() if field.is_required()]


def _example(field: FieldInfo | None) -> Any:
    """Return how a field may be written."""
    return field.examples[0] if field and field.examples else "..."


def _yaml(key: object, value: object) -> str:
    """Return a key and its value as one writes them in a file."""
    text = yaml.safe_dump({str(key): value}, default_flow_style=True, width=1000, sort_keys=False)
    return text.strip()[1:-1]
