"""The vault's network: the local AWS answers, and nothing else does."""

import socket
import threading
from collections.abc import Iterator

import pytest

from tests.lab_aws.conftest import Cloud, eventually

pytestmark = pytest.mark.lab

REACH = (
    "python3 -c 'import socket, sys; socket.create_connection((sys.argv[1], int(sys.argv[2])), 1)' "
)


@pytest.fixture
def machine_port() -> Iterator[int]:
    """A port of the machine that accepts connections on every address."""
    with socket.create_server(("0.0.0.0", 0)) as server:
        threading.Thread(target=_accept, args=(server,), daemon=True).start()
        yield server.getsockname()[1]


def _accept(server: socket.socket) -> None:
    while True:
        try:
            server.accept()[0].close()
        except OSError:
            return


def test_from_the_vault_only_the_local_aws_answers(cloud: Cloud, machine_port: int) -> None:
    edge = cloud.host()
    profile = cloud.profile("signing")
    vault = cloud.host(SubnetId=cloud.vpc(gateway=False), IamInstanceProfile=profile)
    cloud.shell(edge, "systemd-run --quiet python3 -m http.server 8000")
    address = cloud.address(edge)
    machine = address.rpartition(".")[0] + ".1"
    port = cloud.endpoint.rpartition(":")[2]
    eventually(lambda: cloud.run(edge, f"{REACH} {address} 8000")["ResponseCode"] == 0)
    # The same words reach everything from the edge: the vault's failures are the network's.
    for target in (f"{address} 8000", f"{machine} {machine_port}", f"{machine} {port}"):
        cloud.shell(edge, REACH + target)
    cloud.shell(vault, f"curl -fsS http://127.0.0.1:{port}/_ministack/health > /dev/null")
    identity = "aws sts get-caller-identity --region eu-central-1 --output text --query Arn"
    role = f"arn:aws:sts::000000000000:assumed-role/signing/{vault}\n"
    assert cloud.shell(vault, identity) == role
    neighbours = cloud.address(vault).rpartition(".")[0]
    for target in (
        f"{address} 8000",
        f"{machine} {machine_port}",
        f"{machine} {port}",
        f"{neighbours}.1 {machine_port}",
        f"{neighbours}.2 {machine_port}",
        f"{neighbours}.2 22",
        "1.1.1.1 443",
    ):
        assert cloud.run(vault, REACH + target)["ResponseCode"] != 0, f"the vault reaches {target}"
    routes = cloud.shell(vault, "ip route show default")
    assert routes == ""
    # Not even a host that makes itself a route through the relay gets out.
    cloud.shell(vault, f"ip route add default via {neighbours}.2")
    for target in (f"{address} 8000", f"{machine} {machine_port}", "1.1.1.1 443"):
        assert cloud.run(vault, REACH + target)["ResponseCode"] != 0, f"routed to {target}"
