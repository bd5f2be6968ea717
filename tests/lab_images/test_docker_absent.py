"""A host without docker, as Amazon Linux is at first boot: the bootstrap installs it."""

from pathlib import Path

import pytest

from components._bootstrap import BOOTSTRAP
from lab.images import build
from tests.lab_images.machine import Machine

pytestmark = pytest.mark.docker

IDENTITY = """NODEKEEP_PARAMETERS=/nodekeep/none/a
AWS_DEFAULT_REGION=eu-central-1
"""


def test_bootstrap_installs_docker_from_the_hosts_package_source(tmp_path: Path) -> None:
    machine = Machine(build.ensure(print).host, tmp_path)
    with machine.running("#cloud-config\n{}\n"):
        machine.sh("systemctl stop docker.socket docker && apt-get remove -qy docker.io")
        assert machine.sh("command -v dockerd", check=False) == ""
        machine.sh("mkdir -p /etc/nodekeep && cat > /etc/nodekeep/host.env", data=IDENTITY.encode())
        machine.sh("cat > /usr/local/sbin/nodekeep-bootstrap", data=BOOTSTRAP.read_bytes())
        # There is no AWS behind this host: it goes on asking for its manifest until it is ended.
        said = machine.sh("timeout 60 bash /usr/local/sbin/nodekeep-bootstrap 2>&1", check=False)
        assert "try 1 of 60 failed: get_hostfiles" in said
        machine.sh("docker info")
