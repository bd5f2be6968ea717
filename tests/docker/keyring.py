"""Keys of signers, made for a test by gpg."""

import subprocess
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True)
class Keyring:
    """Keys of signers, made for the test."""

    home: Path

    def gpg(self, *arguments: str) -> str:
        command = ["gpg", "--homedir", str(self.home), "--batch", "--passphrase", "", *arguments]
        return subprocess.run(command, check=True, capture_output=True, text=True).stdout

    def make(self, name: str, *options: str, expire: str = "never") -> str:
        """A key; answers its fingerprint."""
        self.gpg(*options, "--quick-generate-key", name, "ed25519", "sign", expire)
        return self.fingerprint(name)

    def fingerprint(self, name: str) -> str:
        listed = self.gpg("--with-colons", "--list-keys", f"={name}").splitlines()
        return next(line.split(":")[9] for line in listed if line.startswith("fpr"))

    def export(self, name: str, directory: Path) -> None:
        (directory / f"{name}.gpg").write_text(self.gpg("--armor", "--export", f"={name}"))

    def sign(self, name: str, file: Path, *options: str) -> str:
        output = self.gpg(
            *options,
            "--armor",
            "--local-user",
            f"={name}",
            "--output",
            "-",
            "--detach-sign",
            str(file),
        )
        assert "BEGIN PGP SIGNATURE" in output
        return output
