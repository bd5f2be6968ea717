"""docker/build/verify-sums, with real signatures of keys made here."""

import os
import subprocess
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.docker.coins import BUILD
from tests.docker.keyring import Keyring

MINIMUM = 6
LONG_AGO = "20200101T000000"


@pytest.fixture(scope="module")
def people(keyring: Keyring) -> dict[str, str]:
    return {name: keyring.make(name) for name in ("ann", "bob", "cid", "dot", "eve", "fay", "gus")}


@dataclass(frozen=True)
class Release:
    """A release's files, as the build has them before it verifies."""

    folder: Path
    keyring: Keyring

    def verify(
        self, *signatures: str, minimum: int = MINIMUM
    ) -> "subprocess.CompletedProcess[str]":
        (self.folder / "SHA256SUMS.asc").write_text("".join(signatures))
        command = [
            str(BUILD / "verify-sums"),
            "SHA256SUMS",
            "SHA256SUMS.asc",
            "trusted.txt",
            "keys",
        ]
        return subprocess.run(
            [*command, str(minimum)],
            cwd=self.folder,
            env={"PATH": os.environ["PATH"]},
            check=False,
            capture_output=True,
            text=True,
        )

    def sign(self, *names: str) -> list[str]:
        return [self.keyring.sign(name, self.folder / "SHA256SUMS") for name in names]

    def trust(self, name: str, fingerprint: str) -> None:
        self.keyring.export(name, self.folder / "keys")
        with (self.folder / "trusted.txt").open("a") as trusted:
            trusted.write(f"{fingerprint} {name}\n")


@pytest.fixture
def release(tmp_path: Path, keyring: Keyring, people: dict[str, str]) -> Release:
    """Six people are trusted; gus is not."""
    made = Release(tmp_path, keyring)
    (tmp_path / "keys").mkdir()
    (tmp_path / "SHA256SUMS").write_text(f"{'0' * 64}  bitcoin-1.0-x86_64-linux-gnu.tar.gz\n")
    for name in list(people)[:6]:
        made.trust(name, people[name])
    return made


SIX = ("ann", "bob", "cid", "dot", "eve", "fay")


def test_six_pass_and_are_named(release: Release) -> None:
    done = release.verify(*release.sign(*SIX))
    assert done.returncode == 0, done.stderr
    assert done.stdout == "verify-sums: 6 trusted signatures, 6 needed: ann bob cid dot eve fay\n"


def test_five_fail(release: Release) -> None:
    done = release.verify(*release.sign(*SIX[:5]))
    assert done.returncode == 1
    assert "5 trusted signatures, 6 needed" in done.stdout
    assert "too few signatures of SHA256SUMS" in done.stderr


def test_nothing_signed_fails(release: Release) -> None:
    assert release.verify().returncode == 1


def test_unknown_signer_does_not_spoil_the_rest(release: Release) -> None:
    assert release.verify(*release.sign("gus", *SIX)).returncode == 0


def test_untrusted_signer_does_not_count_though_the_key_is_there(release: Release) -> None:
    release.keyring.export("gus", release.folder / "keys")
    assert release.verify(*release.sign("gus", *SIX[:5])).returncode == 1


def test_one_key_twice_counts_once(release: Release) -> None:
    assert release.verify(*release.sign("ann", *SIX[:5])).returncode == 1


def test_tampered_file_is_refused(release: Release) -> None:
    signatures = release.sign(*SIX)
    (release.folder / "SHA256SUMS").write_text(f"{'1' * 64}  bitcoin-1.0-x86_64-linux-gnu.tar.gz\n")
    done = release.verify(*signatures)
    assert done.returncode == 1
    assert "BADSIG" in done.stderr


def test_one_wrong_signature_refuses_six_right_ones(release: Release) -> None:
    other = release.folder / "other"
    other.write_text("something else\n")
    wrong = release.keyring.sign("ann", other)
    done = release.verify(*release.sign(*SIX), wrong)
    assert done.returncode == 1
    assert "a signature is not of SHA256SUMS: refused" in done.stderr


def test_file_that_is_no_key_is_left_out(release: Release) -> None:
    (release.folder / "keys" / "gone.gpg").write_text("404: Not Found\n")
    done = release.verify(*release.sign(*SIX))
    assert done.returncode == 0
    assert "not a key that gpg can read, left out: keys/gone.gpg" in done.stderr


def test_expired_key_counts(release: Release) -> None:
    fake = ("--faked-system-time", f"{LONG_AGO}!")
    release.trust("old", release.keyring.make("old", *fake, expire="1d"))
    signature = release.keyring.sign("old", release.folder / "SHA256SUMS", *fake)
    assert release.verify(*release.sign(*SIX[:5]), signature).returncode == 0


def test_key_counts_that_was_prolonged_after_our_copy_was_made(release: Release) -> None:
    fingerprint = release.keyring.make("pat", "--faked-system-time", f"{LONG_AGO}!", expire="1d")
    release.trust("pat", fingerprint)
    release.keyring.gpg("--quick-set-expire", fingerprint, "never")
    assert release.verify(*release.sign("pat", *SIX[:5])).returncode == 0


def test_revoked_key_does_not_count(release: Release) -> None:
    fingerprint = release.keyring.make("rex")
    signature = release.sign("rex")
    certificate = release.keyring.home / "openpgp-revocs.d" / f"{fingerprint}.rev"
    certificate.write_text(certificate.read_text().replace(":-----BEGIN", "-----BEGIN"))
    release.keyring.gpg("--import", str(certificate))
    release.trust("rex", fingerprint)
    assert release.verify(*release.sign(*SIX[:5]), *signature).returncode == 1
