"""Running arm64 programs here: the kernel's binfmt_misc and qemu's user emulation."""

import platform
from pathlib import Path

from lab.place import Place
from lab.step import StepError, run
from lab.steps import packages

BINFMT = Path("/proc/sys/fs/binfmt_misc")
RULES = Path("/usr/lib/binfmt.d")  # from the package qemu-user-static
FOREIGN = {"x86_64": "aarch64", "aarch64": "x86_64"}


def ensure(place: Place) -> str:
    """Register the other architecture with the kernel; say if it was there."""
    machine = FOREIGN.get(platform.machine())
    if not machine:
        raise StepError(
            f"machine {platform.machine()} is neither x86_64 nor aarch64",
            remedy="run the lab on an amd64 or arm64 machine",
        )
    rule = BINFMT / f"qemu-{machine}"
    if rule.exists():
        return f"{machine} registered already"
    log = place.log / "emulation.log"
    source = RULES / f"qemu-{machine}.conf"
    if not source.exists():
        packages.install(place, ["qemu-user-static"])
    root = packages.privileged("registering emulation with the kernel")
    remedy = "see the log; on a container's machine the kernel needs binfmt_misc mounted"
    if not (BINFMT / "register").exists():
        mount: list[str | Path] = ["mount", "binfmt_misc", "-t", "binfmt_misc", BINFMT]
        run([*root, *mount], log=log, remedy=remedy)
    if not rule.exists():
        script = 'grep -v "^#" "$1" | head -n 1 | tr -d "\\n" > "$2"'
        register: list[str | Path] = ["sh", "-c", script, "register", source, BINFMT / "register"]
        run([*root, *register], log=log, remedy=remedy)
    if "F" not in rule.read_text().partition("flags:")[2].splitlines()[0]:
        raise StepError(
            f"{rule} lacks flag F: emulation would not work inside containers",
            remedy=f"echo -1 > {rule} as root, then `make up` again registers it afresh",
        )
    return f"{machine} registered"
