"""A plugin's process: the port told to the engine, and an end as soon as the engine wants it."""

import os
import signal
import sys
import threading
from collections.abc import Callable
from concurrent import futures
from typing import Any

import grpc
from pulumi.runtime.proto import provider_pb2_grpc

from lab.plugins.link import Link
from lab.plugins.servicer import Provider, Servicer

_GRACE_S = 4  # the engine kills a plugin five seconds after SIGINT
_MESSAGE_BYTES = 400 * 1024 * 1024


class _InFlight(grpc.ServerInterceptor):
    """Counts the calls being answered."""

    def __init__(self) -> None:
        self._none = threading.Condition()
        self._calls = 0

    def intercept_service(self, continuation: Callable[..., Any], details: Any) -> Any:
        """Wrap the answer to a call."""
        handler = continuation(details)
        if handler is None:
            return None

        def counted(request: Any, context: Any) -> Any:
            with self._none:
                self._calls += 1
            try:
                return handler.unary_unary(request, context)
            finally:
                with self._none:
                    self._calls -= 1
                    self._none.notify_all()

        return grpc.unary_unary_rpc_method_handler(
            counted, handler.request_deserializer, handler.response_serializer
        )

    def wait(self, seconds: float) -> None:
        """Wait until no call is being answered."""
        with self._none:
            self._none.wait_for(lambda: self._calls == 0, seconds)


def watch(ending: threading.Event) -> None:
    """Set an event when the engine wants the process to end, or is itself no more."""

    def end_of_input() -> None:
        sys.stdin.read()  # the engine holds it open as long as it lives
        ending.set()

    threading.Thread(target=end_of_input, daemon=True).start()
    for number in (signal.SIGINT, signal.SIGTERM):
        # From a thread: an event must not be set by a handler that interrupted its own wait.
        signal.signal(number, lambda *_: threading.Thread(target=ending.set).start())


def main(provider: Provider) -> None:
    """Serve a provider to the engine whose address is the first argument, until told to end."""
    addresses = [argument for argument in sys.argv[1:] if not argument.startswith("-")]
    if not addresses:
        raise SystemExit(f"pulumi-resource-{provider.name} is started by Pulumi, not by hand")
    link, calls, ending = Link(addresses[0]), _InFlight(), threading.Event()
    watch(ending)
    server = grpc.server(
        futures.ThreadPoolExecutor(64),
        interceptors=[calls],
        options=[("grpc.max_receive_message_length", _MESSAGE_BYTES)],
    )
    provider_pb2_grpc.add_ResourceProviderServicer_to_server(Servicer(provider, link), server)
    print(server.add_insecure_port("127.0.0.1:0"), flush=True)
    server.start()
    ending.wait()
    link.stopping.set()
    calls.wait(_GRACE_S)  # a resource just made is told to the engine, not forgotten
    os._exit(0)  # no worker thread may keep the engine waiting
