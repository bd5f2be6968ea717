"""States of an instance."""

import pytest

from lab.aws import lifecycle
from lab.aws.lifecycle import RefusedError, State

HOST = "i-0123456789abcdef0"


@pytest.mark.parametrize("state", State)
def test_a_record_says_its_state(state: State) -> None:
    assert State.of({"State": state.record}) is state


def test_what_start_does_in_each_state() -> None:
    assert lifecycle.start(HOST, State.STOPPED) is State.PENDING
    assert lifecycle.start(HOST, State.RUNNING) is State.RUNNING
    for state in (State.STOPPING, State.SHUTTING_DOWN, State.TERMINATED):
        with pytest.raises(RefusedError, match="not in a state from which it can be started"):
            lifecycle.start(HOST, state)


def test_what_stop_does_in_each_state() -> None:
    assert lifecycle.stop(HOST, State.RUNNING) is State.STOPPING
    assert lifecycle.stop(HOST, State.STOPPED) is State.STOPPED
    for state in (State.PENDING, State.SHUTTING_DOWN, State.TERMINATED):
        with pytest.raises(RefusedError, match="IncorrectInstanceState"):
            lifecycle.stop(HOST, state)


def test_terminate_is_always_possible_and_final() -> None:
    ended = {lifecycle.terminate(state) for state in State}
    assert ended == lifecycle.GONE
    assert lifecycle.terminate(State.TERMINATED) is State.TERMINATED


def test_only_a_running_host_reboots() -> None:
    lifecycle.reboot(HOST, State.RUNNING)
    with pytest.raises(RefusedError, match="IncorrectState"):
        lifecycle.reboot(HOST, State.STOPPED)


@pytest.mark.parametrize(
    ("code", "behaviour", "state"),
    [
        (129, "stop", State.PENDING),
        (133, "terminate", State.PENDING),
        (130, "stop", State.STOPPED),
        (130, "terminate", State.SHUTTING_DOWN),
        (137, "terminate", State.STOPPED),
        (-1, "stop", State.STOPPED),
    ],
)
def test_how_a_host_went_away_says_what_becomes_of_it(
    code: int, behaviour: str, state: State
) -> None:
    assert lifecycle.after_exit(code, shutdown_behaviour=behaviour) is state
