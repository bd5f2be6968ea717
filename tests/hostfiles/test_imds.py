"""Metadata, version 2 only: a token first, and patience with a service that is late."""

import json
import threading
import time
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any, ClassVar

import pytest

from components.hostfiles.nodekeep_host import files, imds
from tests.hostfiles.conftest import ME

MAC = "02:00:00:00:00:01"
KNOWN = {
    "/latest/meta-data/mac": MAC,
    "/latest/meta-data/instance-id": ME,
    f"/latest/meta-data/network/interfaces/macs/{MAC}/vpc-ipv4-cidr-blocks": (
        "10.20.0.0/16\n10.9.0.0/24"
    ),
}


class Service(BaseHTTPRequestHandler):
    """Answers after `late` failures."""

    late: ClassVar[int] = 0

    def do_PUT(self) -> None:
        good = "X-aws-ec2-metadata-token-ttl-seconds" in self.headers
        self.answer(200 if good else 400, "token")

    def do_GET(self) -> None:
        if self.headers["X-aws-ec2-metadata-token"] != "token":
            self.answer(401, "")
        elif Service.late:
            Service.late -= 1
            self.answer(503, "")
        else:
            self.answer(200 if self.path in KNOWN else 404, KNOWN.get(self.path, ""))

    def answer(self, status: int, text: str) -> None:
        self.send_response(status)
        self.end_headers()
        self.wfile.write(text.encode())

    def log_message(self, *_: Any) -> None:
        pass


@pytest.fixture
def service(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[ThreadingHTTPServer]:
    server = ThreadingHTTPServer(("127.0.0.1", 0), Service)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    monkeypatch.setattr(imds, "ADDRESS", f"127.0.0.1:{server.server_port}")
    monkeypatch.setattr(time, "sleep", lambda _: None)
    monkeypatch.setattr(files, "RUNTIME", tmp_path)
    monkeypatch.setattr(Service, "late", 0)
    yield server
    server.shutdown()
    server.server_close()


EXPECTED = {"instance_id": ME, "vpc_cidrs": "10.20.0.0/16,10.9.0.0/24"}


@pytest.mark.usefixtures("service")
def test_the_host_knows_itself_and_its_network() -> None:
    assert imds.facts() == EXPECTED


@pytest.mark.usefixtures("service")
def test_a_late_service_is_waited_for(capsys: pytest.CaptureFixture[str]) -> None:
    Service.late = 2
    assert imds.facts() == EXPECTED
    assert "metadata service, try 2 of 10: GET meta-data/mac: HTTP 503" in capsys.readouterr().out


def test_what_is_known_is_not_asked_again(service: ThreadingHTTPServer, tmp_path: Path) -> None:
    imds.facts()
    service.shutdown()
    assert imds.facts() == json.loads((tmp_path / "facts.json").read_text()) == EXPECTED


@pytest.mark.usefixtures("service")
def test_a_service_out_of_reach_is_named_with_what_to_check(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(imds, "ADDRESS", "127.0.0.1:1")
    with pytest.raises(imds.ImdsError, match="did not answer 10 times: check that it is enabled"):
        imds.facts()
