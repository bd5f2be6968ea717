"""Make the lab's images where they are missing: `python -m lab.images.build`.

Tags are hashes of the recipes, so what is there is up to date, and what is not is built.
"""

import argparse
import fcntl
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from lab.images import mirror, recipe
from lab.place import Place
from lab.step import StepError, run
from lab.steps.packages import privileged

PUBLIC_BUILDER = "debian:bookworm-slim"
PULL_S = 60
ROOT_REMEDY = (
    "see the log; mmdebstrap needs root, or newuidmap (package uidmap) and a range for this user "
    "in /etc/subuid and /etc/subgid; outside Debian also the package debian-archive-keyring"
)
AWS_CLI_OPTIONS = (
    *("--python-version", "3.11", "--python-platform", "x86_64-manylinux_2_28"),
    *("--only-binary", ":all:", "--require-hashes"),
)


@dataclass(frozen=True)
class Images:
    """References of the images, as `docker run` takes them."""

    builder: str
    host: str
    vault: str


def ensure(log: Callable[[str], None], place: Place | None = None) -> Images:
    """Return the images, building what is not there; one builder at a time.

    Raises:
        StepError: an image could not be built.
    """
    builder = _Builder(log, place or Place())
    builder.work.mkdir(parents=True, exist_ok=True)
    with (builder.work / "lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        return builder.images()


@dataclass(frozen=True)
class _Builder:
    log: Callable[[str], None]
    place: Place

    @property
    def work(self) -> Path:
        return self.place.directory / "images"

    def images(self) -> Images:
        recipe_files = recipe.host_recipe()
        host = recipe.reference("host", recipe_files)
        vault = recipe.reference("vault", recipe_files)
        builder = self._builder()
        if not (_exists(host) and _exists(vault)):
            machine = self._machine()
            for target, reference in (("host", host), ("vault", vault)):
                self._derive(machine, target, reference)
        return Images(builder=builder, host=host, vault=vault)

    def _builder(self) -> str:
        """Debian's public image where it can be pulled, else one made from packages."""
        made = recipe.reference("builder", recipe.BUILDER_RECIPE)
        for reference in (PUBLIC_BUILDER, made):
            if _exists(reference):
                self.log(f"builder: {reference}")
                return reference
        if _pulled(PUBLIC_BUILDER):
            self.log(f"builder: {PUBLIC_BUILDER}, pulled")
            return PUBLIC_BUILDER
        self.log(f"builder: {PUBLIC_BUILDER} is not in reach; made from Debian's packages instead")
        self._import(made, recipe.BASE / "builder.packages", "")
        return made

    def _machine(self) -> str:
        """Everything of a host but the lab's own files, which change more often."""
        reference = recipe.reference("machine", recipe.MACHINE_RECIPE)
        if not _exists(reference):
            aws_cli = self.work / "aws-cli"
            self._install_aws_cli(aws_cli)
            self._import(reference, recipe.BASE / "host.packages", str(aws_cli))
        return reference

    def _install_aws_cli(self, target: Path) -> None:
        brought = self.place.directory / "uv" / "bin" / "uv"
        uv = brought if brought.exists() else shutil.which("uv")
        if not uv:
            problem = "uv is not there to download the AWS CLI"
            raise StepError(problem, remedy="sh lab/setup.sh brings it; or install uv by hand")
        shutil.rmtree(target, ignore_errors=True)
        command = [uv, "pip", "install", "--target", target, *AWS_CLI_OPTIONS]
        self._step(
            "AWS CLI",
            [*command, "--requirements", recipe.BASE / "awscli.txt"],
            remedy="see the log; PyPI or the index in uv's settings must be in reach",
        )
        for unused in ("bin", "awscli/examples"):
            shutil.rmtree(target / unused, ignore_errors=True)

    def _import(self, reference: str, packages: Path, aws_cli: str) -> None:
        """Make a root file system from packages and give it to the engine as an image."""
        if not shutil.which("mmdebstrap"):
            raise StepError("mmdebstrap is not there", remedy="apt-get install mmdebstrap")
        # As root, or in a user namespace where there is a way to one, or through sudo.
        start = [] if shutil.which("newuidmap") else privileged("mmdebstrap")
        with tempfile.TemporaryDirectory(dir=self.work) as directory:
            tarball = Path(directory) / "root.tar"
            self._step(
                f"root file system of {packages.stem}",
                [*start, recipe.BASE / "debootstrap", tarball, packages, aws_cli, *mirror.lines()],
                remedy=ROOT_REMEDY,
            )
            self._step(
                f"import of {reference}",
                ["docker", "import", tarball, reference],
                remedy="see the log; the engine's disk may be full: docker system df",
            )

    def _derive(self, machine: str, target: str, reference: str) -> None:
        command = ["docker", "build", "--build-arg", f"BASE={machine}", "--target", target]
        self._step(
            f"image {reference}", [*command, "--tag", reference, recipe.HOST], remedy="see the log"
        )

    def _step(self, name: str, command: list[str | Path], *, remedy: str) -> None:
        start = time.monotonic()
        log = self.place.log / "images.log"
        try:
            run(command, log=log, remedy=remedy)
        except StepError as error:
            raise StepError(f"{name}: {error.problem}", remedy=error.remedy, log=log) from None
        self.log(f"{name}: {time.monotonic() - start:.1f} s")


def _exists(reference: str) -> bool:
    asked = ["docker", "image", "inspect", "--format", "{{.Id}}", reference]
    return subprocess.run(asked, capture_output=True, check=False).returncode == 0


def _pulled(reference: str) -> bool:
    command = ["docker", "pull", "--quiet", "--platform", "linux/amd64", reference]
    try:
        return (
            subprocess.run(command, capture_output=True, check=False, timeout=PULL_S).returncode
            == 0
        )
    except subprocess.TimeoutExpired:
        return False


def main() -> None:
    """Build what is missing and print the references."""
    argparse.ArgumentParser(prog="python -m lab.images.build", description=__doc__).parse_args()
    try:
        images = ensure(lambda line: print(line, flush=True))
    except StepError as error:
        sys.exit(f"{error.problem}\n  log:    {error.log}\n  remedy: {error.remedy}")
    print(f"builder {images.builder}\nhost    {images.host}\nvault   {images.vault}")


if __name__ == "__main__":
    main()
