"""`make up`: from nothing to a running stack, every step skipping what is done."""

import sys
from pathlib import Path

from lab import environment, ready, stack_file
from lab.images import build
from lab.place import Place
from lab.stack import exists, pulumi
from lab.step import run, say, step
from lab.steps import cli, emulation, engine, local_aws, packages, plugins


def prepare(place: Place) -> None:
    """Bring the lab up: tools, engine, images, local AWS, `.lab/env`."""
    with step("packages") as detail:
        detail(packages.ensure(place))
    with step("Pulumi command line") as detail:
        detail(cli.ensure(place))
    with step("Docker engine") as detail:
        detail(engine.ensure(place))
    with step("emulation of the other architecture") as detail:
        detail(emulation.ensure(place))
    with step("provider plugins") as detail:
        detail(plugins.ensure(place))
    with step("base and host images") as detail:
        images = build.ensure(detail)
    with step("local AWS") as detail:
        detail(local_aws.ensure(place, host_image=images.host, vault_image=images.vault))
    with step("environment") as detail:
        official = not images.builder.startswith("nodekeep-lab/")
        overrides = (
            {}
            if official
            else {
                "NODEKEEP_IMAGE_SOURCE": "debian",
                "NODEKEEP_IMAGE_BUILDER": images.builder,
            }
        )
        detail(f"written to {environment.write(place, overrides)}")


def deploy(place: Place, stack: str) -> None:
    """Run the plain `pulumi up` of a stack, its output as it comes."""
    settings = _settings_file(place, stack)
    with stack_file.unsalted(settings):
        with step(f"state of stack {stack}") as detail:
            detail(_initialise(place, stack))
        pulumi(
            place,
            *("up", "--yes", "--stack", stack),
            remedy="mend what it names; `make up` again goes on from there",
        )


def _settings_file(place: Place, stack: str) -> Path:
    file = place.root / "stacks" / f"Pulumi.{stack}.yaml"
    if not file.exists():
        there = sorted(
            path.stem.removeprefix("Pulumi.") for path in file.parent.glob("Pulumi.*.yaml")
        )
        sys.exit(f"nodekeep lab: no stack {stack!r}: {file} is not there; STACK is one of {there}")
    return file


def _initialise(place: Place, stack: str) -> str:
    if exists(place, stack):
        return "there already"
    run(
        ["pulumi", "stack", "init", stack, "--no-select"],
        log=place.log / "stack-init.log",
        remedy="see the log",
        env=environment.read(place),
        cwd=place.root,
    )
    return "made"


def finish(place: Place, stack: str) -> None:
    """Wait for the nodes, then say what a person can do now."""
    with step(f"nodes of {stack}") as detail:
        detail(ready.wait(place, stack))
    say(f"""
The stack is up. To type by hand:
  . {place.directory / "env"}
  pulumi stack output --stack {stack}
  pulumi preview --stack {stack}
  nodekeep status --stack {stack}
To end it: make down STACK={stack}""")
