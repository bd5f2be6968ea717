"""A local AWS of the test's own: everything is there again after it ended, however it ended."""

import hashlib
import os
import signal
import socket
import subprocess
import urllib.request
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path

import pytest

from lab.images import build
from lab.place import Place
from tests.lab_aws.conftest import Cloud, eventually, refusal

pytestmark = pytest.mark.lab

BUCKET, SECRET, REPOSITORY = "kept", "kept", "kept/image"


@dataclass
class LocalAws:
    """A process, started and ended at will."""

    directory: Path
    port: int
    images: build.Images
    process: subprocess.Popen[bytes] | None = field(default=None)

    def start(self) -> None:
        """Start it and wait until it is ready."""
        place = Place()
        settings = {
            "LAB_DIR": str(self.directory),
            "LAB_PORT": str(self.port),
            "LAB_HOST_IMAGE": self.images.host,
            "LAB_VAULT_IMAGE": self.images.vault,
        }
        python = os.environ.get("LAB_AWS_PYTHON") or place.directory / "venv-aws/bin/python"
        with (self.directory / "log").open("ab") as log:
            self.process = subprocess.Popen(
                [python, "-m", "lab.aws"],
                cwd=place.root,
                env={**os.environ, **settings},
                stdout=log,
                stderr=log,
            )
        eventually(self.answers)

    def answers(self) -> bool:
        """Return whether it is ready."""
        assert self.process is not None
        assert self.process.poll() is None, (self.directory / "log").read_text()
        try:
            health = f"http://127.0.0.1:{self.port}/_ministack/health"
            urllib.request.urlopen(health, timeout=2).close()
        except OSError:
            return False
        return True

    def end(self, number: signal.Signals) -> None:
        """End it."""
        assert self.process is not None
        self.process.send_signal(number)
        self.process.wait(timeout=180)

    def containers(self) -> list[str]:
        """Return the names of its containers that run."""
        listed = ("ps", "--format", "{{.Names}}", "--filter", f"label={self._label}")
        return _output("docker", *listed).decode().split()

    def remove(self) -> None:
        """Remove what it leaves to `make down`."""
        for kind, remove in (("ps -aq", "rm -fv"), ("network ls -q", "network rm")):
            found = _output("docker", *kind.split(), "--filter", f"label={self._label}").decode()
            if found:
                _output("docker", *remove.split(), *found.split())

    @property
    def _label(self) -> str:
        return f"nodekeep.lab={hashlib.sha256(str(self.directory).encode()).hexdigest()[:8]}"


@pytest.fixture
def local_aws(tmp_path: Path) -> Iterator[LocalAws]:
    """A local AWS on a free port."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    local = LocalAws(tmp_path, port, build.ensure(print))
    local.start()
    yield local
    local.end(signal.SIGTERM)
    local.remove()


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGKILL])
def test_all_is_there_again(
    local_aws: LocalAws, number: signal.Signals, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("AWS_ENDPOINT_URL", f"http://127.0.0.1:{local_aws.port}")
    cloud = Cloud()
    host, disk = cloud.host(), cloud.disk()
    address = cloud.address(host)
    cloud.attach(disk, host)
    cloud.shell(host, "mkfs.ext4 -q /dev/sdf && mount /dev/sdf /mnt && echo kept > /mnt/file")
    image = _keep_things(cloud)
    key = cloud.client("kms").create_key()["KeyMetadata"]["KeyId"]
    context = {"KeyId": key, "EncryptionContext": {"stack": "test"}}
    wrapped = cloud.client("kms").encrypt(**context, Plaintext=b"seed")["CiphertextBlob"]
    resolver = cloud.client("route53resolver")
    names = resolver.create_firewall_domain_list(Name=BUCKET)["FirewallDomainList"]["Id"]
    saved = local_aws.directory / "aws/services"
    for service, name in (("ecr", image), ("route53resolver", names)):
        eventually(partial(_names, saved / f"{service}.json", name))
    local_aws.end(number)
    assert any(host in name for name in local_aws.containers()) == (number is signal.SIGKILL)
    local_aws.start()
    eventually(lambda: cloud.state(host) == "running" and cloud.online(host))
    assert cloud.address(host) == address
    assert cloud.attachment(disk) == (host, "attached")
    mount = "mountpoint -q /mnt || mount /dev/sdf /mnt"
    assert cloud.shell(host, f"{mount}; cat /mnt/file") == "kept\n"
    _things_are_there(cloud, image)
    opened = cloud.client("kms").decrypt(**context, CiphertextBlob=wrapped)
    assert opened["Plaintext"] == b"seed"
    found = resolver.get_firewall_domain_list(FirewallDomainListId=names)
    assert found["FirewallDomainList"]["Name"] == BUCKET
    cloud.close()
    assert list((local_aws.directory / "ebs").iterdir()) == []
    assert list((local_aws.directory / "hosts").iterdir()) == []


def _names(file: Path, name: str) -> bool:
    return file.exists() and name in file.read_text()


def _keep_things(cloud: Cloud) -> str:
    """Make one of each that MiniStack keeps, or would not; returns the image's digest."""
    s3, secrets, ecr = (cloud.client(name) for name in ("s3", "secretsmanager", "ecr"))
    where = {"LocationConstraint": "eu-central-1"}
    s3.create_bucket(Bucket=BUCKET, CreateBucketConfiguration=where)
    versioning = {"Status": "Enabled"}
    s3.put_bucket_versioning(Bucket=BUCKET, VersioningConfiguration=versioning)
    for body in (b"one", b"two"):
        s3.put_object(Bucket=BUCKET, Key="a/b", Body=body)
    secrets.create_secret(Name=SECRET)
    token = {"SecretId": SECRET, "ClientRequestToken": "0" * 32}
    secrets.put_secret_value(**token, SecretString="one")
    other = refusal(lambda: secrets.put_secret_value(**token, SecretString="two"))
    assert other == "ResourceExistsException"
    uri = ecr.create_repository(repositoryName=REPOSITORY)["repository"]["repositoryUri"]
    return push(f"{uri}:1")


def _things_are_there(cloud: Cloud, image: str) -> None:
    s3, secrets, ecr = (cloud.client(name) for name in ("s3", "secretsmanager", "ecr"))
    versions = s3.list_object_versions(Bucket=BUCKET)["Versions"]
    bodies = [
        s3.get_object(Bucket=BUCKET, Key="a/b", VersionId=version["VersionId"])["Body"].read()
        for version in versions
    ]
    assert sorted(bodies) == [b"one", b"two"]
    assert secrets.get_secret_value(SecretId=SECRET)["SecretString"] == "one"
    found = ecr.describe_repositories(repositoryNames=[REPOSITORY])["repositories"][0]
    reference = f"{found['repositoryUri']}@{image}"
    _output("docker", "pull", "-q", reference)
    _output("docker", "rmi", reference)


def push(reference: str) -> str:
    """Push an image of one file; returns its digest."""
    archive = _output("tar", "-C", str(Path(__file__).parent), "-c", "__init__.py")
    imported = ["docker", "import", "-", reference]
    subprocess.run(imported, input=archive, check=True, capture_output=True)
    pushed = _output("docker", "push", reference).decode()
    _output("docker", "rmi", reference)
    (digest,) = [word for word in pushed.split() if word.startswith("sha256:")]
    return digest


def _output(*command: str) -> bytes:
    return subprocess.run(command, check=True, capture_output=True).stdout
