"""Where this machine gets Debian's packages from."""

import shutil
import subprocess

SUITE = "bookworm"
FIELDS = "$(ORIGIN)|$(LABEL)|$(REPO_URI)"


def lines() -> list[str]:
    """Return package sources as this machine's apt has them, whatever its own release.

    Empty where it has no Debian source (Ubuntu): mmdebstrap then takes Debian's own.
    """
    if not shutil.which("apt-get"):
        return []
    asked = ["apt-get", "indextargets", "--format", FIELDS, "Created-By: Packages"]
    listed = subprocess.run(asked, capture_output=True, text=True, check=True).stdout
    return from_targets(listed)


def from_targets(listed: str) -> list[str]:
    """Turn apt's list of index files into sources of the suite the images are made of."""
    suites = {"Debian": (SUITE, f"{SUITE}-updates"), "Debian-Security": (f"{SUITE}-security",)}
    found: dict[str, str] = {}
    for line in listed.splitlines():
        origin, label, uri = line.split("|")
        if origin == "Debian" and label in suites:
            found.setdefault(label, uri)
    if "Debian" not in found:
        return []
    return [f"deb {uri} {suite} main" for label, uri in found.items() for suite in suites[label]]
