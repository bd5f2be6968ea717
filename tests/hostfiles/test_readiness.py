"""What a node's answers mean."""

from typing import Any

import pytest

from components.hostfiles.nodekeep_host.readiness import State, observe
from components.hostfiles.nodekeep_host.rpc import RpcError
from tests.hostfiles.conftest import manifest

NOW = 1_800_000_000.0
GOOD = {"blocks": 100, "headers": 101, "initialblockdownload": False, "time": int(NOW) - 60}


def seen(info: Any, peers: Any = 8, **rule: Any) -> State:
    """Observe a node with these answers under the manifest's rule, changed."""
    answers = {"getblockchaininfo": info, "getconnectioncount": peers}
    known = manifest()
    return observe(known["readiness"], known["ready"] | rule, answers.__getitem__, NOW)


def test_a_node_at_the_tip_is_ready() -> None:
    assert seen(GOOD) == State(True, True, None, 100, 101, 8, 60)


@pytest.mark.parametrize(
    ("info", "peers", "reason"),
    [
        ({"initialblockdownload": True}, 8, "initial block download: 100 of 101 blocks"),
        ({}, 1, "1 peers, wants 2"),
        ({"time": int(NOW) - 7201}, 8, "tip is 7201 s old, may be 7200 s"),
        ({"headers": 103}, 8, "3 blocks behind the headers, may be 2"),
    ],
)
def test_each_rule_alone_makes_a_live_node_unready(info: Any, peers: int, reason: str) -> None:
    state = seen(GOOD | info, peers)
    assert (state.live, state.ready, state.reason) == (True, False, reason)


def test_a_rule_that_is_off_asks_nothing() -> None:
    info = GOOD | {"initialblockdownload": True, "time": 0, "headers": 999}
    off = {"ibd": "ignore", "peers_min": 0, "tip_age_max_s": None, "behind_max": None}
    assert seen(info, 0, **off).ready


def test_a_tip_from_the_future_is_new_not_negative() -> None:
    assert seen(GOOD | {"time": int(NOW) + 7200}).tip_age_s == 0


@pytest.mark.parametrize("blocks", [None, "100", True, 1.5, []])
def test_a_number_that_is_none_makes_all_unknown(blocks: Any) -> None:
    state = seen(GOOD | {"blocks": blocks})
    assert state == State(reason=f"getblockchaininfo.blocks is {blocks!r}, not a whole number")


@pytest.mark.parametrize("info", [None, [], "x", {}, 3])
def test_an_answer_without_the_field_makes_all_unknown(info: Any) -> None:
    state = seen(info)
    assert not state.live
    assert state.reason is not None
    assert "getblockchaininfo has no field" in state.reason


def test_a_node_that_does_not_answer_has_no_numbers() -> None:
    def ask(method: str) -> Any:
        raise RpcError(f"{method}: Loading block index")

    known = manifest()
    state = observe(known["readiness"], known["ready"], ask, NOW)
    assert state == State(reason="getblockchaininfo: Loading block index")


def test_each_method_is_asked_once() -> None:
    asked: list[str] = []
    answers = {"getblockchaininfo": GOOD, "getconnectioncount": 8}

    def ask(method: str) -> Any:
        asked.append(method)
        return answers[method]

    known = manifest()
    observe(known["readiness"], known["ready"], ask, NOW)
    assert asked == ["getblockchaininfo", "getconnectioncount"]


def test_a_coin_may_tell_less() -> None:
    table = {"blocks": {"method": "height"}}
    rule = {"ibd": "ignore", "peers_min": 0, "tip_age_max_s": None, "behind_max": 2}
    assert observe(table, rule, lambda _: 7, NOW) == State(live=True, ready=True, blocks=7)
