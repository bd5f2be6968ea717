"""What botocore knows of a request, without a client: that would cost ten times more."""

import functools
from collections.abc import Iterator
from typing import Any

from botocore import xform_name
from botocore.loaders import create_loader
from botocore.model import ServiceModel
from botocore.validate import ParamValidator


@functools.cache
def _operations(service: str) -> tuple[ServiceModel, dict[str, str]]:
    model = ServiceModel(create_loader().load_service_model(service, "service-2"), service)
    return model, {xform_name(name): name for name in model.operation_names}


def input_shape(service: str, operation: str) -> Any:
    """Return the shape of an operation's request; a KeyError if there is no such operation."""
    model, names = _operations(service)
    return model.operation_model(names[operation]).input_shape


def problems(service: str, operation: str, request: dict[str, Any]) -> list[str]:
    """Say what is wrong with a request: unknown, missing or mistyped parameters, wrong words."""
    shape = input_shape(service, operation)
    tokens = {n: "-" for n, m in shape.members.items() if getattr(m, "idempotency_token", False)}
    found = ParamValidator().validate(tokens | request, shape).generate_report()
    return [*found.splitlines(), *_wrong_words(shape, request, "")]


def _wrong_words(shape: Any, value: Any, path: str) -> Iterator[str]:
    """Yield the texts that are none of those allowed; botocore itself does not look."""
    if shape.type_name == "structure" and isinstance(value, dict):
        for name in value.keys() & shape.members.keys():
            yield from _wrong_words(shape.members[name], value[name], f"{path}.{name}".lstrip("."))
    elif shape.type_name == "list" and isinstance(value, list):
        for item in value:
            yield from _wrong_words(shape.member, item, path)
    elif shape.type_name == "string" and shape.enum and value not in shape.enum:
        yield f"{path}: {value!r} is none of {', '.join(shape.enum)}"
