"""Programs the machine lacks, from its own distribution."""

import os
import shutil
from collections.abc import Mapping
from pathlib import Path

from lab.place import Place
from lab.step import StepError, run

# What shows that a package is there -> the package. mmdebstrap makes the base images and checks
# them with Debian's keyring; gpg, dash and binutils are what tests of the images' scripts run.
NEEDED = {
    "/usr/bin/curl": "curl",
    "/usr/bin/dash": "dash",
    "/usr/bin/gpg": "gnupg",
    "/usr/bin/mmdebstrap": "mmdebstrap",
    "/usr/bin/readelf": "binutils",
    "/usr/share/keyrings/debian-archive-keyring.gpg": "debian-archive-keyring",
}


def ensure(place: Place) -> str:
    """Install what `NEEDED` lists and the machine lacks; say what that was."""
    lacking = [package for proof, package in NEEDED.items() if not Path(proof).exists()]
    if not lacking:
        return "all there"
    install(place, lacking)
    return f"installed {', '.join(lacking)}"


def install(place: Place, packages: list[str]) -> None:
    """Install Debian or Ubuntu packages, as root or through sudo without a password.

    Raises:
        StepError: no apt-get here, no right to use it, or it failed.
    """
    wanted = " ".join(packages)
    if not shutil.which("apt-get"):
        raise StepError(
            f"{wanted} missing and this is no Debian or Ubuntu (no apt-get)",
            remedy=f"install by your distribution's means: {wanted}; then again",
        )
    apt = [*privileged(f"apt-get install {wanted}"), "env", "DEBIAN_FRONTEND=noninteractive"]
    log = place.log / "packages.log"
    remedy = f"see the log; then by hand: apt-get update && apt-get install {wanted}"
    run([*apt, "apt-get", "update", "-q"], log=log, remedy=remedy)
    options = ["-qy", "--no-install-recommends"]
    run([*apt, "apt-get", "install", *options, *packages], log=log, remedy=remedy)


def privileged(purpose: str, *, environment: Mapping[str, str] = os.environ) -> list[str]:
    """Return the words that go before a command which needs root.

    Raises:
        StepError: neither root nor sudo.
    """
    if os.geteuid() == 0:
        return []
    if shutil.which("sudo", path=environment.get("PATH")):
        return ["sudo", "-n"]
    raise StepError(
        f"needs root for: {purpose}",
        remedy="run it as root once by hand, then `make up` again as you are",
    )
