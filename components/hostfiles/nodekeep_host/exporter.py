"""The node's health over HTTP: `/live`, `/ready`, `/metrics`.

One thread asks the node; requests are answered at once from what it saw last. What it saw is worth
nothing after `STALE_S`: a node that hangs is a node that does not answer.
"""

import json
import os
import sys
import threading
import time
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, ClassVar, Optional

from . import files, manifest
from .readiness import State, observe
from .rpc import ask

EVERY_S = 1
STALE_S = 10


class Watch:
    """The last state of the node on this host."""

    def __init__(self) -> None:
        self._seen = (time.monotonic(), State(reason="not asked yet"))

    def state(self) -> State:
        """Return what was seen last, if that is fresh."""
        when, state = self._seen
        if time.monotonic() - when > STALE_S:
            return State(reason=f"the node has not answered for {STALE_S} s")
        return state

    def look(self) -> None:
        """Ask the node now."""
        try:
            # Read anew each time: a restart of the node may bring other users, ports and rules.
            known = manifest.running()
            state = self._ask(known)
        except (OSError, ValueError, manifest.ManifestError) as error:
            state = State(reason=f"the exporter cannot work: {error}")
        if state.ready and (files.RUNTIME / "drain").exists():
            state = state._replace(ready=False, reason="draining")
        self._seen = (time.monotonic(), state)

    def forever(self) -> None:
        """Ask again and again, and log each change of mind."""
        said: Optional[tuple[bool, bool]] = None
        while True:
            self.look()
            state = self.state()
            if said != (state.live, state.ready):
                print(f"live={state.live} ready={state.ready} {state.reason or ''}", flush=True)
                said = (state.live, state.ready)
            time.sleep(EVERY_S)

    @staticmethod
    def _ask(known: dict[str, Any]) -> State:
        file = files.RUNTIME / "exporter.json"
        user = json.loads(file.read_text()) if file.exists() else None
        port = known["ports"]["rpc"]
        table, rule = known["readiness"], known["ready"]
        return observe(table, rule, lambda method: ask(port, method, user), time.time())


def metrics(state: State) -> str:
    """Return Prometheus text; when the node does not answer, all but `nodekeep_up` is absent."""
    values = {
        "up": int(state.live),
        "blocks": state.blocks,
        "headers": state.headers,
        "peers": state.peers,
        "tip_age_seconds": state.tip_age_s,
        "ready": int(state.ready) if state.live else None,
    }
    return "".join(
        f"# TYPE nodekeep_{name} gauge\nnodekeep_{name} {value}\n"
        for name, value in values.items()
        if value is not None
    )


class Handler(BaseHTTPRequestHandler):
    """Answers three paths."""

    watch: ClassVar[Watch]
    timeout = 5  # a client that says nothing does not keep a thread

    def do_GET(self) -> None:
        """Answer from the last state."""
        state = self.watch.state()
        if self.path == "/metrics":
            self._answer(HTTPStatus.OK, "text/plain; version=0.0.4", metrics(state))
        elif self.path in ("/live", "/ready"):
            good = state.live if self.path == "/live" else state.ready
            status = HTTPStatus.OK if good else HTTPStatus.SERVICE_UNAVAILABLE
            body = {key: value for key, value in state._asdict().items() if key != "tip_age_s"}
            self._answer(status, "application/json", json.dumps(body))
        else:
            self._answer(HTTPStatus.NOT_FOUND, "text/plain", "/live /ready /metrics\n")

    def log_message(self, *_: Any) -> None:
        """Keep health checks, one every few seconds, out of the journal."""

    def _answer(self, status: HTTPStatus, kind: str, text: str) -> None:
        body = text.encode()
        self.send_response(status)
        self.send_header("Content-Type", kind)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)


class Server(ThreadingHTTPServer):
    """Answers each request in a thread of its own."""

    def handle_error(self, request: Any, client_address: Any) -> None:
        """Tell of a fault, but not of a health check that did not wait for its answer."""
        if not isinstance(sys.exc_info()[1], ConnectionError):
            super().handle_error(request, client_address)


def watch_or_end(watch: Watch) -> None:
    """Watch; a fault nobody foresaw ends the process, so that systemd starts it anew."""
    try:
        watch.forever()
    except Exception:  # noqa: BLE001  whatever it is, systemd tells of it
        sys.excepthook(*sys.exc_info())
        os._exit(1)


def serve(port: int) -> Server:
    """Return a server that is bound and whose watch runs."""
    Handler.watch = Watch()
    server = Server(("", port), Handler)
    threading.Thread(target=watch_or_end, args=(Handler.watch,), daemon=True).start()
    return server


if __name__ == "__main__":
    serve(manifest.start()["ports"]["health"]).serve_forever()
