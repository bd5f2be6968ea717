"""Entry of `make up` and `make down`: `python -m lab up|prepare|down [STACK]`."""

import argparse

from lab import down, up
from lab.lock import alone
from lab.place import Place

DEFAULT_STACK = "bitcoin-test"


def main() -> None:
    """Parse the command line and run it."""
    parser = argparse.ArgumentParser(prog="python -m lab", description=__doc__)
    parser.add_argument("command", choices=["up", "prepare", "down"])
    parser.add_argument("stack", nargs="?", default=DEFAULT_STACK)
    arguments = parser.parse_args()
    place = Place()
    with alone(place):
        if arguments.command == "down":
            down.destroy(place, arguments.stack)
            down.stop(place)
            return
        up.prepare(place)
        if arguments.command == "up":
            up.deploy(place, arguments.stack)
            up.finish(place, arguments.stack)


if __name__ == "__main__":
    main()
