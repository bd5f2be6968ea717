"""Stand-in for the `command` provider: `command:local:Command`."""

from lab.plugins.command.local import COMMAND

KINDS = {COMMAND.typ: COMMAND}
