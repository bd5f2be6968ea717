"""States of an instance, and what EC2 lets be done in each."""

from collections.abc import Mapping
from enum import Enum


class State(Enum):
    """A state with its code, as DescribeInstances shows them."""

    PENDING = (0, "pending")
    RUNNING = (16, "running")
    SHUTTING_DOWN = (32, "shutting-down")
    TERMINATED = (48, "terminated")
    STOPPING = (64, "stopping")
    STOPPED = (80, "stopped")

    @property
    def record(self) -> dict[str, int | str]:
        """Return the state as instance records hold it."""
        code, name = self.value
        return {"Code": code, "Name": name}

    @classmethod
    def of(cls, instance: Mapping[str, Mapping[str, object]]) -> "State":
        """Return an instance record's state."""
        return next(state for state in cls if state.value[1] == instance["State"]["Name"])


GONE = {State.SHUTTING_DOWN, State.TERMINATED}

POWERED_OFF_BY_GUEST = 130
REBOOTED_BY_GUEST = {129, 133}
"""Exit codes of a container whose PID 1 asked for a reboot (133: it may not, and says so)."""


class RefusedError(Exception):
    """A request that AWS refuses: its error code and text."""

    def __init__(self, code: str, message: str) -> None:
        self.code, self.message = code, message
        super().__init__(f"{code}: {message}")


def start(instance: str, state: State) -> State:
    """Return the state after StartInstances.

    Raises:
        RefusedError: it cannot be started now.
    """
    if state in {State.PENDING, State.RUNNING}:
        return state
    if state is State.STOPPED:
        return State.PENDING
    text = f"The instance '{instance}' is not in a state from which it can be started."
    raise RefusedError("IncorrectInstanceState", text)


def stop(instance: str, state: State) -> State:
    """Return the state after StopInstances.

    Raises:
        RefusedError: it cannot be stopped now.
    """
    if state in {State.STOPPING, State.STOPPED}:
        return state
    if state is State.RUNNING:
        return State.STOPPING
    text = f"The instance '{instance}' is not in a state from which it can be stopped."
    raise RefusedError("IncorrectInstanceState", text)


def terminate(state: State) -> State:
    """Return the state after TerminateInstances: always possible."""
    return state if state in GONE else State.SHUTTING_DOWN


def reboot(instance: str, state: State) -> None:
    """Check that RebootInstances is possible.

    Raises:
        RefusedError: it does not run.
    """
    if state is not State.RUNNING:
        raise RefusedError(
            "IncorrectState", f"The instance '{instance}' is not in the 'running' state."
        )


def after_exit(code: int, *, shutdown_behaviour: str) -> State:
    """Return the state of a host that went away by itself."""
    if code in REBOOTED_BY_GUEST:
        return State.PENDING
    if code == POWERED_OFF_BY_GUEST and shutdown_behaviour == "terminate":
        return State.SHUTTING_DOWN
    return State.STOPPED
