"""Provider plugins: the official ones, or the lab's stand-ins where those are out of reach."""

import importlib.metadata
import os
import platform
from pathlib import Path

from lab.download import fetch
from lab.place import Place
from lab.plugins import pack
from lab.step import run
from lab.steps import cli

PROVIDERS = ("aws", "command", "docker")
REMEDY = "see the log; `rm -rf .lab/home/plugins .lab/cache` and `make up` install them afresh"


def ensure(place: Place) -> str:
    """Install a plugin per provider and the language host; say which kind."""
    lacking = [name for name in PROVIDERS if not _installed(place, name)]
    official = [name for name in lacking if _install_official(place, name)]
    for name in lacking:
        if name not in official:
            archive = pack.archive(name, place.directory / "cache")
            _install(place, name, archive)
            (_home(place, name) / "stand-in").touch()
    if not cli.language_host(place).exists():
        pack.language_host(place.bin)
    stand_ins = [name for name in PROVIDERS if (_home(place, name) / "stand-in").exists()]
    if stand_ins:
        return f"stand-ins from lab/plugins for {', '.join(stand_ins)}"
    return "official"


def version(name: str) -> str:
    """Return the plugin's version, which is that of the SDK in the project's lock file."""
    return importlib.metadata.version(f"pulumi-{name}")


def _home(place: Place, name: str) -> Path:
    return place.directory / "home" / "plugins" / f"resource-{name}-v{version(name)}"


def _installed(place: Place, name: str) -> bool:
    # Beside one that was cut off while it was unpacked, Pulumi leaves a mark.
    home = _home(place, name)
    return home.is_dir() and not home.with_name(f"{home.name}.partial").exists()


def _install_official(place: Place, name: str) -> bool:
    machine = {"x86_64": "amd64", "aarch64": "arm64"}[platform.machine()]
    file = f"pulumi-resource-{name}-v{version(name)}-linux-{machine}.tar.gz"
    archive = place.directory / "cache" / file
    if not fetch(f"https://get.pulumi.com/releases/plugins/{file}", archive):
        return False
    _install(place, name, archive)
    archive.unlink()
    return True


def _install(place: Place, name: str, archive: Path) -> None:
    run(
        [
            *(place.bin / "pulumi", "plugin", "install", "resource"),
            *(name, version(name), "--file", archive),
        ],
        log=place.log / "plugins.log",
        remedy=REMEDY,
        env={
            "PULUMI_HOME": str(place.directory / "home"),
            "PULUMI_SKIP_UPDATE_CHECK": "1",
            "PATH": f"{place.bin}:{os.environ['PATH']}",
        },
    )
