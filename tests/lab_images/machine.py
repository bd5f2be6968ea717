"""A host of the lab, run as the local AWS runs it, with its metadata in a directory."""

import json
import subprocess
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

CREDENTIALS = {
    "Code": "Success",
    "Type": "AWS-HMAC",
    "LastUpdated": "2024-01-01T00:00:00Z",
    "AccessKeyId": "hostkey",
    "SecretAccessKey": "secret",
    "Token": "session",
    "Expiration": "2036-01-01T00:00:00Z",
}
FLAGS = (
    "--tty",
    "--cap-add=ALL",
    "--cap-drop=SYS_RESOURCE",
    "--security-opt=seccomp=unconfined",
    "--security-opt=apparmor=unconfined",
    "--cgroupns=private",
    "--device-cgroup-rule=a *:* rwm",
    "--tmpfs=/run:exec",
    "--tmpfs=/run/lock",
    "--tmpfs=/tmp:exec",
)


def metadata(instance_id: str) -> dict[str, str]:
    """Return what the local AWS writes to `meta.json`."""
    document = {"instanceId": instance_id, "region": "eu-central-1"}
    return {
        "meta-data/instance-id": instance_id,
        "meta-data/local-ipv4": "10.20.0.4",
        "meta-data/placement/availability-zone": "eu-central-1a",
        "meta-data/placement/region": "eu-central-1",
        "meta-data/iam/security-credentials/node": json.dumps(CREDENTIALS),
        "dynamic/instance-identity/document": json.dumps(document),
    }


def docker(*words: str, data: bytes | None = None, check: bool = True) -> str:
    """Run a docker command and return what it printed."""
    done = subprocess.run(["docker", *words], input=data, capture_output=True, check=False)
    assert not check or done.returncode == 0, f"{words}: {done.stdout!r} {done.stderr!r}"
    return done.stdout.decode()


@dataclass(frozen=True)
class Machine:
    image: str
    lab: Path
    aws: str = "127.0.0.1:9"
    instance_id: str = field(default_factory=lambda: f"i-{uuid.uuid4().hex[:12]}")

    @property
    def name(self) -> str:
        return f"nodekeep-test-{self.instance_id}"

    @contextmanager
    def running(self, user_data: str) -> Iterator["Machine"]:
        """Boot it; remove it and its volumes afterwards."""
        (self.lab / "meta.json").write_text(json.dumps(metadata(self.instance_id)))
        (self.lab / "user-data").write_text(user_data)
        settings = {"LAB_INSTANCE_ID": self.instance_id, "LAB_AWS": self.aws, "LAB_PORT": "4599"}
        environment = [f"--env={key}={value}" for key, value in settings.items()]
        named = [f"--name={self.name}", f"--volume={self.lab}:/lab:ro"]
        try:
            docker("run", "--detach", *FLAGS, *named, *environment, self.image)
            self.wait()
            yield self
        finally:
            docker("rm", "--force", "--volumes", self.name, check=False)

    def wait(self) -> None:
        """Wait for cloud-init's last word; just after a start there may be no one to ask."""
        asked = "cloud-init status --wait && systemctl is-system-running --wait"
        self.sh(f"until {asked}; do sleep 0.1; done")

    def sh(self, script: str, *, data: bytes | None = None, check: bool = True) -> str:
        return docker("exec", "-i", self.name, "sh", "-c", script, data=data, check=check)

    def state(self) -> tuple[str, int]:
        shown = docker("inspect", "--format={{.State.Status}} {{.State.ExitCode}}", self.name)
        status, code = shown.split()
        return status, int(code)
