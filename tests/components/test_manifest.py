"""The manifest: what hosts are told, as hosts read it."""

import json
import sys
from collections.abc import Callable
from importlib import import_module
from typing import Any

import pytest

from components._hostfiles import SOURCE
from components.node import Node
from tests.components.arguments import NODE, changed
from tests.engine import plain, run_program


@pytest.fixture
def parse(monkeypatch: pytest.MonkeyPatch) -> Callable[[str], dict[str, Any]]:
    """The reader of hosts, which refuses what it does not know."""
    monkeypatch.syspath_prepend(str(SOURCE))
    sys.modules.pop("nodekeep_host", None)
    found: Callable[[str], dict[str, Any]] = import_module("nodekeep_host.manifest").parse
    return found


def written(state: str = "current", args: Any = NODE) -> str:
    """Return the text of a node's parameter."""
    parameter = run_program(lambda: Node("a", args)).named(f"a-{state}")
    text = plain(parameter.inputs["value"])
    assert isinstance(text, str)
    return text


def test_hosts_understand_it(parse: Callable[[str], dict[str, Any]]) -> None:
    arns = {
        "target_group_arns": ["arn:aws:elasticloadbalancing:eu-central-1:0:targetgroup/t/1"],
        "rpc_users": {
            "caller": {
                "secret_arn": "arn:aws:secretsmanager:eu-central-1:0:secret:x",
                "methods": ["getblockcount"],
            }
        },
    }
    assert parse(written(args=changed(NODE, **arns)))["version"] == 1


def test_it_says_all_that_a_host_needs() -> None:
    assert json.loads(written()) == {
        "version": 1,
        "image": NODE["image"],
        "arguments": ["-txindex=1"],
        "environment": {"CHAIN": "regtest"},
        "hostfiles": {
            "bucket": NODE["hostfiles_bucket"],
            "key": NODE["hostfiles_key"],
            "sha256": NODE["hostfiles_sha256"],
        },
        "volume": {"id": "vol-0123456789abcdef0", "blank": True},
        "ports": {"rpc": 18443, "health": 9150, "p2p": 18444},
        "stop": {"signal": "SIGTERM", "grace_s": 600},
        "uid": 10001,
        "data_path": "/data",
        "daemon": "bitcoind",
        "cli": "bitcoin-cli",
        "readiness": {"blocks": {"method": "getblockchaininfo", "field": "blocks"}},
        "ready": {"ibd": "ignore", "peers_min": 0, "tip_age_max_s": None, "behind_max": 0},
        "rpc_users": {"caller": {"secret": "arn:aws:s:::caller", "methods": ["getblockcount"]}},
        "target_groups": ["arn:aws:elb:::targets"],
    }


def test_both_parameters_start_alike() -> None:
    assert written("desired") == written("current")


def test_whole_numbers_stay_whole_off_the_wire() -> None:
    wire = {
        **NODE["daemon"],
        "uid": 10001.0,
        "stop_grace_s": 600.0,
        "ready": {"peers_min": 0.0, "behind_max": 2.0},
    }
    manifest = written(args=changed(NODE, daemon=wire, rpc_port=18443.0))
    assert ".0" not in manifest
    assert '"uid":10001' in manifest
    assert '"behind_max":2' in manifest
