"""Hosts: containers that boot, stop and vanish as EC2 instances do."""

import logging
import threading
import time
from collections import defaultdict
from datetime import UTC, datetime

from docker.errors import APIError
from docker.types import Mount
from ministack.core.responses import get_region
from ministack.services import ec2

from lab.aws import lifecycle, metadata, store
from lab.aws.engine import Engine, Machine
from lab.aws.lifecycle import State
from lab.aws.networks import VAULT, Networks
from lab.aws.store import Record
from lab.aws.volumes import Volumes

logger = logging.getLogger("lab.hosts")

SHUTDOWN_S = 120
"""How long a host may take to shut down before its power is cut."""

AGENT_S = 60.0
AGENT = ["systemctl", "is-active", "--quiet", "basic.target"]
"""A host that came this far can be reached by Run Command, and reads its metadata."""

NO_WAY_OUT = ["ip", "route", "flush", "default"]
"""Older engines give a default route even in a network that has none; nobody answers there."""


class Hosts:
    """The instances of a lab."""

    def __init__(self, engine: Engine, networks: Networks, volumes: Volumes) -> None:
        self._engine = engine
        self._networks = networks
        self._volumes = volumes
        self._locks: defaultdict[str, threading.RLock] = volumes.locks
        self._rebooting: set[str] = set()

    def boot(self, record: Record) -> None:
        """Bring a pending instance to running."""
        name = record["InstanceId"]
        with self._locks[name]:
            if State.of(record) is not State.PENDING:
                return  # terminated before it began
            try:
                self._power_on(record)
            except Exception as error:
                logger.exception("%s does not boot", name)
                self._power_off(name, 0)
                reason = ("Server.InternalError", f"Server.InternalError: {error}")
                store.set_state(record, State.STOPPED, reason)
                return
            with store.changing:
                if State.of(record) is State.PENDING:  # and not terminated meanwhile
                    store.set_state(record, State.RUNNING)
        self.await_agent(record)

    def stop(self, record: Record, seconds: int) -> None:
        """Bring a stopping instance to stopped; its volumes stay attached."""
        self._power_off(record["InstanceId"], seconds)
        with self._locks[record["InstanceId"]]:
            self._volumes.release(record)
            reason = (
                "Client.UserInitiatedShutdown",
                "Client.UserInitiatedShutdown: User initiated shutdown",
            )
            store.set_state(record, State.STOPPED, reason)

    def reboot(self, record: Record) -> None:
        """Restart a running host, which keeps everything."""
        name = record["InstanceId"]
        self._rebooting.add(name)
        try:
            self._power_off(name, SHUTDOWN_S)
            with self._locks[name]:
                self._power_on(record)
        finally:
            self._rebooting.discard(name)
        self.await_agent(record)

    def terminate(self, record: Record, seconds: int) -> None:
        """Bring a shutting-down instance to terminated; nothing of it is left."""
        name = record["InstanceId"]
        self._power_off(name, seconds)
        with self._locks[name]:
            self._engine.remove(name)
            self._volumes.release(record)
            self._volumes.free(record)
            metadata.remove(self._engine.settings.hosts / name)
            association = ec2._find_active_iam_instance_profile_association(name)
            if association:
                ec2._mark_iam_instance_profile_association_disassociated(association)
            record["_terminated_at"] = time.time()
            reason = (
                "Client.UserInitiatedShutdown",
                "Client.UserInitiatedShutdown: User initiated shutdown",
            )
            store.set_state(record, State.TERMINATED, reason)

    def notice_exits(self) -> None:
        """Give hosts that went away by themselves the state that AWS would show."""
        running = self._engine.running()
        for record in store.every_instance():
            name = record["InstanceId"]
            if State.of(record) is State.RUNNING and name not in running | self._rebooting:
                self._notice_exit(record)

    def resume(self, record: Record) -> None:
        """Go on with an instance where the last run of the local AWS left it."""
        state = State.of(record)
        if state in {State.PENDING, State.RUNNING}:
            store.set_state(record, State.PENDING)
            self.boot(record)
            self._volumes.resume(record)
        elif state is State.STOPPING:
            self.stop(record, SHUTDOWN_S)
        elif state is State.SHUTTING_DOWN:
            self.terminate(record, SHUTDOWN_S)

    def suspend(self, record: Record) -> None:
        """Shut a host down for the time the local AWS is away; its record says running."""
        if State.of(record) is State.RUNNING:
            self._power_off(record["InstanceId"], SHUTDOWN_S)
            self._volumes.release(record)

    def renew(self) -> None:
        """Give running hosts credentials before theirs expire."""
        for record in store.every_instance():
            if State.of(record) is State.RUNNING:
                self.describe(record)

    def console(self, record: Record) -> bytes:
        """Return what a host printed on its console."""
        return self._engine.console(record["InstanceId"])

    def describe(self, record: Record) -> None:
        """Write what the host reads about itself."""
        name = record["InstanceId"]
        names = metadata.describe(
            record,
            region=get_region(),
            network=self._networks.range_of(record["_network"]),
            tags={tag["Key"]: tag["Value"] for tag in store.tags(name)},
            credentials=store.credentials(record),
            now=datetime.now(UTC),
        )
        metadata.write(self._engine.settings.hosts / name, names, record["UserData"])

    def await_agent(self, record: Record) -> None:
        """Wait until Run Command reaches the host."""
        deadline = time.monotonic() + AGENT_S
        while State.of(record) is State.RUNNING and time.monotonic() < deadline:
            if self._engine.execute(record["InstanceId"], AGENT).code == 0:
                record["_agent"] = True
                return
            time.sleep(0.1)

    def _power_on(self, record: Record) -> None:
        name = record["InstanceId"]
        self.describe(record)
        container = self._engine.find(name) or self._engine.create(self._machine(record))
        if container.status != "running":
            container.start()
        if record["_network"] == VAULT:
            self._engine.execute(name, NO_WAY_OUT)
        self._volumes.plug(record)

    def _power_off(self, name: str, seconds: int) -> None:
        container = self._engine.find(name)
        if not container or container.status != "running":
            return
        try:
            if seconds:
                container.stop(timeout=seconds)
            else:
                container.kill()
                container.wait()
        except APIError:
            container.reload()
            if container.status == "running":
                raise  # else it went away by itself just now

    def _notice_exit(self, record: Record) -> None:
        name = record["InstanceId"]
        with self._locks[name]:
            container = self._engine.find(name)
            if State.of(record) is not State.RUNNING or (
                container and container.status == "running"
            ):
                return
            code = container.attrs["State"]["ExitCode"] if container else -1
            behaviour = record.get("ShutdownBehaviour", "stop")
            state = lifecycle.after_exit(code, shutdown_behaviour=behaviour)
            logger.warning("%s went away by itself (exit %s): %s", name, code, state.value[1])
            self._volumes.release(record)
            reason = (
                "Client.InstanceInitiatedShutdown",
                "Client.InstanceInitiatedShutdown: Instance initiated shutdown",
            )
            store.set_state(record, state, None if state is State.PENDING else reason)
        if state is State.PENDING:
            store.background(self.boot, record)
        elif state is State.SHUTTING_DOWN:
            store.background(self.terminate, record, 0)

    def _machine(self, record: Record) -> Machine:
        settings = self._engine.settings
        name, network = record["InstanceId"], record["_network"]
        return Machine(
            part=name,
            image=record["_image"],
            network=settings.name(network),
            address=record["PrivateIpAddress"],
            hostname=record["PrivateDnsName"].partition(".")[0],
            environment={
                "LAB_INSTANCE_ID": name,
                "LAB_AWS": self._networks.aws(network),
                "LAB_PORT": str(settings.port),
            },
            binds={str(settings.hosts / name): {"bind": "/lab", "mode": "ro"}},
            options={
                **self._engine.privileges,
                "cgroupns": "private",
                "stop_signal": "SIGRTMIN+3",
                "tty": True,
                "mounts": [Mount("/var/lib/docker", None, type="volume")],
                "tmpfs": {"/run": "exec,mode=755", "/run/lock": "", "/tmp": "exec,mode=1777"},  # noqa: S108
            },
        )
