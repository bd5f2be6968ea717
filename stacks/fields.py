"""What models of settings are made of: fields that can say what they want and how to write it."""

from collections.abc import Mapping
from typing import Annotated, Any, ClassVar

from pydantic import BaseModel, ConfigDict, Field, StringConstraints

NAME_RULE = "a name is a small letter, then up to 15 more of a-z, 0-9 and -, and no - at its end"
Name = Annotated[str, StringConstraints(pattern=r"^[a-z]([a-z0-9-]{0,14}[a-z0-9])?$")]
Texts = Annotated[tuple[str, ...], Field(strict=False)]  # else a list would not do for a tuple


class Strict(BaseModel):
    """A frozen model that refuses unknown keys and never converts one type to another."""

    model_config = ConfigDict(extra="forbid", frozen=True, strict=True)

    refused: ClassVar[Mapping[str, tuple[str, str]]] = {}
    """Keys one might expect: why they are not here, and the fix."""


def field(what: str, example: object, **more: Any) -> Any:
    """Return a field that says what it must be, and how it may be written."""
    return Field(description=what, examples=[example], **more)


def text(what: str, example: str, **more: Any) -> Any:
    """Return a field of text, never empty."""
    return field(what, example, min_length=1, **more)


def number(what: str, example: int, **more: Any) -> Any:
    """Return a field of a whole number."""
    return field(f"a whole number, {what}", example, **more)


def items(what: str, example: list[str], **more: Any) -> Any:
    """Return a field that is a list of text; a tuple to us, a list in the file."""
    return field(f"a list of {what}", example, **more)
