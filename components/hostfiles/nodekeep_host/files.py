"""Files of a host: where they are, and how they are replaced in one step."""

import os
from pathlib import Path

MOUNT = Path(os.environ.get("NODEKEEP_MOUNT", "/var/lib/nodekeep"))
RUNTIME = Path(os.environ.get("RUNTIME_DIRECTORY", "/run/nodekeep"))
STATE = Path(os.environ.get("STATE_DIRECTORY", "/var/lib/nodekeep-host"))


def replace(path: Path, text: str, *, mode: int = 0o644, group: int = -1) -> None:
    """Write a file so that readers see the old or the new text, never more than `mode` allows."""
    fresh = path.with_name(f".{path.name}.{os.getpid()}")
    descriptor = os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(descriptor, "w") as file:
        file.write(text)
        os.fchown(descriptor, -1, group)
        os.fchmod(descriptor, mode)
        file.flush()
        os.fsync(descriptor)
    fresh.replace(path)
