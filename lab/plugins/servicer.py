"""The provider protocol, answered from a table of kinds."""

import functools
import traceback
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

import grpc
from google.protobuf import any_pb2, empty_pb2
from pulumi.runtime.proto import plugin_pb2, provider_pb2, provider_pb2_grpc, status_pb2

from lab.plugins.link import Job, Link, StoppedError
from lab.plugins.resource import Failure, Field, Kind, PluginError, UnfinishedError
from lab.plugins.schema import Schema
from lab.plugins.wire import Properties, decode, encode

Function = Callable[[Properties], Properties]
_Diff = provider_pb2.DiffResponse
_Detail = provider_pb2.PropertyDiff


@dataclass(frozen=True, kw_only=True)
class Provider:
    """What a plugin is made of."""

    name: str
    version: str
    kinds: Mapping[str, Kind]
    schema: Schema
    functions: Mapping[str, Function] = field(default_factory=dict)
    check_config: Callable[[Properties], list[Failure]] = lambda _: []
    configure: Callable[[Properties], None] = lambda _: None


def _answer(method: Callable[..., Any]) -> Callable[..., Any]:
    """Send an error's text to the engine; the call stack only if nobody foresaw the error."""

    @functools.wraps(method)
    def answered(self: "Servicer", request: Any, context: grpc.ServicerContext) -> Any:
        try:
            return method(self, request)
        except UnfinishedError as error:
            context.abort_with_status(_unfinished(error))
        except (PluginError, StoppedError) as error:
            context.abort(grpc.StatusCode.UNKNOWN, str(error))
        except Exception:  # noqa: BLE001 - a bug of ours must reach the user, not hang the engine
            context.abort(grpc.StatusCode.INTERNAL, traceback.format_exc())

    return answered


class Servicer(provider_pb2_grpc.ResourceProviderServicer):
    """Answers the engine.

    Secrets need no care here: `Configure` says that the plugin takes none, so the engine unwraps
    them before each call and marks what comes back under the same names.
    """

    def __init__(self, provider: Provider, link: Link) -> None:
        self._provider = provider
        self._link = link

    @_answer
    def GetPluginInfo(self, _request: Any) -> Any:  # noqa: N802 - the protocol's names
        """Return the version."""
        return plugin_pb2.PluginInfo(version=self._provider.version)

    @_answer
    def Cancel(self, _request: Any) -> Any:  # noqa: N802
        """Stop waiting: what is under way ends as soon as it can be told to the engine."""
        self._link.stopping.set()
        return empty_pb2.Empty()

    @_answer
    def CheckConfig(self, request: Any) -> Any:  # noqa: N802
        """Refuse settings of the provider that the stand-in would not honour."""
        failures = self._provider.check_config(decode(request.news))
        return provider_pb2.CheckResponse(inputs=request.news, failures=_failures(failures))

    @_answer
    def DiffConfig(self, request: Any) -> Any:  # noqa: N802
        """Report changed settings; none of them replaces the provider."""
        changed = decode(request.olds) != decode(request.news)
        return _Diff(changes=_Diff.DIFF_SOME if changed else _Diff.DIFF_NONE)

    @_answer
    def Configure(self, request: Any) -> Any:  # noqa: N802
        """Take the settings on."""
        self._provider.configure(decode(request.args))
        return provider_pb2.ConfigureResponse(supportsPreview=True)

    @_answer
    def Check(self, request: Any) -> Any:  # noqa: N802
        """Refuse what AWS, or the official plugin, would refuse; fill in name and defaults."""
        news, olds = decode(request.news), decode(request.olds)
        kind = self._provider.kinds.get(request.type)
        if kind is None:
            reason = (
                f"{request.type} is not among the lab's stand-ins; they have: "
                f"{', '.join(sorted(self._provider.kinds))}"
            )
            return provider_pb2.CheckResponse(failures=_failures([("", reason)]))
        failures = self._provider.schema.refusals(kind, news)
        if failures:
            return provider_pb2.CheckResponse(inputs=request.news, failures=_failures(failures))
        try:
            inputs = kind.complete(request.name, request.randomSeed, olds, news)
        except PluginError as error:
            return provider_pb2.CheckResponse(failures=_failures([("", str(error))]))
        if inputs != olds:  # else they passed when they were new
            failures = kind.refusals(inputs)
        return provider_pb2.CheckResponse(inputs=encode(inputs), failures=_failures(failures))

    @_answer
    def Diff(self, request: Any) -> Any:  # noqa: N802
        """Say which inputs change, and whether the resource can stay."""
        kind, state = self._kind(request.type), decode(request.olds)
        olds, news = decode(request.old_inputs), decode(request.news)
        changed = kind.changes(state, olds, news)
        return _Diff(
            changes=_Diff.DIFF_SOME if changed else _Diff.DIFF_NONE,
            diffs=[f.name for f in changed],
            replaces=[f.name for f in changed if f.replace],
            deleteBeforeReplace=kind.delete_first,
            detailedDiff={f.name: _detail(f, state, news) for f in changed},
            hasDetailedDiff=True,
        )

    @_answer
    def Create(self, request: Any) -> Any:  # noqa: N802
        """Make a resource, or say what it would be."""
        kind, inputs = self._kind(request.type), decode(request.properties)
        if request.preview:
            return provider_pb2.CreateResponse(properties=encode(kind.preview(None, inputs)))
        resource_id, state = kind.create(self._job(request), inputs)
        return provider_pb2.CreateResponse(id=resource_id, properties=encode(state))

    @_answer
    def Read(self, request: Any) -> Any:  # noqa: N802
        """Look at a resource: what drifted shows; one that is gone has no id."""
        kind, inputs = self._kind(request.type), decode(request.inputs)
        before = decode(request.properties)
        state = kind.read(self._job(request), request.id, before, inputs)
        if state is None:
            return provider_pb2.ReadResponse()
        return provider_pb2.ReadResponse(
            id=request.id,
            properties=encode(state),
            inputs=encode(kind.actual_inputs(state, inputs)),
        )

    @_answer
    def Update(self, request: Any) -> Any:  # noqa: N802
        """Change a resource, or say what it would be."""
        kind, state = self._kind(request.type), decode(request.olds)
        olds, news = decode(request.old_inputs), decode(request.news)
        if request.preview:
            return provider_pb2.UpdateResponse(properties=encode(kind.preview(state, news)))
        changed = kind.changes(state, olds, news)
        state = kind.update(self._job(request), request.id, state, changed, news)
        return provider_pb2.UpdateResponse(properties=encode(state))

    @_answer
    def Delete(self, request: Any) -> Any:  # noqa: N802
        """Make a resource go away."""
        kind = self._kind(request.type)
        kind.delete(self._job(request), request.id, decode(request.properties))
        return empty_pb2.Empty()

    @_answer
    def Invoke(self, request: Any) -> Any:  # noqa: N802
        """Answer a function."""
        function = self._provider.functions.get(request.tok)
        if function is None:
            known = ", ".join(sorted(self._provider.functions)) or "none"
            raise PluginError(f"{request.tok} is not among the lab's stand-ins; they have: {known}")
        told: dict[str, Any] = {"return": encode(function(decode(request.args)))}
        return provider_pb2.InvokeResponse(**told)

    def _kind(self, token: str) -> Kind:
        try:
            return self._provider.kinds[token]
        except KeyError:
            raise PluginError(f"{token} is not among the lab's stand-ins") from None

    def _job(self, request: Any) -> Job:
        return Job.start(request.urn, self._link, request.timeout)


def _failures(failures: list[Failure]) -> list[provider_pb2.CheckFailure]:
    return [provider_pb2.CheckFailure(property=name, reason=reason) for name, reason in failures]


def _detail(changed: Field, state: Properties, news: Properties) -> provider_pb2.PropertyDiff:
    verb = "UPDATE"
    if changed.name not in news:
        verb = "DELETE"
    elif state.get(changed.name) is None:
        verb = "ADD"
    return _Detail(kind=_Detail.Kind.Value(f"{verb}_REPLACE" if changed.replace else verb))


def _unfinished(error: UnfinishedError) -> grpc.Status:
    """Pack a half-made resource into an error, so that the engine keeps it."""
    detail = any_pb2.Any()
    detail.Pack(
        provider_pb2.ErrorResourceInitFailed(
            id=error.resource_id, properties=encode(error.state), reasons=[str(error)]
        )
    )
    code = grpc.StatusCode.UNKNOWN
    status = status_pb2.Status(code=code.value[0], message=str(error), details=[detail])
    packed = grpc.Status()
    packed.code, packed.details = code, str(error)
    packed.trailing_metadata = (("grpc-status-details-bin", status.SerializeToString()),)
    return packed
