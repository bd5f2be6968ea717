"""One `make` at a time works on a lab: two would start everything twice."""

import fcntl
from collections.abc import Iterator
from contextlib import contextmanager

from lab.place import Place
from lab.step import say


@contextmanager
def alone(place: Place) -> Iterator[None]:
    """Wait until nobody else works on the lab; the lock goes with the process, however it ends."""
    place.directory.mkdir(parents=True, exist_ok=True)
    with (place.directory / "lock").open("w") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            say(f"another make works on {place.directory}: waiting for its end")
            fcntl.flock(file, fcntl.LOCK_EX)
        yield
