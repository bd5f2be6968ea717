"""What the local AWS is told by its environment."""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

ACCOUNT = "000000000000"


@dataclass(frozen=True)
class Settings:
    """One lab's place, port and host images."""

    directory: Path
    port: int
    host_image: str
    vault_image: str
    region: str = "eu-central-1"
    registration_delay_s: float = 0.0
    """How long a new target waits for its first health check; AWS takes minutes."""

    @classmethod
    def parse(cls, environment: Mapping[str, str]) -> "Settings":
        """Read `LAB_*` variables.

        Raises:
            ValueError: one is missing or cannot be used; the text names it.
        """
        missing = [
            name
            for name in ("LAB_DIR", "LAB_PORT", "LAB_HOST_IMAGE", "LAB_VAULT_IMAGE")
            if not environment.get(name)
        ]
        if missing:
            raise ValueError(f"{', '.join(missing)} not set; `make up` starts the local AWS")
        directory = Path(environment["LAB_DIR"])
        if not directory.is_absolute():
            raise ValueError(f"LAB_DIR={directory}: must be an absolute path")
        return cls(
            directory=directory,
            port=int(environment["LAB_PORT"]),
            host_image=environment["LAB_HOST_IMAGE"],
            vault_image=environment["LAB_VAULT_IMAGE"],
            region=environment.get("LAB_REGION", cls.region),
            registration_delay_s=float(environment.get("LAB_REGISTRATION_DELAY_S", "0")),
        )

    @cached_property
    def lab(self) -> str:
        """Eight hex digits that mark this lab's containers and networks."""
        return hashlib.sha256(str(self.directory).encode()).hexdigest()[:8]

    @property
    def registry(self) -> str:
        """The registry's address, the same on the machine and on hosts."""
        return f"127.0.0.1:{self.port}"

    @property
    def labels(self) -> dict[str, str]:
        """On every container and network of this lab."""
        return {"nodekeep.lab": self.lab}

    def name(self, part: str) -> str:
        """Return the Docker name of a part: an instance id, `edge`, `vault`, `ebs`, ..."""
        return f"nodekeep-{self.lab}-{part}"

    @property
    def disks(self) -> Path:
        """Backing files of volumes and snapshots."""
        return self.directory / "ebs"

    @property
    def hosts(self) -> Path:
        """One directory an instance: its metadata, bound read-only into the host."""
        return self.directory / "hosts"

    @property
    def balancers(self) -> Path:
        """One directory a load balancer: HAProxy's configuration and socket."""
        return self.directory / "nlb"

    @property
    def state(self) -> Path:
        """What survives a restart: one file a service, S3 objects, image layers."""
        return self.directory / "aws"
