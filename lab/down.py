"""`make down`: destroy the stack, then end what the lab started; kept data stays."""

import subprocess

from lab import environment, stack_file
from lab.place import Place
from lab.step import StepError, say, step
from lab.steps import engine, local_aws


def destroy(place: Place, stack: str) -> None:
    """Destroy all of a stack that is not protected."""
    state = place.directory / "state" / ".pulumi" / "stacks" / "nodekeep" / f"{stack}.json"
    if not state.exists():
        say(f"    stack {stack} was never deployed here")
        return
    command = ["pulumi", "destroy", "--yes", "--exclude-protected", "--stack", stack]
    settings = place.root / "stacks" / f"Pulumi.{stack}.yaml"
    with stack_file.unsalted(settings), step(" ".join(command)):
        code = subprocess.run(
            command, cwd=place.root, env=environment.read(place), check=False
        ).returncode
        if code:
            raise StepError(
                f"pulumi exited {code}; its words are above",
                remedy="mend what it names, then `make down` again; the lab still runs",
            )


def stop(place: Place) -> None:
    """End the local AWS with its hosts, and the engine if the lab started it."""
    with step("stop the local AWS") as detail:
        detail("stopped" if local_aws.stop(place) else "did not run")
    with step("stop the Docker engine") as detail:
        detail("stopped" if engine.stop(place) else "not started by the lab: left alone")
