"""The command `nodekeep`. Exit codes: 0 well, 1 something is not ready, 2 could not be done."""

import argparse
import sys

from botocore.exceptions import BotoCoreError, ClientError

from lab.place import Place
from ops import status
from ops.session import OperatorError, enter_lab, session


def main() -> None:
    """Parse the command line and run it."""
    parser = argparse.ArgumentParser(prog="nodekeep", description=__doc__)
    commands = parser.add_subparsers(dest="command", required=True)
    ask = commands.add_parser("status", help="height, readiness and carrier of every node")
    ask.add_argument("--stack", required=True)
    ask.add_argument("--json", action="store_true", help="one JSON object, for programs")
    arguments = parser.parse_args()
    place = Place()
    enter_lab(place)
    try:
        answers = status.collect(session(place.root, arguments.stack), arguments.stack)
    except (OperatorError, BotoCoreError, ClientError) as error:
        print(f"nodekeep: {error}", file=sys.stderr)
        sys.exit(2)
    print(status.as_json(answers) if arguments.json else status.as_table(answers))
    sys.exit(0 if all(answer["ready"] for answer in answers.values()) else 1)


if __name__ == "__main__":
    main()
