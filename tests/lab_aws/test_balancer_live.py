"""The load balancer of the running lab: who gets traffic, and what AWS would say of it."""

import socket
import subprocess
from dataclasses import dataclass
from typing import Any
from uuid import uuid4

import pytest

from tests.lab_aws.conftest import Cloud, eventually, refusal
from tests.lab_aws.test_hosts_live import container

pytestmark = pytest.mark.lab

PORT, HEALTH = 8000, 9332
SERVE = f"""
mkdir -p /srv/www /srv/health; echo HOST > /srv/www/index.html; echo ok > /srv/health/ready
systemd-run --quiet --unit www python3 -m http.server {PORT} --directory /srv/www
systemd-run --quiet --unit health python3 -m http.server {HEALTH} --directory /srv/health
"""


@dataclass
class Balanced:
    """Two hosts behind one balancer."""

    cloud: Cloud
    hosts: list[str]
    group: str
    address: str

    def answers(self) -> set[str]:
        """Return which hosts answer ten connections; 'refused' for one that nobody took."""
        return {self._answer() for _ in range(10)}

    def health(self) -> dict[str, tuple[str, str]]:
        """Return each target's state and reason."""
        described = self.cloud.elb.describe_target_health(TargetGroupArn=self.group)
        found = [(d["Target"], d["TargetHealth"]) for d in described["TargetHealthDescriptions"]]
        return {t["Id"]: (health["State"], health.get("Reason", "")) for t, health in found}

    def register(self, host: str) -> None:
        """Register a host."""
        targets = [{"Id": host}]
        self.cloud.elb.register_targets(TargetGroupArn=self.group, Targets=targets)

    def unready(self, host: str) -> None:
        """Make a host's health check fail."""
        self.cloud.shell(host, "rm /srv/health/ready")

    def _answer(self) -> str:
        try:
            with socket.create_connection((self.address, PORT), timeout=5) as connection:
                connection.sendall(b"GET / HTTP/1.0\r\n\r\n")
                answer = b"".join(iter(lambda: connection.recv(4096), b"")).decode()
        except OSError:
            return "refused"
        return answer.rpartition("\n\n")[2].strip().splitlines()[-1] if answer else "refused"


@pytest.fixture
def balanced(cloud: Cloud) -> Balanced:
    """Two serving hosts and a balancer that does not know of them yet."""
    subnet = cloud.vpc(gateway=True)
    hosts = [cloud.host(SubnetId=subnet) for _ in range(2)]
    for host in hosts:
        cloud.shell(host, SERVE.replace("HOST", host))
    name = f"live-{uuid4().hex[:8]}"  # tests run side by side
    asked: dict[str, Any] = {"Name": name, "Type": "network", "Scheme": "internal"}
    made = cloud.elb.create_load_balancer(**asked, Subnets=[subnet])["LoadBalancers"][0]
    arn = made["LoadBalancerArn"]
    group = cloud.elb.create_target_group(
        Name=name,
        Protocol="TCP",
        Port=PORT,
        VpcId=made["VpcId"],
        HealthCheckProtocol="HTTP",
        HealthCheckPort=str(HEALTH),
        HealthCheckPath="/ready",
        HealthCheckIntervalSeconds=5,
        HealthCheckTimeoutSeconds=2,
        HealthyThresholdCount=2,
        UnhealthyThresholdCount=2,
    )["TargetGroups"][0]["TargetGroupArn"]
    cloud.later(lambda: cloud.elb.delete_target_group(TargetGroupArn=group))
    cloud.later(lambda: cloud.elb.delete_load_balancer(LoadBalancerArn=arn))
    forward = [{"Type": "forward", "TargetGroupArn": group}]
    listener = {"LoadBalancerArn": arn, "Protocol": "TCP", "Port": PORT}
    cloud.elb.create_listener(**listener, DefaultActions=forward)
    delay = {"Key": "deregistration_delay.timeout_seconds", "Value": "5"}
    cloud.elb.modify_target_group_attributes(TargetGroupArn=group, Attributes=[delay])
    return Balanced(cloud, hosts, group, made["DNSName"])


def test_traffic_follows_health_and_fails_open(balanced: Balanced) -> None:
    one, two = balanced.hosts
    assert balanced.answers() == {"refused"}
    balanced.register(one)
    assert balanced.health() == {one: ("initial", "Elb.InitialHealthChecking")}
    eventually(lambda: balanced.health() == {one: ("healthy", "")})
    balanced.register(two)
    assert balanced.health()[two][0] == "initial"
    assert balanced.answers() == {one}, "an unasked target got traffic"
    eventually(lambda: balanced.health()[two] == ("healthy", ""))
    assert balanced.answers() == {one, two}
    balanced.unready(one)
    eventually(lambda: balanced.health()[one] == ("unhealthy", "Target.ResponseCodeMismatch"))
    assert balanced.answers() == {two}
    balanced.unready(two)
    eventually(lambda: balanced.health()[two][0] == "unhealthy")
    assert balanced.answers() == {one, two}, "it must fail open"


def test_a_dead_target_is_left_and_a_deregistered_one_drains(balanced: Balanced) -> None:
    one, two = balanced.hosts
    balanced.register(one)
    balanced.register(two)
    eventually(
        lambda: (
            balanced.answers() == {one, two}
            and set(balanced.health().values()) == {("healthy", "")}
        )
    )
    subprocess.run(["docker", "kill", container(one)], check=True, capture_output=True)
    eventually(lambda: balanced.answers() == {two})
    assert balanced.health()[one] == ("unused", "Target.InvalidState")
    targets = [{"Id": two}]
    balanced.cloud.elb.deregister_targets(TargetGroupArn=balanced.group, Targets=targets)
    assert balanced.health()[two] == ("draining", "Target.DeregistrationInProgress")
    eventually(lambda: two not in balanced.health())


def test_what_is_in_use_or_not_there_is_refused(balanced: Balanced) -> None:
    elb, group = balanced.cloud.elb, balanced.group
    assert refusal(lambda: elb.delete_target_group(TargetGroupArn=group)) == "ResourceInUse"
    unknown = {"TargetGroupArn": group, "Targets": [{"Id": "i-00000000000000000"}]}
    assert refusal(lambda: elb.register_targets(**unknown)) == "InvalidTarget"
