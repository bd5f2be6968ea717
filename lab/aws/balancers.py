"""Load balancers that carry traffic: an HAProxy each, in step with the target groups."""

import logging
import os
import shutil
import socket
import threading
import time
from contextlib import closing, suppress
from pathlib import Path

from docker.errors import DockerException
from docker.models.containers import Container
from ministack.services import alb

from lab.aws import haproxy, store
from lab.aws.engine import Engine, Machine
from lab.aws.haproxy import Group, Health, Target
from lab.aws.networks import EDGE
from lab.aws.store import Record

logger = logging.getLogger("lab.balancers")

ANSWERS_S = 10.0
ATTEMPTS, RELOAD_S = 10, 1.0
INSIDE = "/run/lab"


class Balancers:
    """The network load balancers of a lab."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self._delay_s = engine.settings.registration_delay_s
        self._lock = threading.Lock()

    def refresh(self) -> None:
        """Bring every HAProxy in line with what is asked for; unchanged ones are left alone."""
        with self._lock:
            wanted = {
                lb["LoadBalancerName"]: lb for lb in alb._lbs.all_values() if "_address" in lb
            }
            for name, balancer in wanted.items():
                try:
                    self._refresh(name, balancer)
                except (OSError, DockerException):
                    logger.exception("%s does not do what is asked of it", name)
            for directory in self._directories():
                if directory.name not in wanted:
                    self._engine.remove(f"nlb-{directory.name}")
                    shutil.rmtree(directory)

    def close(self) -> None:
        """End all; their configuration stays."""
        for directory in self._directories():
            self._engine.remove(f"nlb-{directory.name}")

    def servers(self, balancer: str) -> dict[tuple[str, str], dict[str, str]]:
        """Return what a balancer's HAProxy says of its servers, by group and target."""
        try:
            return haproxy.statistics(self._ask(balancer, "show stat"))
        except OSError as error:
            logger.warning("%s does not answer: %s", balancer, error)
            return {}

    def _directories(self) -> list[Path]:
        directory = self._engine.settings.balancers
        return list(directory.iterdir()) if directory.exists() else []

    def _refresh(self, name: str, balancer: Record) -> None:
        directory = self._engine.settings.balancers / name
        directory.mkdir(parents=True, exist_ok=True)
        file = directory / "haproxy.cfg"
        groups = self._groups(balancer)
        config = haproxy.balancer(_listeners(balancer), groups)
        container = self._engine.find(f"nlb-{name}")
        running = container is not None and container.status == "running"
        if running and self._serves(name, config):
            return
        before = set(self.servers(name)) if running else set()
        known = self._ask(name, "show servers state") if running else ""
        (directory / "servers").write_text(known)
        file.write_text(config)
        if not container or not running:
            container = self._engine.create(self._machine(name, balancer, directory))
            container.start()
        self._await(name, container, config, reload=running)
        # HAProxy counts what it has not asked yet as up, AWS as not.
        for group, target in {(g.name, t.id) for g in groups for t in g.targets} - before:
            self._ask(name, f"set server {group}/{target} health down")

    def _serves(self, name: str, config: str) -> bool:
        with suppress(OSError):  # not up yet
            return haproxy.serves(config, self._ask(name, "show info"))
        return False

    def _await(self, name: str, container: Container, config: str, *, reload: bool) -> None:
        """Reload until a process with this configuration serves.

        A reload that comes while another is under way gets lost. Connections stay with the
        process that has them.

        Raises:
            OSError: none does.
        """
        for attempt in range(ATTEMPTS):
            if reload or attempt:
                container.kill("SIGUSR2")
            deadline = time.monotonic() + RELOAD_S
            while time.monotonic() < deadline:
                if self._serves(name, config):
                    return
                time.sleep(0.02)
        raise OSError(f"HAProxy of {name} does not take its configuration; see docker logs")

    def _ask(self, name: str, command: str) -> str:
        """Say something to HAProxy's socket, by a path that is short wherever the lab is."""
        directory = os.open(self._engine.settings.balancers / name, os.O_RDONLY)
        try:
            with closing(socket.socket(socket.AF_UNIX)) as connection:
                connection.settimeout(ANSWERS_S)
                connection.connect(f"/proc/self/fd/{directory}/haproxy.sock")
                connection.sendall(f"{command}\n".encode())
                return b"".join(iter(lambda: connection.recv(65_536), b"")).decode()
        finally:
            os.close(directory)

    def _machine(self, name: str, balancer: Record, directory: Path) -> Machine:
        return Machine(
            part=f"nlb-{name}",
            image=self._engine.settings.host_image,
            network=self._engine.settings.name(EDGE),
            address=balancer["_address"],
            entrypoint=["haproxy", "-W", "-f", f"{INSIDE}/haproxy.cfg"],
            binds={str(directory): {"bind": INSIDE, "mode": "rw"}},
            options={
                "cap_drop": ["ALL"],
                "read_only": True,
                "security_opt": ["no-new-privileges"],
                "sysctls": {"net.ipv4.ip_unprivileged_port_start": "0"},
                "user": f"{os.getuid()}:{os.getgid()}",
            },
        )

    def _groups(self, balancer: Record) -> list[Group]:
        arns = {group for _, group in _forwards(balancer)}
        return [self._group(arn) for arn in sorted(arns)]

    def _group(self, arn: str) -> Group:
        record = next(g for g in alb._tgs.all_values() if g["TargetGroupArn"] == arn)
        attributes = {a["Key"]: a["Value"] for a in alb._tg_attrs.get(arn, [])}
        key = "target_health_state.unhealthy.connection_termination.enabled"
        due = time.time() - self._delay_s
        return Group(
            name=record["TargetGroupName"],
            health=health(record),
            targets=[
                Target(one["Id"], address, int(one.get("Port") or record["Port"]))
                for one in alb._targets.get(arn, [])
                if one["_registered"] <= due and (address := address_of(one["Id"]))
            ],
            ends_connections=attributes.get(key) == "true",
        )


def health(group: Record) -> Health:
    """Return how a target group asks its targets."""
    return Health(
        enabled=group["HealthCheckEnabled"],
        protocol=group["HealthCheckProtocol"],
        port=group["HealthCheckPort"],
        path=group["HealthCheckPath"],
        codes=group["Matcher"]["HttpCode"],
        interval_s=group["HealthCheckIntervalSeconds"],
        timeout_s=group["HealthCheckTimeoutSeconds"],
        healthy_after=group["HealthyThresholdCount"],
        unhealthy_after=group["UnhealthyThresholdCount"],
    )


def address_of(target: str) -> str:
    """Return where a target is: an instance's address, or the address that it is."""
    if not target.startswith("i-"):
        return target
    found = [one for one in store.every_instance() if one["InstanceId"] == target]
    return str(found[0]["PrivateIpAddress"]) if found else ""


def _forwards(balancer: Record) -> list[tuple[int, str]]:
    """Return a balancer's ports, each with the target group behind it."""
    arn = balancer["LoadBalancerArn"]
    return [
        (listener["Port"], action["TargetGroupArn"])
        for listener in alb._listeners.all_values()
        if listener["LoadBalancerArn"] == arn
        for action in listener["DefaultActions"]
        if "TargetGroupArn" in action
    ]


def _listeners(balancer: Record) -> dict[int, str]:
    return {port: arn.split("/")[1] for port, arn in _forwards(balancer)}
