"""The node's container: what docker is asked for, and what still works when much else does not."""

import json
import os
import subprocess
import time

import pytest

from tests.hostfiles.conftest import Host, Refused, manifest

pytestmark = pytest.mark.script

IMAGE = manifest()["image"]
REPOSITORY = IMAGE.partition("@")[0]
SECRET = json.dumps({"username": "exporter", "password": "correct-horse-battery-staple"})
GID = os.getgid() or 10001


@pytest.fixture
def node(host: Host) -> Host:
    """A host with its volume mounted and its image pulled."""
    for name in ("systemctl", "mountpoint", "iptables", "iptables-restore"):
        host.fake(name)
    host.tell("docker", "container inspect", 1)
    host.tell("aws", "secretsmanager get-secret-value", json.dumps({"SecretString": SECRET}))
    host.put(manifest() | {"uid": GID})
    return host


def prepare(host: Host) -> subprocess.CompletedProcess[str]:
    done = host.run("nodekeep-node", "prepare")
    assert done.returncode == 0, done.stderr
    return done


def docker(host: Host) -> list[str]:
    """Return the first words of each docker command, in order."""
    return [" ".join(call["argv"][:2]) for call in host.calls("docker")]


def test_the_container_runs_by_digest_with_nothing_to_spare(node: Host) -> None:
    prepare(node)
    assert node.run("nodekeep-node", "run").returncode == 0
    command = node.calls("docker")[-1]["argv"]
    place = command.index(IMAGE)
    assert command[place + 1 :] == ["bitcoind", "-txindex", "-uacomment=a b'c"]
    options = " ".join(command[:place])
    for words in (
        "run --rm --name nodekeep-node --platform linux/amd64 --network host",
        "--read-only --tmpfs /tmp --cap-drop ALL --security-opt no-new-privileges",
        f"--user {GID}:{GID}",
        "--stop-signal SIGTERM --stop-timeout 600 --log-driver none",
        f"--volume {node.mount}/data:/data",
        f"--volume {node.run_directory}/rpc.conf:/run/nodekeep/rpc.conf:ro",
        "--env RPC_AUTH_FILE=/run/nodekeep/rpc.conf",
        "--env=CHAIN=regtest --env=RPC_BIND=0.0.0.0",
        "--env=RPC_ALLOW_IP=127.0.0.1,10.20.0.0/16 --env=RPC_PORT=18443 --env=P2P_PORT=18444",
    ):
        assert words in options
    memory = int(command[command.index("--memory") + 1].rstrip("k"))
    assert 0 < memory < os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") // 1024


def test_an_image_that_is_there_is_not_pulled(node: Host) -> None:
    prepare(node)
    assert not {"pull --quiet", "login --username"} & set(docker(node))
    assert not node.asked("get-login-password")


def test_a_missing_image_is_pulled_by_digest_with_the_password_on_stdin(node: Host) -> None:
    node.tell("docker", "image inspect", 1)
    node.tell("aws", "ecr get-login-password", "registry-password")
    prepare(node)
    [login] = [call for call in node.calls("docker") if call["argv"][0] == "login"]
    assert login["argv"] == ["login", "--username", "AWS", "--password-stdin", "127.0.0.1:4566"]
    assert login["stdin"] == "registry-password"
    [pull] = [call["argv"] for call in node.calls("docker") if call["argv"][0] == "pull"]
    assert pull == ["pull", "--quiet", "--platform", "linux/amd64", IMAGE]
    assert not (node.run_directory / "docker").exists(), "the registry's credentials stay nowhere"


def test_a_registry_outage_is_waited_out_and_then_named(node: Host) -> None:
    node.tell("docker", "image inspect", 1)
    node.tell("docker", "pull --quiet", 1, 1, 0)
    prepare(node)
    node.tell("docker", "pull --quiet", 1)
    done = node.run("nodekeep-node", "prepare")
    assert done.returncode == 1
    assert f"{IMAGE} cannot be pulled: check the registry" in done.stderr


def test_no_login_does_not_stop_a_pull(node: Host) -> None:
    node.tell("docker", "image inspect", 1)
    node.tell("aws", "ecr get-login-password", Refused("AccessDeniedException"))
    assert "login to 127.0.0.1:4566 failed" in prepare(node).stdout


def test_an_outage_of_ssm_and_secrets_does_not_stop_a_restart(node: Host) -> None:
    prepare(node)
    node.tell("aws", "ssm get-parameter", 255)
    node.tell("aws", "secretsmanager get-secret-value", 255)
    done = prepare(node)
    assert "using the copy" in done.stdout
    assert "keeping the RPC users of the last start" in done.stdout


def test_without_the_volume_nothing_starts(node: Host) -> None:
    node.tell("mountpoint", "-q", 1)
    done = node.run("nodekeep-node", "prepare")
    assert (done.returncode, docker(node)) == (1, [])
    assert "is not mounted: start nodekeep-volume" in done.stderr


def test_with_an_open_gate_nothing_starts(node: Host) -> None:
    node.tell("iptables-restore", "--noflush", 2)
    assert node.run("nodekeep-node", "prepare").returncode != 0
    assert docker(node) == []


def test_what_an_earlier_run_left_gets_its_time_to_stop(node: Host) -> None:
    node.tell("docker", "container inspect", 0, 1)
    prepare(node)
    *_, stop, remove, look = [call["argv"] for call in node.calls("docker")]
    assert stop == ["stop", "--time", "600", "nodekeep-node"]
    assert remove == ["rm", "--force", "nodekeep-node"]
    assert look == ["container", "inspect", "nodekeep-node"]


def test_a_container_that_went_by_itself_is_no_fault(node: Host) -> None:
    """It runs with --rm: the engine takes it away while this does, and one of them is late."""
    node.tell("docker", "container inspect", 0, 0, 1)
    node.tell("docker", "rm --force", 1)
    prepare(node)


def test_a_container_that_stays_is_named(node: Host) -> None:
    node.tell("docker", "container inspect", 0)
    node.tell("docker", "rm --force", 1)
    done = node.run("nodekeep-node", "prepare")
    assert done.returncode == 1
    assert "docker rm --force nodekeep-node" in done.stderr


def test_stopping_gives_the_daemon_its_time(node: Host) -> None:
    prepare(node)
    assert node.run("nodekeep-node", "stop").returncode == 0
    assert node.calls("docker")[-1]["argv"] == ["stop", "--time", "600", "nodekeep-node"]


def test_systemd_waits_longer_than_the_daemon_may_take(node: Host) -> None:
    dropin = node.run_directory.parent / "systemd/system/nodekeep-node.service.d/grace.conf"
    prepare(node)
    assert dropin.read_text() == "[Service]\nTimeoutStopSec=660\n"
    prepare(node)
    assert len(node.calls("systemctl")) == 1, "systemd reads its files again only when they change"
    stop = {"signal": "SIGTERM", "grace_s": 30}
    node.put(manifest() | {"uid": GID, "stop": stop})
    prepare(node)
    assert dropin.read_text() == "[Service]\nTimeoutStopSec=90\n"
    assert len(node.calls("systemctl")) == 2


def test_this_image_and_the_one_before_it_are_kept(node: Host) -> None:
    def image(digit: str) -> str:
        return f"{REPOSITORY}@sha256:{digit * 64}"

    for digit in ("1", "2", "2", "3"):
        node.put(manifest() | {"uid": GID, "image": image(digit)})
        node.tell("docker", "image ls", "".join(f"{image(known)}\n" for known in "123"))
        (node.bin / "calls.jsonl").unlink(missing_ok=True)
        prepare(node)
    removed = [call["argv"] for call in node.calls("docker") if call["argv"][:2] == ["image", "rm"]]
    assert removed == [["image", "rm", image("1")]]
    assert (node.state / "images").read_text().splitlines() == [image("3"), image("2")]


def test_a_start_ends_a_drain(node: Host) -> None:
    drain = node.run_directory / "drain"
    drain.touch()
    prepare(node)
    assert not drain.exists()


def test_failures_in_a_row_wait_longer(node: Host) -> None:
    failures = node.run_directory / "node.failures"

    def waited(before: int) -> str:
        failures.write_text("\n" * before)
        node.run("nodekeep-node", "ended", SERVICE_RESULT="exit-code")
        lines = prepare(node).stdout.splitlines()
        return next(line for line in lines if "in a row" in line).rpartition("waiting ")[2]

    said = [waited(count) for count in (0, 1, 5, 6, 99)]
    assert said == ["5 s", "10 s", "160 s", "300 s", "300 s"]
    ten_minutes_ago = time.time() - 660
    os.utime(failures, (ten_minutes_ago, ten_minutes_ago))
    assert "in a row" not in prepare(node).stdout


def test_a_clean_stop_forgets_failures(node: Host) -> None:
    node.run("nodekeep-node", "ended", SERVICE_RESULT="exit-code")
    node.run("nodekeep-node", "ended", SERVICE_RESULT="success")
    assert not (node.run_directory / "node.failures").exists()


def test_no_secret_is_in_an_argument_or_in_the_journal(node: Host) -> None:
    node.tell("docker", "image inspect", 1)
    node.tell("aws", "ecr get-login-password", "registry-password")
    shown = prepare(node)
    ran = node.run("nodekeep-node", "run")
    text = shown.stdout + shown.stderr + ran.stdout + ran.stderr
    names = ("docker", "aws", "systemctl", "iptables", "iptables-restore")
    text += json.dumps([call["argv"] for name in names for call in node.calls(name)])
    assert "correct-horse-battery-staple" not in text
    assert "registry-password" not in text
