"""The two networks of a lab: edge, and the vault from which only the local AWS is reached."""

import json
import logging
from dataclasses import dataclass
from ipaddress import IPv4Network
from pathlib import Path

from docker.errors import APIError

from lab.aws import haproxy
from lab.aws.addresses import RELAY_HOST, candidates
from lab.aws.engine import Engine, Machine

logger = logging.getLogger("lab.networks")

EDGE, VAULT, RELAY = "edge", "vault", "relay"


@dataclass(frozen=True)
class Networks:
    """Address ranges, and where the local AWS is reached from within."""

    edge: IPv4Network
    vault: IPv4Network
    port: int

    def range_of(self, network: str) -> IPv4Network:
        """Return a network's addresses."""
        return self.vault if network == VAULT else self.edge

    def aws(self, network: str) -> str:
        """Return HOST:PORT of the local AWS as seen from a network."""
        return f"{self.vault[RELAY_HOST] if network == VAULT else self.edge[1]}:{self.port}"

    @property
    def listening(self) -> list[str]:
        """Where the local AWS listens: for this machine and its hosts, for nobody beyond.

        It asks nobody who he is, and its hosts may do nearly all that root may.
        """
        return [f"127.0.0.1:{self.port}", self.aws(EDGE)]


def ensure(engine: Engine) -> Networks:
    """Create what is missing; ranges stay those that instances have addresses of."""
    file = engine.settings.state / "networks.json"
    edge, vault = _create(engine, file)
    file.write_text(json.dumps({EDGE: str(edge), VAULT: str(vault)}))
    networks = Networks(edge, vault, engine.settings.port)
    _ensure_relay(engine, networks)
    return networks


def _create(engine: Engine, file: Path) -> tuple[IPv4Network, IPv4Network]:
    found = engine.network_range(EDGE), engine.network_range(VAULT)
    if found[0] and found[1]:
        return found[0], found[1]
    if file.exists():
        known = json.loads(file.read_text())
        choices = iter([(IPv4Network(known[EDGE]), IPv4Network(known[VAULT]))])
    else:
        choices = iter(candidates(engine.settings.lab))
    refusal = "no range tried"
    for edge, vault in choices:
        try:
            engine.ensure_network(EDGE, edge, internal=False)
            engine.ensure_network(VAULT, vault, internal=True)
        except APIError as error:
            refusal = f"{edge}, {vault}: {error.explanation}"
            logger.info("Docker refuses %s", refusal)
            engine.remove_network(EDGE)
            continue
        return edge, vault
    raise OSError(f"no address range for the lab's networks ({refusal}); remove unused networks")


def _ensure_relay(engine: Engine, networks: Networks) -> None:
    """Forward one port, and no packet besides: the container routes nothing."""
    directory = engine.settings.state / "relay"
    directory.mkdir(exist_ok=True)
    config = haproxy.relay(networks.port, networks.aws(EDGE))
    file = directory / "haproxy.cfg"
    relay = engine.find(RELAY)
    if relay and relay.status == "running" and file.exists() and file.read_text() == config:
        return
    file.write_text(config)
    machine = Machine(
        part=RELAY,
        image=engine.settings.host_image,
        network=engine.settings.name(EDGE),
        entrypoint=["haproxy", "-W", "-f", "/etc/lab"],
        binds={str(directory): {"bind": "/etc/lab", "mode": "ro"}},
        options={
            "cap_drop": ["ALL"],
            "read_only": True,
            "restart_policy": {"Name": "always"},
            "security_opt": ["no-new-privileges"],
            "sysctls": {"net.ipv4.ip_forward": "0"},
            "user": "65534:65534",
        },
    )
    relay = engine.create(machine)
    engine.connect(relay, VAULT, str(networks.vault[RELAY_HOST]))
    relay.start()
