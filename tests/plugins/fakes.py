"""Stand-ins for what the stand-ins talk to: AWS, the engine, its calls."""

import time
from collections.abc import Callable, Mapping
from typing import Any, NoReturn

import grpc
from google.protobuf import struct_pb2
from pulumi.runtime.proto import provider_pb2

from lab.plugins.aws.session import AWS, AwsError
from lab.plugins.link import Job, Link
from lab.plugins.servicer import Provider, Servicer
from lab.plugins.wire import Properties, decode, encode

Answer = Callable[..., Any] | Mapping[str, Any] | Exception


class FakeAws:
    """Answers calls from a table, and remembers them."""

    def __init__(self, answers: dict[str, Any]) -> None:
        self.answers = answers
        self.calls: list[tuple[str, dict[str, Any]]] = []

    def call(self, _service: str, operation: str, **params: Any) -> Any:
        """Answer a call; a list answers once for each."""
        self.calls.append((operation, params))
        answer = self.answers.get(operation, {})
        if isinstance(answer, list):
            answer = answer.pop(0) if len(answer) > 1 else answer[0]
        if isinstance(answer, Exception):
            raise answer
        return answer(**params) if callable(answer) else answer

    def made(self, operation: str) -> list[dict[str, Any]]:
        """Return the parameters of each call of an operation."""
        return [params for name, params in self.calls if name == operation]


def refused(code: str) -> AwsError:
    """Return what AWS says when it refuses."""
    return AwsError("operation", code, "because")


def install(monkeypatch: Any, answers: dict[str, Any]) -> FakeAws:
    """Let all calls go to a fake."""
    fake = FakeAws(answers)
    monkeypatch.setattr(AWS, "call", fake.call)
    monkeypatch.setattr(AWS, "region", "eu-central-1")
    monkeypatch.setattr(AWS, "default_tags", {})
    monkeypatch.setitem(AWS.__dict__, "account", "000000000000")
    return fake


class QuietLink(Link):
    """A link that keeps what is said."""

    def __init__(self) -> None:
        super().__init__("127.0.0.1:1")
        self.said: list[str] = []

    def log(self, text: str, urn: str, *, passing: bool) -> None:
        """Keep a line."""
        self.said.append(text)


def job(link: Link | None = None, *, seconds: float = 60, name: str = "name") -> Job:
    """Return a job for a resource."""
    urn = f"urn:pulumi:stack::project::type::{name}"
    return Job(urn, link or QuietLink(), time.monotonic() + seconds)


class AbortedError(Exception):
    """A call was answered with an error."""

    def __init__(self, details: str, status: Any = None) -> None:
        super().__init__(details)
        self.status = status


class Context:
    """A gRPC context whose errors can be looked at."""

    def abort(self, code: grpc.StatusCode, details: str) -> NoReturn:
        """Answer with an error."""
        raise AbortedError(details, code)

    def abort_with_status(self, status: Any) -> NoReturn:
        """Answer with an error that carries more."""
        raise AbortedError(status.details, status)


class Engine:
    """The engine's calls, with plain values."""

    def __init__(self, provider: Provider, link: Link | None = None) -> None:
        self.servicer = Servicer(provider, link or QuietLink())

    def check(
        self, typ: str, news: Properties, olds: Properties | None = None, seed: bytes = b"seed"
    ) -> tuple[Properties, dict[str, str]]:
        """Return the inputs and, by property, what is refused."""
        request = provider_pb2.CheckRequest(
            urn="urn", type=typ, name="name", news=encode(news), olds=encode(olds or {})
        )
        request.randomSeed = seed
        told = self.servicer.Check(request, Context())
        return decode(told.inputs), {f.property: f.reason for f in told.failures}

    def diff(
        self, typ: str, state: Properties, news: Properties, olds: Properties | None = None
    ) -> Any:
        """Return the answer to a diff."""
        request = provider_pb2.DiffRequest(
            urn="urn",
            id="id",
            type=typ,
            olds=encode(state),
            news=encode(news),
            old_inputs=encode(olds if olds is not None else news),
        )
        return self.servicer.Diff(request, Context())

    def create(self, typ: str, inputs: Properties, *, preview: bool = False) -> Any:
        """Return the answer to a creation."""
        request = provider_pb2.CreateRequest(
            urn="urn", type=typ, properties=encode(inputs), preview=preview
        )
        return self.servicer.Create(request, Context())

    def read(self, typ: str, state: Properties, inputs: Properties) -> Any:
        """Return the answer to a look."""
        request = provider_pb2.ReadRequest(
            urn="urn", id="vol-1", type=typ, properties=encode(state), inputs=encode(inputs)
        )
        return self.servicer.Read(request, Context())

    def invoke(self, token: str, args: Properties) -> struct_pb2.Struct:
        """Return the answer to a function."""
        request = provider_pb2.InvokeRequest(tok=token, args=encode(args))
        told: struct_pb2.Struct = getattr(self.servicer.Invoke(request, Context()), "return")
        return told
