"""The gate: shut before the first answer, open only while the node is ready, shut at the end."""

import os
import shutil
import subprocess
import sys
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import pytest

from components.hostfiles.nodekeep_host import gate
from tests.hostfiles.conftest import HOSTFILES, Host, manifest

PORT = 18443
SHUT = f"-A NODEKEEP ! -i lo -p tcp -m tcp --dport {PORT} -j REJECT --reject-with tcp-reset"


def answering(status: int) -> ThreadingHTTPServer:
    class Health(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.send_response(status)
            self.end_headers()

        def log_message(self, *_: Any) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Health)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    return server


@pytest.mark.parametrize(("status", "ready"), [(200, True), (503, False), (404, False)])
def test_only_200_is_ready(status: int, ready: bool) -> None:
    server = answering(status)
    assert gate.is_ready(server.server_port) is ready
    server.shutdown()
    server.server_close()


def test_an_exporter_that_is_not_there_is_not_ready() -> None:
    assert not gate.is_ready(1)


def test_before_the_first_start_there_is_nothing_to_shut(host: Host) -> None:
    host.fake("iptables")
    assert host.run("python:gate", "close").returncode == 0
    assert not host.calls("iptables")


def test_a_table_that_cannot_be_set_is_an_error(host: Host) -> None:
    host.run("python:manifest")
    host.fake("iptables-restore")
    host.tell("iptables-restore", "--noflush", 2)
    assert host.run("python:gate", "close").returncode != 0


def test_other_words_are_refused(host: Host) -> None:
    assert "usage: gate close|run" in host.run("python:gate", "open").stderr


NETNS = """
set -e
ip link set lo up 2>/dev/null || true
{before}
python3 -B - <<'PY'
{program}
PY
iptables -S
"""


def in_namespace(host: Host, program: str, before: str = "") -> list[str]:
    """Run lines of Python with the gate in a network namespace of their own; return the tables."""
    text = f"from nodekeep_host import gate\nfrom nodekeep_host.gate import *\n{program}"
    done = subprocess.run(
        ["unshare", "--net", "sh", "-c", NETNS.format(before=before, program=text)],
        cwd=HOSTFILES,
        env=host.environment,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return [line for line in done.stdout.splitlines() if line.startswith("-")]


root = pytest.mark.skipif(
    os.geteuid() != 0 or not shutil.which("iptables"), reason="needs root and iptables"
)


@root
@pytest.mark.docker
@pytest.mark.parametrize(
    "before",
    [
        "",
        "iptables -N NODEKEEP",
        "iptables -N NODEKEEP; iptables -A NODEKEEP -j ACCEPT; iptables -I INPUT -j NODEKEEP",
        f"iptables -N NODEKEEP; iptables -I INPUT -j NODEKEEP; iptables {SHUT}",
    ],
    ids=["nothing", "a chain", "a chain that lets all in", "the gate itself"],
)
def test_the_chain_says_one_thing_whatever_was_there(host: Host, before: str) -> None:
    host.run("python:manifest")
    tables = in_namespace(host, 'main(["close"])\nmain(["close"])', before)
    assert tables.count("-A INPUT -j NODEKEEP") == 1
    assert [line for line in tables if line.startswith("-A NODEKEEP")] == [SHUT]
    opened = f"put({PORT}, shut=False)\nassert is_set({PORT}, shut=False)"
    tables = in_namespace(host, opened, before)
    ours = [line for line in tables if "NODEKEEP" in line]
    assert ours == ["-N NODEKEEP", "-A INPUT -j NODEKEEP"]


@root
@pytest.mark.docker
def test_rules_that_somebody_flushed_come_back(host: Host) -> None:
    program = (
        f"put({PORT}, shut=True)\nimport subprocess\n"
        "subprocess.run(['iptables', '-F'], check=True)\n"
        f"step(ready=False, port={PORT})"
    )
    tables = in_namespace(host, program)
    assert SHUT in tables
    assert "-A INPUT -j NODEKEEP" in tables


@root
@pytest.mark.docker
def test_running_it_follows_the_node(host: Host) -> None:
    """Shut before the first look, open on the second, shut on the third."""
    host.put(manifest())
    program = (
        "seen, looks = [], iter([False, True, False])\n"
        "gate.manifest.start()\n"
        "def look(_):\n"
        f"    seen.append(is_set({PORT}, shut=True))\n"
        "    return next(looks)\n"
        "gate.is_ready, gate.time.sleep = look, lambda _: None\n"
        "try:\n    main(['run'])\n"
        "except StopIteration:\n    assert seen == [True, True, False, True], seen\n"
    )
    assert SHUT in in_namespace(host, program)


@root
@pytest.mark.docker
def test_a_shut_port_resets_callers_and_leaves_the_host_alone(host: Host) -> None:
    """Two namespaces with a wire between them: the same tables, real packets."""
    host.run("python:manifest")
    name = f"nkgate{os.getpid()}"
    steps = [
        f"ip netns add {name}",
        f"ip link add {name[:12]}a type veth peer name {name[:12]}b netns {name}",
        f"ip addr add 198.51.100.1/30 dev {name[:12]}a",
        f"ip link set {name[:12]}a up",
        f"ip netns exec {name} ip addr add 198.51.100.2/30 dev {name[:12]}b",
        f"ip netns exec {name} ip link set {name[:12]}b up",
        f"ip netns exec {name} ip link set lo up",
    ]
    call = (
        "import socket,sys\n"
        f"s = socket.create_connection((sys.argv[1], {PORT}), 3); print(s.recv(2).decode())"
    )
    serve = (
        f"import socket\ns = socket.create_server(('', {PORT})); print('up', flush=True)\n"
        "while True: s.accept()[0].send(b'ok')"
    )

    def inside(*command: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            ["ip", "netns", "exec", name, *command],
            cwd=HOSTFILES,
            env=host.environment,
            capture_output=True,
            text=True,
            check=False,
        )

    def outcome(where: str, address: str) -> str:
        command = [sys.executable, "-c", call, address]
        done = (
            inside(*command)
            if where == "host"
            else subprocess.run(command, capture_output=True, text=True, check=False)
        )
        return done.stdout.strip() or done.stderr.strip().splitlines()[-1].split(":")[0]

    try:
        for step in steps:
            subprocess.run(step.split(), check=True)
        with subprocess.Popen(
            ["ip", "netns", "exec", name, sys.executable, "-c", serve],
            stdout=subprocess.PIPE,
            text=True,
        ) as node:
            assert node.stdout is not None
            assert node.stdout.readline() == "up\n"
            assert outcome("network", "198.51.100.2") == "ok"
            assert inside("python3", "-B", "-m", "nodekeep_host.gate", "close").returncode == 0
            assert outcome("network", "198.51.100.2") == "ConnectionRefusedError"
            assert outcome("host", "127.0.0.1") == "ok"
            assert outcome("host", "198.51.100.2") == "ok"
            node.kill()
    finally:
        subprocess.run(["ip", "netns", "del", name], check=False)
