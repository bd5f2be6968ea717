"""Any inputs that the SDK would take can be checked, compared and previewed: no row falls over."""

from collections.abc import Mapping
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from lab.plugins import aws
from lab.plugins.aws.kind import AwsKind
from lab.plugins.aws.session import AWS
from lab.plugins.schema import Schema
from lab.plugins.servicer import Provider
from lab.plugins.wire import UNKNOWN, Asset, decode
from tests.plugins.fakes import Engine
from tests.plugins.schemas import schema_file

SCHEMA = Schema(schema_file("aws"))
ENGINE = Engine(Provider(name="aws", version="1", kinds=aws.KINDS, schema=SCHEMA))
SCALARS: Mapping[str, st.SearchStrategy[Any]] = {
    "string": st.text("ab1/-", max_size=5),
    "integer": st.integers(-1, 70_000),
    "number": st.floats(0, 10),
    "boolean": st.booleans(),
    "asset": st.just(Asset(text="x")),
    "any": st.text(max_size=3),
}


def _values(type_: str, unknown: st.SearchStrategy[Any], depth: int) -> st.SearchStrategy[Any]:
    """Return values of a type, some of them unknown."""
    inner = type_[1:]
    if type_[0] == "[":
        known: st.SearchStrategy[Any] = st.lists(_values(inner, unknown, depth), max_size=2)
    elif type_[0] == "{":
        known = st.dictionaries(SCALARS["string"], _values(inner, unknown, depth), max_size=2)
    elif type_[0] == "#":
        known = _objects(SCHEMA._known["types"][inner], unknown, depth + 1)
    else:
        known = SCALARS[type_]
    return known | unknown


def _objects(
    shape: Mapping[str, Any], unknown: st.SearchStrategy[Any], depth: int = 0
) -> st.SearchStrategy[dict[str, Any]]:
    kept = shape["inputs"] if depth < 3 else shape["required"]  # objects nest without end
    parts = {name: _values(shape["inputs"][name], unknown, depth) for name in kept}
    required = {name: parts.pop(name) for name in shape["required"]}
    return st.fixed_dictionaries(required, optional=parts)


@pytest.mark.parametrize("kind", aws.KINDS.values(), ids=lambda kind: kind.typ.rpartition(":")[2])
@settings(max_examples=8, deadline=None)
@given(data=st.data())
def test_any_inputs_are_checked_and_previewed(kind: AwsKind, data: st.DataObject) -> None:
    AWS.region = "eu-central-1"
    shape = SCHEMA._known["resources"][kind.typ]
    done = {name: type_ for name, type_ in shape["inputs"].items() if name in kind.inputs}
    mapped = {"inputs": done, "required": shape["required"]}
    known = data.draw(_objects(mapped, st.nothing()))
    wanted = data.draw(_objects(mapped, st.just(UNKNOWN)))
    inputs, _ = ENGINE.check(kind.typ, known)
    news, _ = ENGINE.check(kind.typ, wanted, inputs)
    told = ENGINE.create(kind.typ, news or wanted, preview=True)
    assert wanted.keys() <= decode(told.properties).keys()
    ENGINE.diff(kind.typ, inputs or known, news or wanted, inputs)
