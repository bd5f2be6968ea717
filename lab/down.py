"""`make down`: destroy the stack, then end what the lab started; kept data stays."""

from lab import stack_file
from lab.place import Place
from lab.stack import exists, pulumi
from lab.step import say, step
from lab.steps import engine, local_aws


def destroy(place: Place, stack: str) -> None:
    """Destroy all of a stack that is not protected."""
    if not exists(place, stack):
        say(f"    stack {stack} was never deployed here")
        return
    start = "" if local_aws.runs(place) else "start the local AWS by `make lab`, "
    with stack_file.unsalted(place.root / "stacks" / f"Pulumi.{stack}.yaml"):
        pulumi(
            place,
            *("destroy", "--yes", "--exclude-protected", "--stack", stack),
            remedy=f"{start}mend what it names, then `make down` again",
        )


def stop(place: Place) -> None:
    """End the local AWS with its hosts, and the engine if the lab started it."""
    with step("stop the local AWS") as detail:
        detail("stopped" if local_aws.stop(place) else "did not run")
    with step("stop the Docker engine") as detail:
        detail("stopped" if engine.stop(place) else "not started by the lab: left alone")
