"""`make up` leaves the stack's file as it is in git."""

import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from lab import environment, up
from lab.place import Place
from lab.stack_file import unsalted

STACK = "config:\n  nodekeep:coin: bitcoin\n"


@pytest.fixture
def place(tmp_path: Path) -> Iterator[Place]:
    """A lab whose `pulumi` does what `stack init` does to the file: append a salt."""
    place = Place(tmp_path)
    place.bin.mkdir(parents=True)
    (tmp_path / "stacks").mkdir()
    (tmp_path / "stacks" / "Pulumi.some-test.yaml").write_text(STACK)
    pulumi = place.bin / "pulumi"
    pulumi.write_text(
        "#!/bin/sh\necho encryptionsalt: v1:x >> stacks/Pulumi.$3.yaml\nexit ${PULUMI_FAILS:-0}\n"
    )
    pulumi.chmod(0o755)
    environment.write(place, {})
    yield place
    os.environ.pop("PULUMI_FAILS", None)


def test_unknown_stack_lists_the_known(place: Place) -> None:
    with pytest.raises(SystemExit, match="some-test"):
        up.deploy(place, "other-test")


@pytest.mark.parametrize("fails", ["0", "9"])
def test_salt_of_the_clone_is_not_left_in_the_file(place: Place, fails: str) -> None:
    os.environ["PULUMI_FAILS"] = fails
    if fails == "0":
        up.deploy(place, "some-test")
    else:
        with pytest.raises(SystemExit, match="exited 9"):
            up.deploy(place, "some-test")
    assert (place.root / "stacks" / "Pulumi.some-test.yaml").read_text() == STACK


def test_what_a_person_wrote_meanwhile_stays(place: Place) -> None:
    file = place.root / "stacks" / "Pulumi.some-test.yaml"
    with unsalted(file):
        file.write_text(f"encryptionsalt: v1:x\n{STACK}  nodekeep:chain: regtest # mine\n")
    assert file.read_text() == f"{STACK}  nodekeep:chain: regtest # mine\n"


def test_other_quotes_of_the_same_are_no_persons_change(place: Place) -> None:
    file = place.root / "stacks" / "Pulumi.some-test.yaml"
    before = f"{STACK}  nodekeep:keep: false # the data goes with the stack\n"
    file.write_text(before)
    with unsalted(file):
        file.write_text(f'{STACK}  nodekeep:keep: "false"\nencryptionsalt: v1:x\n')
    assert file.read_text() == before


def test_a_salt_that_was_there_stays(place: Place) -> None:
    file = place.root / "stacks" / "Pulumi.some-test.yaml"
    file.write_text(f"{STACK}encryptionsalt: v1:mine\n")
    with unsalted(file):
        pass
    assert file.read_text() == f"{STACK}encryptionsalt: v1:mine\n"
