"""Pulumi's property values on the wire, as plain Python values.

The engine sends properties as protobuf structs in which strings and signed objects stand for what
JSON cannot say: unknown values, secrets, assets. Here they become plain Python: `UNKNOWN`, the bare
value (the engine marks secrets itself, see `serve.Servicer.Configure`) and `Asset`.

The SDK's `pulumi.provider.experimental.property_value` is not used: it leaves unknown values as
magic strings, cannot send one, and drops an asset's hash, by which a changed file is noticed.
"""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from enum import Enum
from pathlib import Path
from typing import Any, Final

from google.protobuf import struct_pb2

Properties = dict[str, Any]

_SIGNATURE: Final = "4dabf18193072939515e22adb298388d"
_SECRET: Final = "1b47061264138c4ac30d75fd1eb44270"  # noqa: S105 - a mark, known to all
_ASSET: Final = "c44067f5952c0a294b673a41bacd8c17"
_RESOURCE: Final = "5cf8f73096256a8f31e491e813e4eb8e"
_OUTPUT: Final = "d0e6a833031e9bbcd3f4e8bde6ca49a4"
_UNKNOWN: Final = "04da6b54-80e4-46f7-96ec-b56ff0331ba9"
_UNKNOWNS: Final = frozenset(
    {
        _UNKNOWN,
        "1c4a061d-8072-4f0a-a4cb-0ff528b18fe7",  # bool
        "3eeb2bf0-c639-47a8-9e75-3b44932eb421",  # number
        "6a19a0b0-7e62-4c92-b797-7f8e31da9cc2",  # array
        "030794c1-ac77-496b-92df-f27374a8bd58",  # asset
        "e48ece36-62e2-4504-bad9-02848725956a",  # archive
        "dd056dcd-154b-4c76-9bd3-c8f88648b5ff",  # object
    }
)


class Unknown(Enum):
    """The type of the one value that stands for every value not known before the update."""

    UNKNOWN = "unknown"


UNKNOWN: Final = Unknown.UNKNOWN


@dataclass(frozen=True)
class Secret:
    """A value the engine shall keep encrypted although no secret input had this name."""

    value: Any


@dataclass(frozen=True)
class Asset:
    """A file or a text handed over as one value; two with the same hash are the same."""

    path: str = ""
    text: str = ""
    digest: str = ""

    def read(self) -> bytes:
        """Return the content."""
        return Path(self.path).read_bytes() if self.path else self.text.encode()

    @property
    def sha256(self) -> str:
        """The content's hash: the engine's, where it sent one."""
        return self.digest or hashlib.sha256(self.read()).hexdigest()


def decode(struct: struct_pb2.Struct) -> Properties:
    """Return a struct's properties; those that are null are left out, as providers expect."""
    values = {key: _decode(value) for key, value in struct.fields.items()}
    return {key: value for key, value in values.items() if value is not None}


def _decode(value: struct_pb2.Value) -> Any:
    match value.WhichOneof("kind"):
        case "bool_value":
            return value.bool_value
        case "number_value":
            number = value.number_value
            return int(number) if number.is_integer() else number
        case "string_value":
            text = value.string_value
            return UNKNOWN if text in _UNKNOWNS else text
        case "list_value":
            return [_decode(item) for item in value.list_value.values]
        case "struct_value":
            return _decode_struct(value.struct_value)
    return None


def _decode_struct(struct: struct_pb2.Struct) -> Any:
    fields = struct.fields
    if _SIGNATURE not in fields:
        return decode(struct)
    match fields[_SIGNATURE].string_value:
        case sign if sign == _SECRET:
            return _decode(fields["value"])
        case sign if sign == _OUTPUT:
            return _decode(fields["value"]) if "value" in fields else UNKNOWN
        case sign if sign == _ASSET:
            path, text, digest = (fields[k].string_value for k in ("path", "text", "hash"))
            return Asset(path=path, text=text, digest=digest)
        case sign if sign == _RESOURCE:
            return _decode(fields["id"]) if "id" in fields else UNKNOWN
    raise ValueError(
        "a property is an archive or a remote asset, which the lab's stand-ins do not take: "
        "use a FileAsset or a StringAsset"
    )


def encode(properties: Mapping[str, Any]) -> struct_pb2.Struct:
    """Return properties as a struct for the engine; None is left out."""
    fields = {k: _encode(v) for k, v in properties.items() if v is not None}
    return struct_pb2.Struct(fields=fields)


def _encode(value: Any) -> struct_pb2.Value:
    fields: dict[str, Any]
    match value:
        case None:
            fields = {"null_value": struct_pb2.NULL_VALUE}
        case Unknown():
            fields = {"string_value": _UNKNOWN}
        case bool():
            fields = {"bool_value": value}
        case int() | float():
            fields = {"number_value": value}
        case str():
            fields = {"string_value": value}
        case Secret():
            fields = {"struct_value": _signed(_SECRET, {"value": value.value})}
        case Asset():
            known = {"path": value.path, "text": value.text, "hash": value.sha256}
            fields = {"struct_value": _signed(_ASSET, {k: v for k, v in known.items() if v})}
        case Mapping():
            fields = {"struct_value": encode(value)}
        case list() | tuple():
            fields = {"list_value": struct_pb2.ListValue(values=map(_encode, value))}
        case _:
            raise TypeError(f"a property cannot be a {type(value).__name__}: {value!r}")
    return struct_pb2.Value(**fields)


def _signed(sign: str, fields: Properties) -> struct_pb2.Struct:
    return struct_pb2.Struct(
        fields={key: _encode(value) for key, value in ({_SIGNATURE: sign} | fields).items()}
    )


def has_unknown(value: Any) -> bool:
    """Say whether a value is unknown, wholly or in some part."""
    match value:
        case Unknown():
            return True
        case Mapping():
            return any(map(has_unknown, value.values()))
        case list():
            return any(map(has_unknown, value))
    return False
