"""Whose arguments reach the daemon, and in which order."""

from stacks.arguments import merged, name_of
from tests.stacks.base import changed, parse


def test_a_later_layer_replaces_what_an_earlier_gave() -> None:
    assert merged([("-a=1", "-b"), ("-a=2", "-c=1", "-c=2"), ("--c=3",)]) == ("-a=2", "-b", "--c=3")


def test_a_name_has_no_dashes_and_no_value() -> None:
    assert name_of("-addnode=host=1") == "addnode"
    assert name_of("--http.port=1") == "http.port"


def test_the_node_wins_over_the_stack_and_the_stack_over_the_chain() -> None:
    settings = parse(
        changed(
            {
                "arguments": ["-dbcache=100", "-maxmempool=50"],
                "nodes.a.arguments": ["-dbcache=200", "-addnode=x", "-addnode=y"],
                "prune_mib": 1000,
            }
        )
    )
    assert settings.daemon_arguments("a") == (
        "-dbcache=200",
        "-maxmempool=50",
        "-prune=1000",
        "-addnode=x",
        "-addnode=y",
    )


def test_without_any_the_chain_s_are_left() -> None:
    assert parse(changed({})).daemon_arguments("a") == ("-dbcache=50",)


def test_an_index_is_switched_on_by_its_setting() -> None:
    assert "-txindex=1" in parse(changed({"txindex": True})).daemon_arguments("a")


def test_what_is_switched_off_goes_with_pruning() -> None:
    assert parse(changed({"prune_mib": 1000, "arguments": ["-txindex=0"]}))


def test_pruning_makes_the_least_volume_smaller() -> None:
    """40 GiB of state and 10 GiB of blocks, instead of 1000 GiB."""
    nodes = {"a": {"zone": "a", "volume": {"gib": 50}, "hosts": {"x": {"type": "m7i.large"}}}}
    assert parse(changed({"chain": "mainnet", "prune_mib": 10_240, "nodes": nodes}))
