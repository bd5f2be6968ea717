"""The language protocol: run programs, policy packs and component packages."""

import json
import os
import queue
import subprocess
import sys
import threading
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import IO, Any

import grpc
from google.protobuf import empty_pb2, json_format
from pulumi.runtime.proto import language_pb2, language_pb2_grpc, plugin_pb2

from lab.plugins.language import interpreter

_EXECUTE = Path(__file__).with_name("execute.py")
_TOLD_THE_USER = 32


class Host(language_pb2_grpc.LanguageRuntimeServicer):
    """Answers the engine; `stop` ends whatever it runs."""

    def __init__(self, engine: str, version: str) -> None:
        self._engine = engine
        self._version = version
        self._running: set[subprocess.Popen[bytes]] = set()

    def stop(self) -> None:
        """End the programs that run."""
        for process in list(self._running):
            process.kill()

    def Handshake(self, request: Any, context: Any) -> Any:  # noqa: ARG002, N802
        """Agree on nothing in particular."""
        return language_pb2.LanguageHandshakeResponse()

    def GetPluginInfo(self, request: Any, context: Any) -> Any:  # noqa: ARG002, N802
        """Return the version."""
        return plugin_pb2.PluginInfo(version=self._version)

    def GetRequiredPackages(self, request: Any, context: Any) -> Any:  # noqa: ARG002, N802
        """Name no plugins: each resource a program registers says which version it needs."""
        return language_pb2.GetRequiredPackagesResponse()

    def GetRequiredPlugins(self, request: Any, context: Any) -> Any:  # noqa: ARG002, N802
        """Name no plugins, in the older way."""
        return language_pb2.GetRequiredPluginsResponse()

    def GetProgramDependencies(self, request: Any, context: Any) -> Any:  # noqa: ARG002, N802
        """Name no packages: `uv.lock` has them."""
        return language_pb2.GetProgramDependenciesResponse()

    def RuntimeOptionsPrompts(self, request: Any, context: Any) -> Any:  # noqa: ARG002, N802
        """Ask nothing."""
        return language_pb2.RuntimeOptionsResponse()

    def InstallDependencies(self, request: Any, context: Any) -> Iterator[Any]:  # noqa: ARG002, N802
        """Install nothing: `uv sync` did."""
        yield language_pb2.InstallDependenciesResponse()

    def About(self, request: Any, context: Any) -> Any:  # noqa: N802
        """Tell which Python it is."""
        return language_pb2.AboutResponse(
            executable=self._python(request.info, context), version=sys.version.split()[0]
        )

    def Cancel(self, request: Any, context: Any) -> Any:  # noqa: ARG002, N802
        """End what runs."""
        self.stop()
        return empty_pb2.Empty()

    def Run(self, request: Any, context: Any) -> Any:  # noqa: N802
        """Run a program to its end; its output goes to the engine through our own."""
        python = self._python(request.info, context)
        process = self._start(
            [python, "-u", str(_EXECUTE)],
            os.environ,
            cwd=request.pwd or None,
            stdin=subprocess.PIPE,
        )
        # By standard input: configuration may be secret, and anyone can list arguments.
        process.communicate(json.dumps(_told(request, self._engine)).encode())
        code = process.returncode
        self._running.discard(process)
        if code == _TOLD_THE_USER:
            return language_pb2.RunResponse(bail=True)
        if code:
            error = f"Program exited with non-zero exit code: {code}"
            return language_pb2.RunResponse(error=error)
        return language_pb2.RunResponse()

    def RunPlugin(self, request: Any, context: Any) -> Iterator[Any]:  # noqa: N802
        """Run a policy pack or a component package, until the engine hangs up."""
        program = str(Path(request.info.program_directory) / request.info.entry_point)
        command = [self._python(request.info, context), "-u"]
        if request.kind == "analyzer":
            command += ["-m", "pulumi.policy", *request.args[:1], program]
        else:
            command += [program, *request.args]
        process = self._start(
            command,
            dict(item.split("=", 1) for item in request.env) or os.environ,
            cwd=request.pwd or None,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
        )
        context.add_callback(process.kill)
        for stream, chunk in _output(process):
            told: dict[str, Any] = {stream: chunk}
            yield language_pb2.RunPluginResponse(**told)
        self._running.discard(process)
        yield language_pb2.RunPluginResponse(exitcode=process.wait())

    def _start(self, command: list[str], env: Mapping[str, str], **options: Any) -> Any:
        # Where Python may not keep what it compiled, the SDK costs two seconds more each time.
        kept = {key: value for key, value in env.items() if key != "PYTHONDONTWRITEBYTECODE"}
        wanted: dict[str, Any] = {"stdin": subprocess.DEVNULL} | options
        process: Any = subprocess.Popen(command, env=kept, **wanted)
        self._running.add(process)
        return process

    def _python(self, info: Any, context: grpc.ServicerContext) -> str:
        try:
            options = json_format.MessageToDict(info.options)
            return interpreter.find(Path(info.root_directory), options)
        except interpreter.NoInterpreterError as error:
            return str(context.abort(grpc.StatusCode.FAILED_PRECONDITION, str(error)))


def _told(request: Any, engine: str) -> dict[str, Any]:
    """Return what `execute.py` needs to know."""
    return {
        "program": str(Path(request.info.program_directory) / request.info.entry_point),
        "arguments": list(request.args),
        "config": dict(request.config),
        "secret_keys": list(request.configSecretKeys),
        "settings": {
            "monitor": request.monitor_address,
            "engine": engine,
            "project": request.project,
            "stack": request.stack,
            "parallel": request.parallel,
            "dry_run": request.dryRun,
            "organization": request.organization,
            "root_directory": request.info.root_directory,
        },
    }


def _output(process: subprocess.Popen[bytes]) -> Iterator[tuple[str, bytes]]:
    """Yield what a process writes, as it comes, until both its outputs end."""
    chunks: queue.Queue[tuple[str, bytes]] = queue.Queue()

    def pump(name: str, stream: IO[bytes] | None) -> None:
        while stream and (chunk := os.read(stream.fileno(), 65536)):
            chunks.put((name, chunk))
        chunks.put((name, b""))

    for name, stream in (("stdout", process.stdout), ("stderr", process.stderr)):
        threading.Thread(target=pump, args=(name, stream), daemon=True).start()
    ended = 0
    while ended < 2:  # noqa: PLR2004 - two outputs
        name, chunk = chunks.get()
        ended += not chunk
        if chunk:
            yield name, chunk
