"""Answers of AWS's query protocols: nested values to XML."""

from collections.abc import Mapping, Sequence
from xml.sax.saxutils import escape

Value = str | int | bool | None | Mapping[str, "Value"] | Sequence["Value"]


def render(value: Value, *, item: str = "item") -> str:
    """Return XML below an element: mappings by name, sequences as items; None leaves out."""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, str | int):
        return escape(str(value))
    if isinstance(value, Mapping):
        return "".join(
            f"<{name}>{render(inner, item=item)}</{name}>"
            for name, inner in value.items()
            if inner is not None
        )
    return "".join(f"<{item}>{render(inner, item=item)}</{item}>" for inner in value or ())


def tag_set(tags: Sequence[Mapping[str, str]]) -> Value:
    """Return tags as EC2 shows them."""
    return [{"key": tag["Key"], "value": tag.get("Value", "")} for tag in tags]
