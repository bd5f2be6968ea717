"""The gate: the RPC port is shut to the network unless the node is ready.

A network load balancer sends traffic to unready targets when no target is ready. Behind a shut
gate a caller gets a reset, never stale data. `python3 -m nodekeep_host.gate close|run`.
"""

import http.client
import subprocess
import sys
import time
from collections.abc import Sequence
from http import HTTPStatus

from . import files, manifest

CHAIN = "NODEKEEP"
EVERY_S = 2


def rule(port: int) -> list[str]:
    """Return the rule that shuts a port: every packet is reset but the host's own."""
    match = ["!", "-i", "lo", "-p", "tcp", "-m", "tcp", "--dport", str(port)]
    return [*match, "-j", "REJECT", "--reject-with", "tcp-reset"]


def is_set(port: int, *, shut: bool) -> bool:
    """Tell whether the tables say so; others (a firewall's reload) may have changed them."""
    return _iptables("-C", "INPUT", "-j", CHAIN) and _iptables("-C", CHAIN, *rule(port)) == shut


def put(port: int, *, shut: bool) -> None:
    """Shut or open the port, whatever was there before."""
    rules = f"-A {CHAIN} {' '.join(rule(port))}\n" if shut else ""
    # One transaction: makes the chain, or empties it, and fills it.
    table = f"*filter\n:{CHAIN} - [0:0]\n{rules}COMMIT\n"
    command = ["iptables-restore", "--wait", "5", "--noflush"]
    subprocess.run(command, input=table, text=True, check=True)
    if not _iptables("-C", "INPUT", "-j", CHAIN):
        subprocess.run(["iptables", "-w", "5", "-I", "INPUT", "-j", CHAIN], check=True)


def is_ready(port: int) -> bool:
    """Ask the exporter on this host."""
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=EVERY_S)
    try:
        connection.request("GET", "/ready")
        return connection.getresponse().status == HTTPStatus.OK
    except (OSError, http.client.HTTPException):
        return False
    finally:
        connection.close()


def step(*, ready: bool, port: int) -> None:
    """Make the tables follow the node."""
    if not is_set(port, shut=not ready):
        put(port, shut=not ready)
        print(f"RPC port {port} is {'open' if ready else 'shut'} to the network", flush=True)


def main(arguments: Sequence[str]) -> None:
    """Shut the port; with `run`, then open it while the node is ready."""
    if list(arguments) not in (["close"], ["run"]):
        sys.exit("usage: gate close|run")
    if arguments[0] == "run":
        manifest.start()
    elif not (files.RUNTIME / "manifest.json").exists():
        return  # nothing ran since this boot, so nothing listens
    # Not `step`: a chain of old may hold more than this module knows of.
    put(manifest.running()["ports"]["rpc"], shut=True)
    while arguments[0] == "run":
        ports = manifest.running()["ports"]
        step(ready=is_ready(ports["health"]), port=ports["rpc"])
        time.sleep(EVERY_S)


def _iptables(*arguments: str) -> bool:
    done = subprocess.run(
        ["iptables", "-w", "5", *arguments], check=False, capture_output=True, timeout=30
    )
    return done.returncode == 0


if __name__ == "__main__":
    main(sys.argv[1:])
