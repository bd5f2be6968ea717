"""Plugins as processes of their own."""

import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager


@contextmanager
def started(module: str) -> Iterator[tuple[subprocess.Popen[str], str]]:
    """Start a plugin as the engine does; yield it and its address."""
    command = [sys.executable, "-I", "-m", f"lab.plugins.{module}", "-v=3", "127.0.0.1:1"]
    pipe = subprocess.PIPE
    with subprocess.Popen(command, stdin=pipe, stdout=pipe, text=True) as process:
        assert process.stdout
        try:
            yield process, f"127.0.0.1:{int(process.stdout.readline())}"
        finally:
            process.kill()
