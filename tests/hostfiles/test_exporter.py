"""The exporter over real HTTP, before a node that answers, hangs, refuses or talks nonsense."""

import http.client
import json
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any, ClassVar

import pytest

from components.hostfiles.nodekeep_host import exporter, files, rpc
from components.hostfiles.nodekeep_host.readiness import State
from tests.hostfiles.conftest import manifest

INFO = {"blocks": 7, "headers": 7, "initialblockdownload": False, "time": int(time.time())}
USER = {"username": "exporter", "password": "correct-horse"}


class Node(BaseHTTPRequestHandler):
    """A daemon whose answer is set by the test."""

    answer: ClassVar[Callable[[str], tuple[int, bytes]]] = None  # type: ignore[assignment]
    asked: ClassVar[list[dict[str, Any]]] = []

    def do_POST(self) -> None:
        question = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        self.asked.append(question | {"user": self.headers["Authorization"]})
        status, body = type(self).answer(question["method"])
        self.send_response(status)
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: Any) -> None:
        pass


def good(method: str) -> tuple[int, bytes]:
    result = INFO if method == "getblockchaininfo" else 3
    return 200, json.dumps({"result": result, "error": None, "id": "nodekeep"}).encode()


@pytest.fixture
def port(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[int]:
    """A node on this machine, and a host that knows it."""
    monkeypatch.setattr(files, "RUNTIME", tmp_path)
    monkeypatch.setattr(Node, "answer", staticmethod(good))
    monkeypatch.setattr(rpc.ask, "__defaults__", (0.3,))
    server = ThreadingHTTPServer(("127.0.0.1", 0), Node)
    server.daemon_threads = True
    threading.Thread(target=server.serve_forever, daemon=True).start()
    ports = {"rpc": server.server_port, "p2p": 1, "health": 2}
    (tmp_path / "manifest.json").write_text(json.dumps(manifest() | {"ports": ports}))
    (tmp_path / "exporter.json").write_text(json.dumps(USER))
    yield server.server_port
    server.shutdown()
    server.server_close()


@pytest.fixture
def get(port: int, monkeypatch: pytest.MonkeyPatch) -> Iterator[Callable[[str], tuple[int, str]]]:
    """Ask the exporter; it looks at the node once before each answer."""
    monkeypatch.setattr(exporter.Watch, "forever", lambda _: None)
    server = exporter.serve(0)
    threading.Thread(target=server.serve_forever, daemon=True).start()

    def ask(path: str) -> tuple[int, str]:
        exporter.Handler.watch.look()
        connection = http.client.HTTPConnection("127.0.0.1", server.server_port, timeout=5)
        connection.request("GET", path)
        answer = connection.getresponse()
        text = answer.read().decode()
        connection.close()
        return answer.status, text

    yield ask
    server.shutdown()
    server.server_close()


Get = Callable[[str], tuple[int, str]]


def test_a_ready_node_has_all_numbers(get: Get) -> None:
    status, text = get("/ready")
    assert status == 200
    assert json.loads(text) == {
        "live": True,
        "ready": True,
        "reason": None,
        "blocks": 7,
        "headers": 7,
        "peers": 3,
    }
    status, text = get("/metrics")
    values = dict(line.split() for line in text.splitlines() if not line.startswith("#"))
    assert int(values.pop("nodekeep_tip_age_seconds")) >= 0
    assert values == {
        "nodekeep_up": "1",
        "nodekeep_blocks": "7",
        "nodekeep_headers": "7",
        "nodekeep_peers": "3",
        "nodekeep_ready": "1",
    }


def test_the_node_sees_the_exporters_user(get: Get) -> None:
    get("/live")
    assert Node.asked[-1]["user"] == "Basic ZXhwb3J0ZXI6Y29ycmVjdC1ob3JzZQ=="


def error(message: str) -> bytes:
    return json.dumps({"result": None, "error": {"code": -28, "message": message}}).encode()


def hang(method: str) -> tuple[int, bytes]:
    time.sleep(1)
    return good(method)


FAULTS: dict[str, tuple[Callable[[str], tuple[int, bytes]], str]] = {
    "401": (lambda _: (401, b""), "refuses the exporter's user (HTTP 401)"),
    "403": (lambda _: (403, b""), "refuses the exporter's user (HTTP 403)"),
    "warming up": (lambda _: (500, error("Loading block index")), "Loading block index"),
    "garbage": (lambda _: (200, b"<html>\xff"), "the answer is not JSON-RPC (HTTP 200)"),
    "empty": (lambda _: (503, b""), "the answer is not JSON-RPC (HTTP 503)"),
    "a list": (lambda _: (200, b"[]"), "the answer is not JSON-RPC"),
    "null": (lambda _: (200, b'{"result": null, "error": null}'), "has no field"),
    "too long": (lambda _: (200, b" " * 2_000_000), "the answer is not JSON-RPC"),
    "hanging": (hang, "does not answer: TimeoutError"),
}


@pytest.mark.parametrize("fault", FAULTS)
def test_a_node_that_does_not_answer_is_down_and_all_else_is_absent(
    fault: str, get: Get, monkeypatch: pytest.MonkeyPatch
) -> None:
    answer, reason = FAULTS[fault]
    monkeypatch.setattr(Node, "answer", staticmethod(answer))
    status, text = get("/metrics")
    assert (status, text) == (200, "# TYPE nodekeep_up gauge\nnodekeep_up 0\n")
    for path in ("/live", "/ready"):
        status, text = get(path)
        state = json.loads(text)
        assert status == 503
        assert reason in state.pop("reason")
        known = dict.fromkeys(("blocks", "headers", "peers"))
        assert state == {"live": False, "ready": False} | known
        assert USER["password"] not in text


def test_a_node_that_is_not_there_is_down(port: int, get: Get, tmp_path: Path) -> None:
    ports = {"rpc": 1, "p2p": 3, "health": 2}
    (tmp_path / "manifest.json").write_text(json.dumps(manifest() | {"ports": ports}))
    status, text = get("/ready")
    assert status == 503
    assert "RPC port 1 does not answer: ConnectionRefusedError" in text


def test_a_drained_node_is_live_and_not_ready(get: Get, tmp_path: Path) -> None:
    (tmp_path / "drain").touch()
    assert get("/live")[0] == 200
    status, text = get("/ready")
    assert (status, json.loads(text)["reason"]) == (503, "draining")


def test_a_look_that_hangs_turns_stale(port: int, monkeypatch: pytest.MonkeyPatch) -> None:
    watch = exporter.Watch()
    watch.look()
    assert watch.state().ready
    monkeypatch.setattr(exporter, "STALE_S", -1)
    assert watch.state() == State(reason="the node has not answered for -1 s")


@pytest.mark.parametrize("name", ["manifest.json", "exporter.json"])
def test_a_broken_file_is_a_reason_not_an_end(name: str, get: Get, tmp_path: Path) -> None:
    (tmp_path / name).write_text("{")
    status, text = get("/ready")
    assert status == 503
    assert "the exporter cannot work" in text


def test_other_paths_are_not_there(get: Get) -> None:
    assert get("/")[0] == 404


@pytest.mark.parametrize(("fault", "told"), [(ConnectionResetError, False), (KeyError, True)])
def test_a_client_that_left_is_no_fault(
    port: int, capsys: pytest.CaptureFixture[str], fault: type[Exception], told: bool
) -> None:
    """A load balancer resets what takes it too long: no traceback a second in the journal."""
    with exporter.serve(0) as server, suppress(fault):
        try:
            raise fault
        finally:
            server.handle_error(None, ("192.0.2.1", 1))
    assert ("Traceback" in capsys.readouterr().err) == told


def test_an_unforeseen_fault_ends_the_exporter_for_systemd_to_start_it_anew(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def fault(_: exporter.Watch) -> None:
        raise KeyError("unforeseen")

    ended: list[int] = []
    monkeypatch.setattr(exporter.Watch, "look", fault)
    monkeypatch.setattr("os._exit", ended.append)
    exporter.watch_or_end(exporter.Watch())
    assert ended == [1]
