"""`.lab/env`: what a person's shell needs to type `pulumi` against the lab."""

import os
import secrets
import shlex
from pathlib import Path

from lab.files import replace
from lab.place import REGION, Place

UNSET = ("AWS_PROFILE", "AWS_SESSION_TOKEN", "PULUMI_CONFIG_PASSPHRASE")


def variables(place: Place, image: dict[str, str]) -> dict[str, str]:
    """Return what `.lab/env` exports, PATH apart.

    `image` is what the lab sets differently for image builds, empty where the
    official sources are in reach.
    """
    return {
        "PULUMI_HOME": str(place.directory / "home"),
        "PULUMI_BACKEND_URL": f"file://{place.directory / 'state'}",
        "PULUMI_CONFIG_PASSPHRASE_FILE": str(place.directory / "passphrase"),
        "PULUMI_SKIP_UPDATE_CHECK": "1",
        "PULUMI_ERROR_OUTPUT_STRING": "1",  # an Output in an f-string raises
        "AWS_ENDPOINT_URL": place.endpoint,
        "AWS_REGION": REGION,
        "AWS_DEFAULT_REGION": REGION,
        "AWS_ACCESS_KEY_ID": "test",
        "AWS_SECRET_ACCESS_KEY": "test",
        "AWS_EC2_METADATA_DISABLED": "true",
        **image,
    }


def write(place: Place, image: dict[str, str]) -> Path:
    """Write `.lab/env` and what it points to; return its path."""
    (place.directory / "state").mkdir(parents=True, exist_ok=True)
    passphrase = place.directory / "passphrase"
    if not passphrase.exists():
        replace(passphrase, secrets.token_urlsafe(32), mode=0o600)
    lines = ["# Source it: . .lab/env   Written by `make up`."]
    lines += [f"unset {name}" for name in UNSET]
    lines += [
        f"export {name}={shlex.quote(value)}" for name, value in variables(place, image).items()
    ]
    path = shlex.quote(_programs(place))
    lines.append(f'case ":$PATH:" in *:{path}:*) ;; *) export PATH={path}:"$PATH" ;; esac')
    target = place.directory / "env"
    replace(target, "\n".join(lines) + "\n")
    return target


def read(place: Place) -> dict[str, str]:
    """Return the variables of `.lab/env` for a child process, PATH included.

    Raises:
        FileNotFoundError: `make up` has not run yet.
    """
    found = dict(os.environ)
    for name in UNSET:
        found.pop(name, None)
    for line in (place.directory / "env").read_text().splitlines():
        if line.startswith("export "):
            name, _, value = line.removeprefix("export ").partition("=")
            found[name] = shlex.split(value)[0]
    programs, path = _programs(place), os.environ["PATH"]
    found["PATH"] = path if f":{programs}:" in f":{path}:" else f"{programs}:{path}"
    return found


def _programs(place: Place) -> str:
    return f"{place.bin}:{place.root / '.venv' / 'bin'}"
