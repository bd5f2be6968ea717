"""Plugins as processes: packed, started, ended."""

import signal
import subprocess
import sys
import tarfile
import time
from pathlib import Path

import grpc
import pytest
from google.protobuf import empty_pb2
from pulumi.runtime.proto import language_pb2_grpc, plugin_pb2, provider_pb2_grpc

from lab.plugins import pack
from lab.plugins.language import interpreter
from tests.plugins.processes import started

pytestmark = pytest.mark.script

MODULES = ["aws", "docker", "command", "language"]


@pytest.mark.parametrize("module", MODULES)
@pytest.mark.parametrize("how", ["interrupt", "terminate", "engine killed"])
def test_it_ends_at_once(module: str, how: str) -> None:
    with started(module) as (process, _):
        began = time.monotonic()
        if how == "engine killed":
            assert process.stdin
            process.stdin.close()
        else:
            process.send_signal(signal.SIGINT if how == "interrupt" else signal.SIGTERM)
        assert process.wait(5) == 0
        assert time.monotonic() - began < 2


def test_it_tells_its_version_and_outlives_a_cancellation() -> None:
    with started("command") as (process, address), grpc.insecure_channel(address) as channel:
        stub = provider_pb2_grpc.ResourceProviderStub(channel)
        assert stub.GetPluginInfo(empty_pb2.Empty()).version == "1.2.1"
        stub.Cancel(empty_pb2.Empty())
        assert stub.GetPluginInfo(empty_pb2.Empty()) == plugin_pb2.PluginInfo(version="1.2.1")
        assert process.poll() is None


def test_the_language_host_tells_its_version() -> None:
    with started("language") as (_, address), grpc.insecure_channel(address) as channel:
        stub = language_pb2_grpc.LanguageRuntimeStub(channel)
        assert stub.GetPluginInfo(empty_pb2.Empty()).version == "3.250.0"


@pytest.mark.parametrize("module", MODULES)
def test_it_is_not_started_by_hand(module: str) -> None:
    command = [sys.executable, "-m", f"lab.plugins.{module}"]
    ended = subprocess.run(command, capture_output=True, text=True, check=False)
    assert "started by Pulumi, not by hand" in ended.stderr
    assert ended.returncode == 1


@pytest.mark.parametrize("name", pack.PROVIDERS)
def test_an_archive_starts_the_plugin(tmp_path: Path, name: str) -> None:
    path = pack.archive(name, tmp_path)
    assert path.name.startswith(f"pulumi-resource-{name}-v")
    with tarfile.open(path) as tar:
        tar.extractall(tmp_path, filter="data")
    launcher = tmp_path / f"pulumi-resource-{name}"
    ended = subprocess.run([launcher], capture_output=True, text=True, check=False, cwd=tmp_path)
    assert ended.stderr.strip() == f"pulumi-resource-{name} is started by Pulumi, not by hand"


def test_packing_again_changes_nothing(tmp_path: Path) -> None:
    paths = [pack.archive("aws", tmp_path), pack.language_host(tmp_path / "bin")]
    before = [(path.read_bytes(), path.stat().st_mtime_ns) for path in paths]
    assert [pack.archive("aws", tmp_path), pack.language_host(tmp_path / "bin")] == paths
    assert [(path.read_bytes(), path.stat().st_mtime_ns) for path in paths] == before


def test_a_program_runs_in_its_own_environment(tmp_path: Path) -> None:
    python = tmp_path / ".venv" / "bin" / "python"
    python.parent.mkdir(parents=True)
    python.touch()
    assert interpreter.find(tmp_path, {"virtualenv": ".venv"}) == str(python)
    assert interpreter.find(tmp_path / "sub", {"toolchain": "uv"}) == str(python)
    assert interpreter.find(tmp_path, {}) == sys.executable
    with pytest.raises(interpreter.NoInterpreterError, match="'venv' is no virtual environment"):
        interpreter.find(tmp_path, {"virtualenv": "venv", "toolchain": "uv"})
