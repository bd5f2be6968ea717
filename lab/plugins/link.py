"""The way back to the engine: log lines, and whether it wants the work stopped."""

import contextlib
import threading
import time
from dataclasses import dataclass

import grpc
from pulumi.runtime.proto import engine_pb2, engine_pb2_grpc


class StoppedError(Exception):
    """The engine asked to stop, or the time for an operation is over."""


class Link:
    """A plugin's connection to the engine that started it."""

    def __init__(self, address: str) -> None:
        self._address = address
        self._lock = threading.Lock()
        self._stub: engine_pb2_grpc.EngineStub | None = None
        self.stopping = threading.Event()

    def log(self, text: str, urn: str, *, passing: bool) -> None:
        """Show a line with a resource; a passing one only while the work lasts."""
        with self._lock:  # opened late: most runs of a plugin have nothing to say
            if self._stub is None:
                self._stub = engine_pb2_grpc.EngineStub(grpc.insecure_channel(self._address))
        line = engine_pb2.LogRequest(
            severity=engine_pb2.INFO, message=text, urn=urn, ephemeral=passing
        )
        with contextlib.suppress(grpc.RpcError):  # nobody is left to read it
            self._stub.Log(line)


@dataclass(frozen=True)
class Job:
    """One request of the engine for one resource."""

    urn: str
    link: Link
    deadline: float

    @classmethod
    def start(cls, urn: str, link: Link, timeout_s: float) -> "Job":
        """Begin a job that has so many seconds, or half an hour."""
        return cls(urn, link, time.monotonic() + (timeout_s or 1800))

    def say(self, text: str, *, passing: bool = True) -> None:
        """Show a line of progress."""
        self.link.log(text, self.urn, passing=passing)

    def pause(self, seconds: float, waiting_for: str) -> None:
        """Wait, unless the engine wants to stop or the time is over."""
        if self.link.stopping.wait(seconds):
            raise StoppedError(f"interrupted while waiting for {waiting_for}")
        if time.monotonic() > self.deadline:
            raise StoppedError(f"gave up waiting for {waiting_for}")
