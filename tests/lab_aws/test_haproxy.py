"""HAProxy as a load balancer."""

from dataclasses import replace

import pytest

from lab.aws import haproxy
from lab.aws.haproxy import Group, Health, Target

HEALTH = Health(
    enabled=True,
    protocol="HTTP",
    port="9150",
    path="/ready",
    codes="200-399",
    interval_s=5,
    timeout_s=2,
    healthy_after=2,
    unhealthy_after=3,
)
GROUP = Group("rpc", HEALTH, [Target("i-1", "10.77.1.10", 8332), Target("i-2", "10.77.1.11", 8332)])


def section(config: str, head: str) -> list[str]:
    """Return the lines of a section."""
    lines = config.splitlines()
    start = lines.index(head) + 1
    rest = lines[start:]
    end = next((n for n, line in enumerate(rest) if not line.startswith(" ")), len(rest))
    return [line.strip() for line in rest[:end]]


def test_a_listener_fails_open() -> None:
    config = haproxy.balancer({8332: "rpc"}, [GROUP])
    assert section(config, "frontend port-8332") == [
        "bind :8332",
        "use_backend rpc.open if { nbsrv(rpc) eq 0 }",
        "default_backend rpc",
    ]
    assert section(config, "backend rpc.open") == [
        "server i-1 10.77.1.10:8332",
        "server i-2 10.77.1.11:8332",
    ]


def test_targets_are_asked_as_the_group_says() -> None:
    lines = section(haproxy.balancer({8332: "rpc"}, [GROUP]), "backend rpc")
    assert lines[:3] == [
        "option httpchk GET /ready",
        "http-check expect status 200-399",
        "timeout check 2s",
    ]
    assert lines[3] == "server i-1 10.77.1.10:8332 check port 9150 inter 5s rise 2 fall 3"


@pytest.mark.parametrize(
    ("health", "ends", "line"),
    [
        (
            replace(HEALTH, protocol="TCP", port="traffic-port"),
            False,
            " check port 8332 inter 5s rise 2 fall 3",
        ),
        (HEALTH, True, " check port 9150 inter 5s rise 2 fall 3 on-marked-down shutdown-sessions"),
        (replace(HEALTH, enabled=False), True, ""),
    ],
)
def test_a_check_has_its_port_and_its_consequence(health: Health, ends: bool, line: str) -> None:
    group = replace(GROUP, health=health, ends_connections=ends)
    lines = section(haproxy.balancer({}, [group]), "backend rpc")
    assert f"server i-1 10.77.1.10:8332{line}" in lines
    assert ("option httpchk GET /ready" in lines) == (health.protocol == "HTTP")


def test_a_process_is_known_by_its_configuration() -> None:
    one, two = haproxy.balancer({1: "rpc"}, [GROUP]), haproxy.balancer({2: "rpc"}, [GROUP])
    version = section(one, "global")[0].removeprefix("description ")
    info = f"Name: HAProxy\ndescription: {version}\nUptime: 1s\n"
    assert haproxy.serves(one, info)
    assert not haproxy.serves(two, info)


@pytest.mark.parametrize(
    ("row", "fresh", "verdict"),
    [
        (None, False, ("initial", "Elb.RegistrationInProgress")),
        ({"status": "UP"}, True, ("healthy", "")),
        ({"status": "UP 1/3"}, False, ("healthy", "")),
        ({"status": "no check"}, False, ("healthy", "")),
        (
            {"status": "DOWN 1/2", "check_status": "L7OK"},
            True,
            ("initial", "Elb.InitialHealthChecking"),
        ),
        ({"status": "DOWN", "check_status": "L4TOUT"}, False, ("unhealthy", "Target.Timeout")),
        (
            {"status": "DOWN", "check_status": "* L7STS", "check_code": "503"},
            False,
            ("unhealthy", "Target.ResponseCodeMismatch"),
        ),
        (
            {"status": "DOWN", "check_status": "L4CON"},
            False,
            ("unhealthy", "Target.FailedHealthChecks"),
        ),
    ],
)
def test_health_is_said_in_awss_words(
    row: dict[str, str] | None, fresh: bool, verdict: tuple[str, str]
) -> None:
    assert haproxy.judge(row, fresh=fresh)[:2] == verdict


def test_statistics_are_read_by_server() -> None:
    text = "# pxname,svname,status,check_status,\nrpc,i-1,UP,L7OK,\nrpc,BACKEND,UP,,\n"
    assert haproxy.statistics(text)["rpc", "i-1"]["check_status"] == "L7OK"


def test_a_new_target_has_its_time() -> None:
    assert HEALTH.initial_s == 17


def test_the_relay_forwards_one_port() -> None:
    config = haproxy.relay(4566, "10.77.1.1:4566")
    assert section(config, "listen aws") == ["bind :4566", "server aws 10.77.1.1:4566"]
