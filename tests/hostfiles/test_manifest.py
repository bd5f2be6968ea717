"""The manifest: every key is checked, copies stand in for SSM, the shell reads what is meant."""

import json
import shlex
import subprocess
from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from components.hostfiles.nodekeep_host import manifest as module
from tests.hostfiles.conftest import ME, Host, Refused, manifest

FACTS = {"instance_id": ME, "vpc_cidrs": "10.20.0.0/16,10.21.0.0/16"}
WRONG: list[tuple[str, Any]] = [
    ("version", 2),
    ("image", "127.0.0.1:4566/coin/bitcoin:29"),
    ("arguments", "-txindex"),
    ("arguments[0]", 1),
    ("arguments[1]", "a\0b"),
    ("environment", []),
    ("environment.CHAIN", None),
    ("hostfiles.bucket", "Not_A_Bucket"),
    ("hostfiles.key", ""),
    ("hostfiles.sha256", "2" * 63),
    ("volume.id", "vol-1;rm"),
    ("volume.blank", "true"),
    ("ports.rpc", 0),
    ("ports.p2p", "18444"),
    ("ports.health", True),
    ("stop.signal", "TERM"),
    ("stop.grace_s", 1e9),
    ("uid", 0),
    ("data_path", "data"),
    ("daemon", "bitcoind -x"),
    ("cli", ""),
    ("readiness.blocks.method", "get blocks"),
    ("readiness.peers", "getconnectioncount"),
    ("ready.ibd", "maybe"),
    ("ready.peers_min", -1),
    ("ready.tip_age_max_s", "7200"),
    ("ready.behind_max", 0.5),
    ("rpc_users.exporter.secret", "exporter"),
    ("rpc_users.caller.methods", None),
    ("target_groups", {}),
    ("target_groups[0]", "group"),
]
OPTIONAL = {"cli", "readiness.peers", "environment.CHAIN"}


def changed(key: str, change: Callable[[Any, Any], None]) -> dict[str, Any]:
    """Return a manifest with a change at a dotted key."""
    document = manifest()
    *path, last = key.replace("[", ".").replace("]", "").split(".")
    place: Any = document
    for part in path:
        place = place[part]
    change(place, int(last) if last.isdigit() else last)
    return document


@pytest.mark.parametrize(("key", "value"), WRONG, ids=lambda value: str(value)[:20])
def test_a_wrong_value_is_named_with_what_to_do(key: str, value: Any) -> None:
    def put(place: Any, last: Any) -> None:
        place[last] = value

    document = changed(key, put)
    with pytest.raises(module.ManifestError) as raised:
        module.parse(json.dumps(document))
    [line] = str(raised.value).splitlines()
    assert line.startswith(f"{key} is {value!r}"[:80])
    assert ": " in line.removeprefix(key)


@pytest.mark.parametrize("key", [key for key, _ in WRONG if "[" not in key and key not in OPTIONAL])
def test_a_missing_key_is_named(key: str) -> None:
    document = changed(key, lambda place, last: place.pop(last))
    with pytest.raises(module.ManifestError, match=rf"^{key.replace('.', '[.]')} is missing: run"):
        module.parse(json.dumps(document))


def test_all_faults_are_told_at_once() -> None:
    document = manifest() | {"uid": 0, "daemon": ""}
    with pytest.raises(module.ManifestError) as raised:
        module.parse(json.dumps(document))
    assert len(str(raised.value).splitlines()) == 2


@pytest.mark.parametrize("document", ["", "[]", "null", "{", '"x"'])
def test_what_is_no_manifest_is_refused(document: str) -> None:
    with pytest.raises(module.ManifestError):
        module.parse(document)


def test_two_uses_of_one_port_are_refused() -> None:
    document = manifest() | {"ports": {"rpc": 1, "p2p": 1, "health": 2}}
    with pytest.raises(module.ManifestError, match="give each its own number"):
        module.parse(json.dumps(document))


def test_a_key_from_a_newer_program_is_let_be() -> None:
    document = manifest() | {"new": 1}
    assert module.parse(json.dumps(document)) == document


words = st.lists(st.text(st.characters(exclude_characters="\0", exclude_categories=["Cs"])))


@settings(max_examples=40, deadline=None)
@given(arguments=words, value=st.text(st.characters(exclude_characters="\0\r", codec="utf-8")))
def test_any_argument_and_value_come_out_of_the_shell_as_they_went_in(
    arguments: list[str], value: str
) -> None:
    document = manifest() | {"arguments": arguments, "environment": {"X": value}}
    assert not list(module.CHECK("", document))
    script = (
        f"{module.shell(document, FACTS)}\n"
        'eval "set -- $NODE_ARGUMENTS"; printf "%s\\0" "$@" "end"\n'
        'eval "set -- $NODE_ENVIRONMENT"; printf "%s\\0" "$1"'
    )
    done = subprocess.run(["sh"], input=script.encode(), capture_output=True, check=True)
    *seen, end, first, rest = done.stdout.decode().split("\0")
    assert (seen, end, first, rest) == (arguments, "end", f"--env=X={value}", "")


def test_the_node_is_open_to_its_network_only() -> None:
    line = next(
        line
        for line in module.shell(manifest(), FACTS).splitlines()
        if line.startswith("NODE_ENVIRONMENT")
    )
    words = shlex.split(shlex.split(line.split("=", 1)[1])[0])
    assert "--env=RPC_ALLOW_IP=127.0.0.1,10.20.0.0/16,10.21.0.0/16" in words


def test_a_start_keeps_a_copy(host: Host) -> None:
    assert host.run("python:manifest").returncode == 0
    assert json.loads((host.state / "manifest.json").read_text()) == manifest()
    assert not (host.mount / "manifest.json").exists()  # nothing is mounted there


def test_the_copy_stands_in_when_ssm_cannot_be_reached(host: Host) -> None:
    host.run("python:manifest")
    (host.run_directory / "node.env").unlink()
    host.tell("aws", "ssm get-parameter", 255)
    done = host.run("python:manifest")
    assert done.returncode == 0
    assert f"using the copy {host.state}/manifest.json" in done.stdout
    assert (host.run_directory / "node.env").exists()


def test_without_ssm_and_copy_the_error_says_what_to_check(host: Host) -> None:
    host.tell("aws", "ssm get-parameter", Refused("AccessDeniedException"))
    done = host.run("python:manifest")
    assert done.returncode == 1
    assert "AccessDeniedException" in done.stderr
    assert "/nodekeep/bitcoin-test/a/current" in done.stderr


def test_a_wrong_manifest_replaces_nothing(host: Host) -> None:
    host.run("python:manifest")
    before = (host.run_directory / "node.env").read_text()
    host.put(manifest() | {"uid": 0})
    done = host.run("python:manifest")
    assert done.returncode == 1
    assert "uid is 0: give a whole number from 1 to" in done.stderr
    assert (host.run_directory / "node.env").read_text() == before
    assert json.loads((host.state / "manifest.json").read_text()) == manifest()
