"""The Docker engine, as the lab needs it: containers that are machines."""

import logging
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from ipaddress import IPv4Network
from typing import Any

from docker.errors import APIError, NotFound
from docker.models.containers import Container
from docker.types import IPAMConfig, IPAMPool
from docker.utils import version_gte

import docker
from lab.aws.addresses import hardware_address
from lab.aws.settings import Settings

logger = logging.getLogger("lab.engine")

CONSOLE_LINES = 500

DEVICES = ["a *:* rwm"]

PRIVILEGES: Mapping[str, object] = {
    "cap_add": ["ALL"],
    "device_cgroup_rules": DEVICES,
    "security_opt": ["seccomp=unconfined", "apparmor=unconfined"],
}
"""All that `--privileged` gives but the machine's own devices."""


@dataclass(frozen=True)
class Result:
    """How a command in a container ended; the code is -1 when the container went away."""

    code: int
    out: str
    err: str


@dataclass(frozen=True)
class Machine:
    """A container to be created: part of the lab, image, place in a network."""

    part: str
    image: str
    network: str
    address: str | None = None
    environment: Mapping[str, str] = field(default_factory=dict)
    binds: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    entrypoint: list[str] | None = None
    hostname: str | None = None
    options: Mapping[str, object] = field(default_factory=dict)


class Engine:
    """Containers and networks of one lab."""

    def __init__(self, settings: Settings) -> None:
        self.settings = settings
        # No time-out: a stop or a command may take minutes, and its caller sets the limit.
        self._client = docker.from_env(timeout=None)  # type: ignore[arg-type]

    @cached_property
    def privileges(self) -> Mapping[str, object]:
        """What a host may do; an engine that lacks one capability is not asked for it again."""
        options: Mapping[str, Any] = PRIVILEGES
        probe = self._client.containers.create(
            self.settings.host_image, entrypoint=["true"], network_mode="none", **options
        )
        try:
            probe.start()
        except APIError:
            logger.info("no CAP_SYS_RESOURCE here: a mounted ext4 cannot grow")
            return {**PRIVILEGES, "cap_drop": ["SYS_RESOURCE"]}
        finally:
            probe.remove(force=True, v=True)
        return PRIVILEGES

    def create(self, machine: Machine) -> Container:
        """Create a container; one of the same name that was left over is removed."""
        name = self.settings.name(machine.part)
        self.remove(machine.part)
        options = dict(machine.options)
        if machine.address:
            mac = hardware_address(machine.address)
            per_endpoint = version_gte(self._client.api.api_version, "1.44")
            endpoint = self._client.api.create_endpoint_config(
                ipv4_address=machine.address, mac_address=mac if per_endpoint else None
            )
            options["networking_config"] = {machine.network: endpoint}
            if not per_endpoint:
                options["mac_address"] = mac
        return self._client.containers.create(
            machine.image,
            entrypoint=machine.entrypoint,
            name=name,
            hostname=machine.hostname or machine.part,
            labels={**self.settings.labels, "nodekeep.part": machine.part},
            network=machine.network,
            environment=dict(machine.environment),
            volumes={source: dict(target) for source, target in machine.binds.items()},
            **options,  # type: ignore[arg-type]
        )

    def find(self, part: str) -> Container | None:
        """Return a part's container, running or not."""
        try:
            return self._client.containers.get(self.settings.name(part))
        except NotFound:
            return None

    def remove(self, part: str) -> None:
        """Remove a part's container with its anonymous volumes."""
        container = self.find(part)
        if container:
            container.remove(force=True, v=True)

    def running(self) -> set[str]:
        """Return the parts of this lab whose containers run."""
        label = f"nodekeep.lab={self.settings.lab}"
        found = self._client.api.containers(filters={"label": label, "status": "running"})
        return {entry["Labels"]["nodekeep.part"] for entry in found}

    def console(self, part: str) -> bytes:
        """Return the end of what a part printed on its console."""
        container = self.find(part)
        return container.logs(tail=CONSOLE_LINES) if container else b""

    def execute(self, part: str, command: Sequence[str]) -> Result:
        """Run a command in a part's container and wait for it."""
        api = self._client.api
        try:
            execution = api.exec_create(self.settings.name(part), list(command))["Id"]
            out, err = api.exec_start(execution, demux=True)
            code = api.exec_inspect(execution)["ExitCode"]
        except APIError as error:
            return Result(-1, "", str(error.explanation))
        return Result(
            -1 if code is None else code,
            (out or b"").decode(errors="replace"),
            (err or b"").decode(errors="replace"),
        )

    def ensure_network(self, part: str, network: IPv4Network, *, internal: bool) -> None:
        """Create a bridge network unless it is there.

        Raises:
            APIError: Docker refuses the address range.
        """
        name = self.settings.name(part)
        if self._client.networks.list(names=[f"^{name}$"]):
            return
        # Without an address on the bridge, the machine itself is out of the vault's reach.
        hidden = {"com.docker.network.bridge.inhibit_ipv4": "true"} if internal else {}
        self._client.networks.create(
            name,
            driver="bridge",
            internal=internal,
            options=hidden,
            labels=self.settings.labels,
            ipam=IPAMConfig(pool_configs=[IPAMPool(subnet=str(network), gateway=str(network[1]))]),
        )

    def network_range(self, part: str) -> IPv4Network | None:
        """Return the address range of a network that is there."""
        found = self._client.networks.list(names=[f"^{self.settings.name(part)}$"])
        if not found:
            return None
        return IPv4Network(found[0].attrs["IPAM"]["Config"][0]["Subnet"])

    def remove_network(self, part: str) -> None:
        """Remove a network that has no members."""
        for network in self._client.networks.list(names=[f"^{self.settings.name(part)}$"]):
            network.remove()

    def connect(self, container: Container, part: str, address: str) -> None:
        """Put a container into a second network."""
        name = self.settings.name(part)
        self._client.networks.get(name).connect(container, ipv4_address=address)
