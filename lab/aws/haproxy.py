"""HAProxy as a network load balancer: its configuration, and what its statistics say."""

import csv
import hashlib
import io
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

IDLE_S = 350
"""How long AWS's balancer keeps a silent TCP flow."""

RELAY = """\
global
    maxconn 1024
defaults
    mode tcp
    timeout connect 5s
    timeout client 1h
    timeout server 1h
listen aws
    bind :{port}
    server aws {target}
"""

HEAD = """\
global
    description {version}
    maxconn 4096
    stats socket /run/lab/haproxy.sock mode 600 level admin
    server-state-file /run/lab/servers
defaults
    mode tcp
    balance roundrobin
    retries 0
    timeout connect 5s
    timeout client {idle}s
    timeout server {idle}s
    load-server-state-from-file global
"""


@dataclass(frozen=True)
class Health:
    """How a target group's targets are asked."""

    enabled: bool
    protocol: str
    port: str
    path: str
    codes: str
    interval_s: int
    timeout_s: int
    healthy_after: int
    unhealthy_after: int

    @property
    def initial_s(self) -> int:
        """Return how long it takes to call a new target unhealthy."""
        return self.interval_s * self.unhealthy_after + self.timeout_s


@dataclass(frozen=True)
class Target:
    """A registered target."""

    id: str
    address: str
    port: int


@dataclass(frozen=True)
class Group:
    """A target group; its name is unique, and fit for HAProxy."""

    name: str
    health: Health
    targets: Sequence[Target] = field(default_factory=tuple)
    ends_connections: bool = False
    """Whether a target that becomes unhealthy loses its connections."""


def relay(port: int, target: str) -> str:
    """Return the configuration of a relay of one port."""
    return RELAY.format(port=port, target=target)


def balancer(listeners: Mapping[int, str], groups: Iterable[Group]) -> str:
    """Return the configuration of a load balancer: ports to group names, and these groups."""
    parts = [
        *(_frontend(port, group) for port, group in sorted(listeners.items())),
        *(_backends(group) for group in groups),
    ]
    content = "".join(parts)
    version = hashlib.sha256(content.encode()).hexdigest()[:12]
    return HEAD.format(version=version, idle=IDLE_S) + content


def serves(config: str, info: str) -> bool:
    """Return whether what `show info` says is of a process with this configuration."""
    (version,) = re.findall(r"^    description (\w+)$", config, re.MULTILINE)
    return f"description: {version}\n" in info


def _frontend(port: int, group: str) -> str:
    """With no healthy target all are used, as AWS does: it fails open."""
    return (
        f"frontend port-{port}\n"
        f"    bind :{port}\n"
        f"    use_backend {group}.open if {{ nbsrv({group}) eq 0 }}\n"
        f"    default_backend {group}\n"
    )


def _backends(group: Group) -> str:
    health = group.health
    lines = [f"backend {group.name}"]
    if health.protocol in {"HTTP", "HTTPS"}:
        lines += [
            f"    option httpchk GET {health.path}",
            f"    http-check expect status {health.codes}",
        ]
    lines += [f"    timeout check {health.timeout_s}s"]
    ends = " on-marked-down shutdown-sessions" if group.ends_connections else ""
    for target in group.targets:
        port = target.port if health.port == "traffic-port" else health.port
        check = (
            f" check port {port} inter {health.interval_s}s"
            f" rise {health.healthy_after} fall {health.unhealthy_after}{ends}"
        )
        shown = check if health.enabled else ""
        lines.append(f"    server {target.id} {target.address}:{target.port}{shown}")
    lines.append(f"backend {group.name}.open")
    lines += [f"    server {t.id} {t.address}:{t.port}" for t in group.targets]
    return "\n".join(lines) + "\n"


def statistics(text: str) -> dict[tuple[str, str], dict[str, str]]:
    """Return the rows of `show stat` by backend and server."""
    rows = csv.DictReader(io.StringIO(text.removeprefix("# ")))
    return {(row["pxname"], row["svname"]): row for row in rows}


def judge(row: Mapping[str, str] | None, *, fresh: bool) -> tuple[str, str, str]:
    """Return a target's state, reason and description as DescribeTargetHealth has them.

    Args:
        row: what HAProxy says of the server; nothing, if it does not have it yet.
        fresh: whether it was registered too recently to be called unhealthy.
    """
    if row is None:
        return "initial", "Elb.RegistrationInProgress", "Target registration is in progress"
    if row["status"].startswith(("UP", "no check")):
        return "healthy", "", ""
    if fresh:
        return "initial", "Elb.InitialHealthChecking", "Initial health checks in progress"
    check = row.get("check_status", "").removeprefix("* ")
    if check.endswith("TOUT"):
        return "unhealthy", "Target.Timeout", "Request timed out"
    if check == "L7STS":
        text = f"Health checks failed with these codes: [{row['check_code']}]"
        return "unhealthy", "Target.ResponseCodeMismatch", text
    return "unhealthy", "Target.FailedHealthChecks", "Health checks failed"
