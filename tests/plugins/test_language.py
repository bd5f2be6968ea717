"""The language host: what it runs, how, and what it tells the engine of the end."""

import json
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import grpc
import pytest
from google.protobuf import empty_pb2
from pulumi.runtime.proto import language_pb2, language_pb2_grpc

from lab.plugins.language import execute
from tests.plugins.processes import started


@pytest.fixture(scope="module")
def host() -> Iterator[language_pb2_grpc.LanguageRuntimeStub]:
    with started("language") as (_, address), grpc.insecure_channel(address) as channel:
        yield language_pb2_grpc.LanguageRuntimeStub(channel)


def _info(root: Path, **options: str) -> language_pb2.ProgramInfo:
    info = language_pb2.ProgramInfo(
        root_directory=str(root), program_directory=str(root), entry_point="."
    )
    info.options.update(options)
    return info


def _interpreter(root: Path, script: str) -> None:
    """Put a program in a virtual environment's interpreter's place."""
    python = root / "venv" / "bin" / "python"
    python.parent.mkdir(parents=True)
    python.write_text(f"#!/bin/sh\n{script}\n")
    python.chmod(0o755)


def _run(host: Any, root: Path, **told: Any) -> Any:
    info = _info(root, virtualenv="venv")
    return host.Run(language_pb2.RunRequest(info=info, pwd=str(root), project="p", **told))


@pytest.mark.parametrize(
    ("code", "bail", "error"),
    [(0, False, ""), (32, True, ""), (3, False, "Program exited with non-zero exit code: 3")],
)
def test_the_end_of_a_program_is_told(
    host: Any, tmp_path: Path, code: int, bail: bool, error: str
) -> None:
    _interpreter(tmp_path, f"exit {code}")
    told = _run(host, tmp_path)
    assert (told.bail, told.error) == (bail, error)


def test_configuration_is_in_no_argument_and_no_environment(host: Any, tmp_path: Path) -> None:
    _interpreter(tmp_path, 'echo "$@" > arguments; env > environment; cat > input')
    _run(host, tmp_path, config={"p:key": "hidden"}, configSecretKeys=["p:key"], dryRun=True)
    told = json.loads((tmp_path / "input").read_text())
    assert told["config"] == {"p:key": "hidden"}
    assert told["secret_keys"] == ["p:key"]
    assert told["settings"]["dry_run"] is True
    for name in ("arguments", "environment"):
        assert "hidden" not in (tmp_path / name).read_text()


def test_a_missing_environment_is_said(host: Any, tmp_path: Path) -> None:
    with pytest.raises(grpc.RpcError) as caught:
        _run(host, tmp_path)
    assert "'venv' is no virtual environment" in str(caught.value)


def test_a_plugin_is_run_with_its_output(host: Any, tmp_path: Path) -> None:
    (tmp_path / "__main__.py").write_text(
        "import sys; print(sys.argv[1]); sys.stderr.write('aside'); sys.exit(5)"
    )
    request = language_pb2.RunPluginRequest(
        info=_info(tmp_path), pwd=str(tmp_path), args=["engine"], kind="resource"
    )
    parts = list(host.RunPlugin(request))
    assert b"".join(part.stdout for part in parts) == b"engine\n"
    assert b"".join(part.stderr for part in parts) == b"aside"
    assert parts[-1].exitcode == 5


def test_a_cancelled_program_ends_at_once(host: Any, tmp_path: Path) -> None:
    _interpreter(tmp_path, "touch begun; exec sleep 3600")
    info = _info(tmp_path, virtualenv="venv")
    running = host.Run.future(language_pb2.RunRequest(info=info, pwd=str(tmp_path)))
    while not (tmp_path / "begun").exists():
        time.sleep(0.02)
    began = time.monotonic()
    host.Cancel(empty_pb2.Empty())
    assert "exit code: -9" in running.result().error
    assert time.monotonic() - began < 2


def test_a_stack_begins_where_the_program_does(tmp_path: Path) -> None:
    """What is above its first frame is not the program's doing."""
    program = tmp_path / "__main__.py"
    program.write_text("def broken():\n    raise ValueError('why')\n\n\nbroken()\n")
    code = f"""
import runpy, sys
from lab.plugins.language import execute
try:
    runpy.run_path({str(tmp_path)!r}, run_name="__main__")
except ValueError:
    print(execute._traceback({str(tmp_path)!r}))
"""
    ended = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert "line 5, in <module>" in ended.stdout
    assert "runpy" not in ended.stdout
    assert execute._TOLD_THE_USER == 32
