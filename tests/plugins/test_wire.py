"""Values on the wire and back."""

import math
from pathlib import Path
from typing import Any

import pytest
from google.protobuf import struct_pb2
from hypothesis import given
from hypothesis import strategies as st

from lab.plugins.wire import UNKNOWN, Asset, Secret, decode, encode, has_unknown

NAMES = st.text("abcXYZ_", min_size=1, max_size=6)
SCALARS = (
    st.booleans()
    | st.integers(-(2**53), 2**53)
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(max_size=8)
    | st.just(UNKNOWN)
)
VALUES = st.recursive(
    SCALARS,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(NAMES, inner, max_size=3),
    max_leaves=12,
)


@given(st.dictionaries(NAMES, VALUES, max_size=4))
def test_values_come_back_as_they_went(properties: dict[str, Any]) -> None:
    assert decode(encode(properties)) == properties


@given(st.integers(-(2**53), 2**53))
def test_whole_numbers_come_back_as_integers(number: int) -> None:
    came = decode(encode({"a": float(number), "b": number}))
    assert came == {"a": number, "b": number}
    assert {type(value) for value in came.values()} == {int}


@given(st.dictionaries(NAMES, VALUES, max_size=3), NAMES)
def test_a_secret_is_marked_on_the_way_out_and_bare_on_the_way_in(value: Any, name: str) -> None:
    sent = encode({name: Secret(value)})
    assert len(sent.fields[name].struct_value.fields) == 2
    assert decode(sent) == {name: value}


@given(st.dictionaries(NAMES, VALUES, max_size=4), NAMES)
def test_null_is_none_at_all(properties: dict[str, Any], name: str) -> None:
    properties.pop(name, None)
    assert encode(properties | {name: None}) == encode(properties)
    struct = encode(properties)
    struct.fields[name].null_value = struct_pb2.NULL_VALUE
    assert decode(struct) == properties


@given(VALUES)
def test_unknown_parts_are_found(value: Any) -> None:
    assert has_unknown(value) == ("Unknown.UNKNOWN" in repr(value))
    assert has_unknown({"a": [value, {"b": UNKNOWN}]})


@pytest.mark.parametrize("kind", ["1c4a061d-8072-4f0a-a4cb-0ff528b18fe7"])
def test_an_unknown_of_another_type_is_unknown(kind: str) -> None:
    assert decode(encode({"a": kind})) == {"a": UNKNOWN}


def test_a_file_is_known_by_its_content(tmp_path: Path) -> None:
    path = tmp_path / "file"
    path.write_text("hello")
    [came] = decode(encode({"a": Asset(path=str(path))})).values()
    assert came.read() == b"hello"
    assert came.sha256 == Asset(text="hello").sha256


def test_an_archive_is_refused() -> None:
    signed = {"4dabf18193072939515e22adb298388d": "0def7320c3a5731c473e5ecbe6d01bc7"}
    with pytest.raises(ValueError, match="archive"):
        decode(encode({"a": signed}))


def test_what_is_no_value_is_refused() -> None:
    with pytest.raises(TypeError, match="set"):
        encode({"a": {1, 2}})


def test_a_float_that_is_no_whole_number_stays_one() -> None:
    assert math.isclose(decode(encode({"a": 1.5}))["a"], 1.5)
