"""Where the lab keeps what it makes: one directory, ignored by git."""

import hashlib
import socket
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

from lab.files import replace

ROOT = Path(__file__).resolve().parent.parent
REGION = "eu-central-1"
PREFERRED_PORT = 4566


@dataclass(frozen=True)
class Place:
    """Paths of one lab. Two clones on one machine have two labs that do not meet."""

    root: Path = ROOT

    @property
    def directory(self) -> Path:
        """Everything the lab makes is below it."""
        return self.root / ".lab"

    @property
    def bin(self) -> Path:
        """Executables the lab brought along, first on the PATH of `.lab/env`."""
        return self.directory / "bin"

    @property
    def log(self) -> Path:
        """One file a step."""
        return self.directory / "log"

    @property
    def run(self) -> Path:
        """Process ids of what the lab started."""
        return self.directory / "run"

    @property
    def python(self) -> Path:
        """The project's interpreter."""
        return self.root / ".venv" / "bin" / "python"

    @cached_property
    def identity(self) -> str:
        """Eight hex digits that mark this lab's containers and networks."""
        return hashlib.sha256(str(self.directory).encode()).hexdigest()[:8]

    @cached_property
    def port(self) -> int:
        """The local AWS's port, chosen once, as image addresses in the state carry it."""
        remembered = self.directory / "port"
        if not remembered.exists():
            replace(remembered, f"{_free_port()}\n")
        return int(remembered.read_text())

    @property
    def endpoint(self) -> str:
        """The local AWS, under one address on the machine and on hosts."""
        return f"http://127.0.0.1:{self.port}"


def _free_port() -> int:
    for port in (PREFERRED_PORT, 0):
        with socket.socket() as probe:
            try:
                probe.bind(("0.0.0.0", port))  # noqa: S104  on hosts' network, too
            except OSError:
                continue
            return int(probe.getsockname()[1])
    raise OSError("no free TCP port for the local AWS")
