"""Check cloud-configs and systemd units with a host's own tools: `python -m lab.images.check`.

`cloud-init schema` and `systemd-analyze verify` run in the host image, in a container without a
network. What units start must be there: mount the directory it is in where the host has it.
"""

import argparse
import subprocess
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path

from lab.images import build
from lab.step import StepError

SCRIPT = """
set -u
failed=0
for file in $(find /check/cloud-config -type f); do
    cloud-init schema --config-file "$file" || failed=1
done
units=$(find /check/units -type f)
[ -z "$units" ] || systemd-analyze verify --man=no $units || failed=1
exit "$failed"
"""


def command(
    image: str,
    cloud_configs: Sequence[Path],
    units: Sequence[Path],
    mounts: Mapping[Path, str],
) -> list[str]:
    """Return the `docker run` that checks these files."""
    volumes = {path: f"/check/cloud-config/{path.name}" for path in cloud_configs}
    volumes |= {path: f"/check/units/{path.name}" for path in units}
    volumes |= mounts
    options = [f"--volume={path.resolve()}:{target}:ro" for path, target in volumes.items()]
    places = ["--tmpfs=/check/cloud-config", "--tmpfs=/check/units"]
    start = ["docker", "run", "--rm", "--network=none", "--entrypoint=/bin/sh"]
    return [*start, *places, *options, image, "-c", SCRIPT]


def main() -> None:
    """Check the files named; what is wrong is printed, with exit code 1."""
    parser = argparse.ArgumentParser(prog="python -m lab.images.check", description=__doc__)
    parser.add_argument("--cloud-config", type=Path, action="append", default=[], metavar="FILE")
    parser.add_argument("--mount", action="append", default=[], metavar="DIRECTORY:PATH")
    parser.add_argument("units", type=Path, nargs="*", metavar="UNIT")
    given = parser.parse_args()
    mounts = {Path(source): target for source, target in (each.split(":") for each in given.mount)}
    try:
        image = build.ensure(lambda line: print(line, file=sys.stderr)).host
    except StepError as error:
        sys.exit(f"{error.problem}\n  log:    {error.log}\n  remedy: {error.remedy}")
    checked = command(image, given.cloud_config, given.units, mounts)
    sys.exit(subprocess.run(checked, check=False).returncode)


if __name__ == "__main__":
    main()
