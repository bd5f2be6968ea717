"""MiniStack served with its parts replaced, between a start and an end of the lab's own."""

import asyncio
import logging
import signal
import threading
import time
from collections.abc import Awaitable, Callable, MutableMapping
from typing import Any

from hypercorn.asyncio import serve as hypercorn_serve  # type: ignore[import-not-found]
from hypercorn.config import Config  # type: ignore[import-not-found]
from ministack import app as ministack
from ministack.core import container_reaper

from lab.aws import (
    acls,
    catalogue,
    dependencies,
    document_api,
    endpoints,
    flow_logs,
    networks,
    parameters,
    registry,
    resolver_firewall_api,
    run_command,
    secret_versions,
    security_groups,
    store,
)
from lab.aws.balancer_api import BalancerApi
from lab.aws.balancers import Balancers
from lab.aws.disks import Disks
from lab.aws.engine import Engine
from lab.aws.hosts import Hosts
from lab.aws.instance_api import InstanceApi
from lab.aws.launch import Launch
from lab.aws.settings import Settings
from lab.aws.snapshots import SnapshotApi
from lab.aws.state import Saver
from lab.aws.target_api import TargetApi
from lab.aws.volume_api import VolumeApi
from lab.aws.volumes import Volumes

logger = logging.getLogger("lab")

Message = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]

WATCH_S = 1.0
RENEW_S = 3600.0
END_S = 300.0
"""Hosts shut down within this, and they have their own, shorter limit."""


class Lab:
    """All of the local AWS."""

    def __init__(self, settings: Settings) -> None:
        settings.state.mkdir(parents=True, exist_ok=True)
        self._settings = settings
        self._engine = Engine(settings)
        self._disks = Disks(self._engine)
        self._saver = Saver()
        self._end = threading.Event()
        self.ranges = ranges = networks.ensure(self._engine)
        volumes = Volumes(self._disks)
        self._hosts = Hosts(self._engine, ranges, volumes)
        volume_api = self._volume_api = VolumeApi(volumes)
        InstanceApi(self._hosts).install()
        Launch(self._engine, ranges, self._hosts, volume_api).install()
        volume_api.install()
        SnapshotApi(volumes).install()
        registry.install(settings)
        self._run_command = run_command.RunCommand(self._engine)
        self._run_command.install(document_api.plan)
        for part in (
            acls,
            catalogue,
            dependencies,  # after acls: it asks before what is there then
            document_api,
            endpoints,
            flow_logs,
            parameters,
            resolver_firewall_api,
            secret_versions,
            security_groups,
        ):
            part.install()
        self._balancers = Balancers(self._engine)
        BalancerApi(self._balancers, ranges).install()
        TargetApi(self._balancers).install()
        # Only services that this lab does not offer leave containers to reap.
        container_reaper.start = lambda _: None
        ministack._stop_docker_containers = lambda *_: None

    async def __call__(self, scope: Message, receive: Receive, send: Send) -> None:
        """Serve; ready when hosts are back, ended when they are down."""
        if scope["type"] != "lifespan":
            await ministack.app(scope, receive, send)
            return

        async def received() -> Message:
            message = await receive()
            if message["type"] == "lifespan.shutdown":
                await asyncio.to_thread(self._close)
            return message

        async def sent(message: Message) -> None:
            if message["type"] == "lifespan.startup.complete":
                await asyncio.to_thread(self._open)
            await send(message)

        await ministack.app(scope, received, sent)

    def _open(self) -> None:
        self._disks.prepare()
        self._run_command.recover()
        self._volume_api.resume()
        for record in store.every_instance():
            store.background(self._hosts.resume, record)
        self._balancers.refresh()
        self._saver.start()
        threading.Thread(target=self._watch, name="lab-watch", daemon=True).start()

    def _close(self) -> None:
        self._end.set()
        store.for_every_instance(self._hosts.suspend)
        self._balancers.close()
        self._disks.close()
        self._engine.remove(networks.RELAY)
        self._saver.stop()

    def _watch(self) -> None:
        renewed = time.monotonic()
        while not self._end.wait(WATCH_S):
            try:
                self._hosts.notice_exits()
                if time.monotonic() - renewed > RENEW_S:
                    renewed = time.monotonic()
                    self._hosts.renew()
                if self._settings.registration_delay_s:
                    self._balancers.refresh()
            except Exception:
                logger.exception("hosts were not looked after; trying again")


def serve(settings: Settings) -> None:
    """Serve until SIGTERM or SIGINT."""
    for noisy in ("hypercorn.access", "persistence"):
        logging.getLogger(noisy).setLevel(logging.WARNING)
    lab, config = Lab(settings), Config()
    config.bind = lab.ranges.listening
    config.keep_alive_timeout = 75
    config.startup_timeout = config.shutdown_timeout = END_S
    asyncio.run(_serve(lab, config))


async def _serve(lab: Lab, config: Config) -> None:
    ended = asyncio.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(number, ended.set)
    await hypercorn_serve(lab, config, shutdown_trigger=ended.wait)
