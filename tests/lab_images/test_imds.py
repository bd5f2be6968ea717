import http.client
import json
import socket
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from lab.images.host import imds
from tests.lab_images.machine import CREDENTIALS, metadata

TTL = {imds.TTL_HEADER: "60"}
Ask = Callable[..., tuple[int, bytes]]


@pytest.fixture
def lab(tmp_path: Path) -> Path:
    (tmp_path / "meta.json").write_text(json.dumps(metadata("i-1")))
    (tmp_path / "user-data").write_bytes(b"#cloud-config\n\xff")
    return tmp_path


@pytest.fixture
def ask(lab: Path) -> Iterator[Ask]:
    """One request to the service, on a socket as systemd would hand it over."""
    listener = socket.create_server(("127.0.0.1", 0))
    server = imds.server(listener, lab)
    thread = threading.Thread(target=server.serve_forever, args=[0.01])
    thread.start()

    def request(method: str, path: str, headers: dict[str, str] | None = None) -> tuple[int, bytes]:
        host, port = listener.getsockname()
        connection = http.client.HTTPConnection(host, port, timeout=5)
        try:
            connection.request(method, path, headers=headers or {})
            response = connection.getresponse()
            return response.status, response.read()
        finally:
            connection.close()

    yield request
    server.shutdown()
    thread.join()
    server.server_close()


@pytest.fixture
def get(ask: Ask) -> Callable[[str], tuple[int, bytes]]:
    """A request by a holder of a token."""
    status, token = ask("PUT", "/latest/api/token", TTL)
    assert status == 200
    return lambda path: ask("GET", path, {imds.TOKEN_HEADER: token.decode()})


def test_nothing_is_said_without_a_token(ask: Ask) -> None:
    for headers in ({}, {imds.TOKEN_HEADER: "guess"}):
        assert ask("GET", "/latest/meta-data/instance-id", headers) == (401, b"")


def test_a_token_ends(ask: Ask, monkeypatch: pytest.MonkeyPatch) -> None:
    _, token = ask("PUT", "/latest/api/token", TTL)
    held = {imds.TOKEN_HEADER: token.decode()}
    assert ask("GET", "/latest/user-data", held)[0] == 200
    now = time.monotonic()
    monkeypatch.setattr(time, "monotonic", lambda: now + 61)
    assert ask("GET", "/latest/user-data", held)[0] == 401


@pytest.mark.parametrize("ttl", [{}, {imds.TTL_HEADER: "0"}, {imds.TTL_HEADER: "21601"}])
def test_a_token_needs_a_time_to_live(ask: Ask, ttl: dict[str, str]) -> None:
    assert ask("PUT", "/latest/api/token", ttl)[0] == 400
    assert ask("PUT", "/latest/elsewhere", TTL)[0] == 404


def test_values_listings_and_what_is_not_there(get: Callable[[str], tuple[int, bytes]]) -> None:
    assert get("/latest/meta-data/instance-id") == (200, b"i-1")
    assert get("/2021-03-23/meta-data/placement/region") == (200, b"eu-central-1")
    assert get("/latest/meta-data/placement/") == (200, b"availability-zone\nregion")
    assert get("/latest/meta-data/") == (200, b"iam/\ninstance-id\nlocal-ipv4\nplacement/")
    assert get("/latest/meta-data/tags/instance/") == (404, b"")


def test_user_data_is_bytes(get: Callable[[str], tuple[int, bytes]], lab: Path) -> None:
    assert get("/latest/user-data") == (200, b"#cloud-config\n\xff")
    (lab / "user-data").unlink()
    assert get("/latest/user-data") == (404, b"")


def test_role_credentials(get: Callable[[str], tuple[int, bytes]]) -> None:
    path = "/latest/meta-data/iam/security-credentials/"
    assert get(path) == (200, b"node")
    assert json.loads(get(f"{path}node")[1]) == CREDENTIALS


def test_changes_show_at_once(get: Callable[[str], tuple[int, bytes]], lab: Path) -> None:
    (lab / "meta.json").write_text(json.dumps({"meta-data/local-ipv4": "10.20.0.9"}))
    assert get("/latest/meta-data/local-ipv4") == (200, b"10.20.0.9")
