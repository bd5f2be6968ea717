"""A stack of the lab: whether it was ever made, and Pulumi at work on it."""

import subprocess

from lab import environment
from lab.place import Place
from lab.step import StepError, step


def exists(place: Place, stack: str) -> bool:
    """Tell whether the lab's state knows a stack."""
    stacks = place.directory / "state" / ".pulumi" / "stacks" / "nodekeep"
    return (stacks / f"{stack}.json").exists()


def pulumi(place: Place, *arguments: str, remedy: str) -> None:
    """Run Pulumi on this terminal.

    Ctrl-C reaches it as well: it ends what it is at, and writes its state. It is waited for, as a
    killed one would leave a lock and forget what it was making.
    """
    command = ["pulumi", *arguments]
    with step(" ".join(command)):
        process = subprocess.Popen(command, cwd=place.root, env=environment.read(place))
        while True:
            try:
                code = process.wait()
                break
            except KeyboardInterrupt:
                continue
        if code:
            raise StepError(f"pulumi exited {code}; its words are above", remedy=remedy)
