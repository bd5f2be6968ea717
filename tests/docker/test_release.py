"""SOURCE=release: the whole build with files served by a stand-in for curl.

The release's own servers are reached by none of the tests; all the rest is real: signatures,
checksums, unpacking. The "daemon" is a shell for another platform that has the version written in
it, as the build cannot run that one either.
"""

import hashlib
import os
import re
import shutil
import tarfile
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.docker.coins import COINS, DOCKER, coin_of, dockerfile
from tests.docker.images import build, inspect, run
from tests.docker.keyring import Keyring

pytestmark = pytest.mark.docker

SIGNERS = ("ann", "bob", "cid", "dot", "eve", "fay")
MANIFEST = "litecoin-core-linux-0.21-build.assert"
SUMS = {"bitcoin": ("SHA256SUMS", "SHA256SUMS.asc"), "litecoin": (MANIFEST, f"{MANIFEST}.sig")}
CURL = """#!/bin/sh
# The last argument is the address, --output the one before.
previous=
for url; do
    case $previous in --output) output=$url ;; esac
    previous=$url
done
cp "/served/${url##*/}" "${output:-${url##*/}}"
"""


@dataclass(frozen=True)
class Release:
    """A release of a coin, as a server would have it."""

    name: str
    folder: Path
    keyring: Keyring

    @property
    def platform(self) -> str:
        """One that is not this machine's."""
        return "linux/amd64" if os.uname().machine == "aarch64" else "linux/arm64"

    @property
    def served(self) -> Path:
        return self.folder / "builder" / "served"

    def make(self, *signers: str) -> None:
        """Serve an archive, its checksum signed by these, and the keys of them."""
        self.served.mkdir(parents=True)
        sums, signatures = (self.served / file for file in SUMS[self.name])
        digest = hashlib.sha256(self.archive().read_bytes()).hexdigest()
        sums.write_text(f"    {digest}  {self.archive().name}\n    {'0' * 64}  another.tar.gz\n")
        signatures.write_text("".join(self.keyring.sign(signer, sums) for signer in signers))
        for signer in signers:
            key = self.keyring.gpg("--armor", "--export", f"={signer}")
            for file in (f"{signer}.gpg", f"litecoin_{signer}.pgp"):
                (self.served / file).write_text(key)

    def archive(self) -> Path:
        version = coin_of(self.name)["sources"]["release"]["version"]
        machine = "x86_64" if self.platform == "linux/amd64" else "aarch64"
        path = self.served / f"{self.name}-{version}-{machine}-linux-gnu.tar.gz"
        if not path.exists():
            programs = self.folder / f"{self.name}-{version}" / "bin"
            programs.mkdir(parents=True)
            shell = self.shell()
            for program in (coin_of(self.name)["daemon"], coin_of(self.name)["cli"]):
                (programs / program).write_bytes(shell + f"\0v{version}.0\0".encode())
                (programs / program).chmod(0o755)
            with tarfile.open(path, "w:gz") as archive:
                archive.add(programs.parent, programs.parent.name)
        return path

    def shell(self) -> bytes:
        """A program for the other platform: the one in the image from Debian."""
        container = run("create", build(self.name, self.platform, source="debian")).stdout.strip()
        run("cp", f"{container}:/usr/bin/dash", str(self.folder / "dash"))
        run("rm", "--volumes", container)
        return (self.folder / "dash").read_bytes()

    def build(self, **overrides: str) -> str:
        context = shutil.copytree(DOCKER, self.folder / "docker", dirs_exist_ok=True)
        trusted = (f"{self.keyring.fingerprint(signer)} {signer}\n" for signer in SIGNERS)
        (context / self.name / "trusted.txt").write_text("".join(trusted))
        default = re.findall(r"^ARG BUILDER=(\S+)$", dockerfile(self.name), re.MULTILINE)[0]
        builder = self.folder / "builder"
        (builder / "curl").write_text(CURL)
        (builder / "curl").chmod(0o755)
        (builder / "Dockerfile").write_text(
            f"FROM {os.environ.get('NODEKEEP_IMAGE_BUILDER', default)}\n"
            "COPY curl /usr/local/bin/curl\nCOPY served /served\n"
        )
        tag = f"nodekeep-test/builder-{self.name}"
        run("build", "--tag", tag, str(builder))
        digest = hashlib.sha256(self.archive().read_bytes()).hexdigest()
        sums = {"SHA256_AMD64": digest, "SHA256_ARM64": digest}
        return build(
            self.name,
            self.platform,
            source="release",
            builder=tag,
            context=context,
            overrides={**sums, **overrides},
        )


@pytest.fixture(scope="module")
def people(keyring: Keyring) -> Keyring:
    for signer in (*SIGNERS, "gus"):
        keyring.make(signer)
    return keyring


@pytest.fixture(params=COINS)
def release(request: pytest.FixtureRequest, tmp_path: Path, people: Keyring) -> Release:
    return Release(request.param, tmp_path, people)


def test_signed_release_becomes_an_image(release: Release) -> None:
    release.make(*SIGNERS, "gus")
    found = inspect(release.build())
    version = coin_of(release.name)["sources"]["release"]["version"]
    assert f"{found['Os']}/{found['Architecture']}" == release.platform
    assert found["Config"]["Labels"]["org.opencontainers.image.version"] == version


def test_too_few_signatures_build_nothing(release: Release) -> None:
    signers = SIGNERS[:5] if release.name == "bitcoin" else ["gus"]
    release.make(*signers)
    with pytest.raises(AssertionError, match="too few signatures"):
        release.build()


def test_other_checksum_than_the_pinned_one_builds_nothing(release: Release) -> None:
    release.make(*SIGNERS)
    with pytest.raises(AssertionError, match="computed checksum did NOT match"):
        release.build(SHA256_ARM64="0" * 64, SHA256_AMD64="0" * 64)
