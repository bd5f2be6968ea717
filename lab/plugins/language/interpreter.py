"""Which Python runs a program: the one of its virtual environment."""

import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any


class NoInterpreterError(Exception):
    """The virtual environment a project asks for is not there."""


def find(root: Path, options: Mapping[str, Any]) -> str:
    """Return the interpreter for a project by its runtime options.

    `virtualenv` is a path relative to the project's root; `toolchain: uv` means the `.venv` in the
    root or above it. With neither, or before uv made one, it is the interpreter running this host.
    """
    named = options.get("virtualenv")
    if named:
        python = root / str(named) / "bin" / "python"
        if not python.exists():
            raise NoInterpreterError(
                f"runtime option virtualenv: {named!r} is no virtual environment in {root}: "
                f"make it (uv sync) or correct Pulumi.yaml"
            )
        return str(python)
    if options.get("toolchain") == "uv":
        for folder in (root, *root.parents):
            python = folder / ".venv" / "bin" / "python"
            if python.exists():
                return str(python)
    return sys.executable
