"""RPC users: filled once, hashed for the node, and nowhere to be seen."""

import json
import os
import stat

import pytest

from components.hostfiles.nodekeep_host import rpc_users
from tests.hostfiles.conftest import Host, Refused, manifest

GET, PUT = "secretsmanager get-secret-value", "secretsmanager put-secret-value"
PASSWORD = "correct-horse-battery-staple"
EMPTY = Refused("ResourceNotFoundException")


def secret(password: str = PASSWORD, username: str = "exporter") -> str:
    value = json.dumps({"username": username, "password": password})
    return json.dumps({"SecretString": value})


@pytest.fixture
def ready(host: Host) -> Host:
    """A host with a manifest of this user's own group, as the owner of files cannot be another."""
    host.put(manifest() | {"uid": os.getgid() or 10001})
    assert host.run("python:manifest").returncode == 0
    return host


def test_the_hash_is_bitcoins_own() -> None:
    """The user `rt` of Bitcoin Core's test/functional/rpc_users.py."""
    password = "cA773lm788buwYe4g4WT+05pKyNruVKjQ25x3n0DQcM="
    assert rpc_users.rpcauth("rt", password, "93648e835a54c573682c2eb19f882535") == (
        "rpcauth=rt:93648e835a54c573682c2eb19f882535$"
        "7681e9c5b74bdd85e78166031d2058e1069b3ed7ed967c93fc63abba06f31144"
    )


def test_known_secrets_become_hashes_and_whitelists(ready: Host) -> None:
    ready.tell("aws", GET, secret(username="caller"), secret())
    done = ready.run("python:rpc_users")
    assert done.returncode == 0, done.stderr
    lines = (ready.run_directory / "rpc.conf").read_text().splitlines()
    assert lines[0] == "rpcwhitelistdefault=0"
    assert lines[1].startswith("rpcauth=caller:")
    assert lines[2:3] == ["rpcwhitelist=caller:"], "no method is nothing, not everything"
    assert lines[4] == "rpcwhitelist=exporter:getblockchaininfo"
    salt, _, digest = lines[3].partition("$")
    assert rpc_users.rpcauth("exporter", PASSWORD, salt.rpartition(":")[2]).endswith(digest)
    assert not ready.asked("put-secret-value")


def test_who_may_read_what(ready: Host) -> None:
    ready.tell("aws", GET, secret())
    ready.run("python:rpc_users")
    conf = (ready.run_directory / "rpc.conf").stat()
    assert stat.S_IMODE(conf.st_mode) == 0o640
    assert conf.st_gid == (os.getgid() or 10001)
    exporter = ready.run_directory / "exporter.json"
    assert stat.S_IMODE(exporter.stat().st_mode) == 0o600
    assert json.loads(exporter.read_text()) == {"username": "exporter", "password": PASSWORD}


def test_an_empty_secret_is_filled_once(ready: Host) -> None:
    ready.tell("aws", GET, EMPTY, secret(username="caller"), EMPTY, secret())
    done = ready.run("python:rpc_users")
    assert done.returncode == 0, done.stderr
    puts = [call for call in ready.calls() if "put-secret-value" in call["argv"]]
    tokens = {call["argv"][call["argv"].index("--client-request-token") + 1] for call in puts}
    assert len(tokens) == len(puts) == 2
    assert all(len(token) == 64 for token in tokens)
    for call in puts:
        value = json.loads(call["stdin"])
        assert len(value["password"]) >= 32
        assert value["password"] not in " ".join(call["argv"])


def test_the_host_that_comes_second_reads_what_the_first_wrote(ready: Host) -> None:
    ready.tell("aws", GET, EMPTY, secret(username="caller"), EMPTY, secret())
    ready.tell("aws", PUT, Refused("ResourceExistsException"))
    done = ready.run("python:rpc_users")
    assert done.returncode == 0, done.stderr
    known = json.loads((ready.run_directory / "exporter.json").read_text())
    assert known["password"] == PASSWORD


def test_nothing_secret_is_said_or_shown(ready: Host) -> None:
    ready.tell("aws", GET, EMPTY, secret(username="caller"), secret())
    done = ready.run("python:rpc_users")
    made = [json.loads(call["stdin"])["password"] for call in ready.calls() if call["stdin"]]
    shown = done.stdout + done.stderr + json.dumps([call["argv"] for call in ready.calls()])
    shown += (ready.run_directory / "rpc.conf").read_text()
    assert made
    assert all(word not in shown for word in [PASSWORD, *made])


@pytest.mark.parametrize("value", ["", "[]", f'{{"password": "{PASSWORD}"}}', PASSWORD])
def test_a_secret_of_another_shape_is_refused_unseen(ready: Host, value: str) -> None:
    ready.tell("aws", GET, json.dumps({"SecretString": value}))
    done = ready.run("python:rpc_users")
    assert done.returncode == 1
    assert "is not an object with username and password" in done.stderr
    assert PASSWORD not in done.stdout + done.stderr


def test_aws_out_of_reach_keeps_the_users_of_this_boot(ready: Host) -> None:
    ready.tell("aws", GET, secret())
    ready.run("python:rpc_users")
    before = (ready.run_directory / "rpc.conf").read_text()
    ready.tell("aws", GET, 255)
    assert ready.run("python:rpc_users").returncode == 0
    assert (ready.run_directory / "rpc.conf").read_text() == before


def test_aws_out_of_reach_at_first_is_an_error(ready: Host) -> None:
    ready.tell("aws", GET, Refused("AccessDeniedException"))
    done = ready.run("python:rpc_users")
    assert done.returncode == 1
    assert "AccessDeniedException" in done.stderr
    assert not (ready.run_directory / "rpc.conf").exists()
