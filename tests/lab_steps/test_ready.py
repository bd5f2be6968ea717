"""`make up` ends when the nodes are ready, and says how they are if they never are."""

from pathlib import Path

import pytest

from lab import environment, ready
from lab.place import Place
from lab.step import StepError

STATUS = """#!/bin/sh
echo "node  ready"
if [ -e "$0.asked" ]; then echo "a     yes"; exit {then}; fi
touch "$0.asked"
echo "a     no: not asked yet"
exit 1
"""


@pytest.fixture
def place(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Place:
    place = Place(tmp_path)
    environment.write(place, {})
    (tmp_path / ".venv" / "bin").mkdir(parents=True)
    monkeypatch.setattr(ready, "POLL_S", 0.01)
    monkeypatch.setattr(ready, "served", lambda *_: True)
    return place


def answer(place: Place, *, then: int) -> None:
    program = place.root / ".venv" / "bin" / "nodekeep"
    program.write_text(STATUS.replace("{then}", str(then)))
    program.chmod(0o755)


def test_it_waits_until_the_node_is_ready(place: Place) -> None:
    answer(place, then=0)
    assert ready.wait(place, "some-test").endswith("a     yes")


def test_an_endpoint_that_serves_nothing_is_waited_for(
    place: Place, monkeypatch: pytest.MonkeyPatch
) -> None:
    healthy = iter([False, False, True])
    monkeypatch.setattr(ready, "served", lambda *_: next(healthy))
    answer(place, then=0)
    assert ready.wait(place, "some-test").endswith("a     yes")
    assert next(healthy, None) is None


def test_a_node_that_takes_longer_is_told_as_it_is(
    place: Place, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(ready, "WAIT_S", 0.0)
    answer(place, then=1)
    assert ready.wait(place, "some-test").endswith("a     no: not asked yet")


def test_a_status_that_cannot_be_asked_is_an_error(place: Place) -> None:
    answer(place, then=2)
    with pytest.raises(StepError):
        ready.wait(place, "some-test")
