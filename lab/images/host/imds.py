#!/usr/bin/python3
"""Instance metadata service, version 2: what the local AWS wrote about this instance.

Answers on the socket that systemd hands over, from `meta.json` (path below `latest/` -> text) and
`user-data` in the directory given. Files are read on every request, so that changes show at once.
"""

import json
import secrets
import socket
import sys
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

FIRST_SOCKET = 3  # of those that systemd passes
TOKEN_PATH = "latest/api/token"  # noqa: S105
TTL_HEADER = "X-aws-ec2-metadata-token-ttl-seconds"
TOKEN_HEADER = "X-aws-ec2-metadata-token"  # noqa: S105
MAX_TTL_S = 21_600


def lookup(directory: Path, path: str) -> bytes | None:
    """Return what is at a path below `latest/`: a value, a listing of names, or nothing."""
    meta: dict[str, str] = json.loads((directory / "meta.json").read_text())
    if path == "user-data":
        user_data = directory / "user-data"
        return user_data.read_bytes() or None if user_data.exists() else None
    if path in meta:
        return meta[path].encode()
    prefix = f"{path.rstrip('/')}/" if path else ""
    below = [key.removeprefix(prefix) for key in meta if key.startswith(prefix)]
    names = {
        name + ("/" if rest else "") for name, _, rest in (key.partition("/") for key in below)
    }
    return "\n".join(sorted(names)).encode() or None


class Handler(BaseHTTPRequestHandler):
    """One request; a token opens everything until it expires."""

    protocol_version = "HTTP/1.1"
    directory: Path
    tokens: dict[str, float]

    def do_PUT(self) -> None:
        """Hand out a token."""
        ttl = self.headers.get(TTL_HEADER, "")
        if self.path.strip("/") != TOKEN_PATH:
            self._answer(404)
        elif not ttl.isdecimal() or not 1 <= int(ttl) <= MAX_TTL_S:
            self._answer(400)
        else:
            token = secrets.token_urlsafe(32)
            self.tokens[token] = time.monotonic() + int(ttl)
            self._answer(200, token.encode(), ttl)

    def do_GET(self) -> None:
        """Answer to the holder of a token; any API version means the latest."""
        if self.tokens.get(self.headers.get(TOKEN_HEADER, ""), 0) < time.monotonic():
            self._answer(401)
            return
        _version, _, path = self.path.lstrip("/").partition("/")
        body = lookup(self.directory, path)
        self._answer(404 if body is None else 200, body or b"")

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002
        """Say nothing: the token is in no log, and the journal stays readable."""

    def _answer(self, status: int, body: bytes = b"", ttl: str | None = None) -> None:
        self.send_response(status)
        self.send_header("Content-Type", "text/plain")
        self.send_header("Content-Length", str(len(body)))
        if ttl:
            self.send_header(TTL_HEADER, ttl)
        self.end_headers()
        self.wfile.write(body)


def server(listener: socket.socket, directory: Path) -> ThreadingHTTPServer:
    """Return a server on a listening socket."""
    handler = type("Handler", (Handler,), {"directory": directory, "tokens": {}})
    http = ThreadingHTTPServer(listener.getsockname(), handler, bind_and_activate=False)
    http.socket.close()
    http.socket = listener
    return http


if __name__ == "__main__":
    server(socket.socket(fileno=FIRST_SOCKET), Path(sys.argv[1])).serve_forever()
