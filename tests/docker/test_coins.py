"""coin.yaml, Dockerfile, compose.yaml and trusted.txt say the same."""

import itertools
import re
from typing import Any

import pytest
import yaml

from tests.docker.coins import COINS, DOCKER, coin_of, dockerfile, stage

pytestmark = pytest.mark.parametrize("name", COINS)

WALLET = re.compile(r"wallet|^send(?!rawtransaction)|^dump|^import|^sign|^list|privkey|newaddress")


def _args(text: str, *, required: bool = False) -> set[str]:
    found = re.findall(r"^ARG (\w+)(=?)", text, re.MULTILINE)
    return {arg for arg, default in found if not (required and default)}


def test_there_are_coins(name: str) -> None:
    assert coin_of(name)["coin"] == name
    assert coin_of(name)["default_source"] in coin_of(name)["sources"]


def test_build_args_are_those_of_the_source(name: str) -> None:
    """Each source passes what its stages ask for, and nothing that nobody reads."""
    common = stage(name, r"fetch-\$\{SOURCE\} AS image")
    for source, description in coin_of(name)["sources"].items():
        text = common + stage(name, f"tools AS fetch-{source}")
        needed = _args(text, required=True) - {"TARGETARCH"}
        assert set(description["build_args"]) == needed
        assert description["build_args"]["VERSION"] == description["version"]


def test_every_source_has_a_stage(name: str) -> None:
    stages = set(re.findall(r"^FROM tools AS fetch-(\w+)$", dockerfile(name), re.MULTILINE))
    assert stages == set(coin_of(name)["sources"])


def test_base_is_pinned(name: str) -> None:
    assert re.search(r"^ARG BUILDER=\S+@sha256:[0-9a-f]{64}$", dockerfile(name), re.MULTILINE)


def test_checksums_and_commits_are_whole(name: str) -> None:
    for source in coin_of(name)["sources"].values():
        for key, value in source["build_args"].items():
            if key.startswith("SHA256_"):
                assert re.fullmatch(r"[0-9a-f]{64}", value), key
            if key.endswith("_COMMIT"):
                assert re.fullmatch(r"[0-9a-f]{40}", value), key


def test_trusted_fingerprints_are_full_and_distinct(name: str) -> None:
    lines = [line.split() for line in (DOCKER / name / "trusted.txt").read_text().splitlines()]
    assert all(re.fullmatch(r"[0-9A-F]{40}", fingerprint) for fingerprint, _ in lines)
    assert len({fingerprint for fingerprint, _ in lines}) == len(lines)
    found = re.search(r"verify-sums .* (\d+)", dockerfile(name))
    assert found is not None
    assert len(lines) >= int(found[1])


def test_last_stage_is_what_coin_yaml_says(name: str) -> None:
    coin, last = coin_of(name), stage(name, "scratch")
    assert f"USER {coin['uid']}:{coin['uid']}\n" in last
    assert f'VOLUME ["{coin["data_path"]}"]\n' in last
    assert f"STOPSIGNAL {coin['stop']['signal']}\n" in last
    assert f'CMD ["{coin["daemon"]}"]\n' in last
    assert f"--owner {coin['uid']} --group {coin['uid']} " in dockerfile(name)


def test_every_platform_is_fetched_and_has_instance_types(name: str) -> None:
    architectures = {platform.removeprefix("linux/") for platform in coin_of(name)["platforms"]}
    fetched = set(
        re.findall(
            r"^\s+(\w+)\) machine=", (DOCKER / name / "Dockerfile").read_text(), re.MULTILINE
        )
    )
    assert fetched == architectures
    for chain in coin_of(name)["chains"].values():
        assert set(chain["instance_types"]) == architectures


def test_no_port_twice(name: str) -> None:
    ports = [port for chain in coin_of(name)["chains"].values() for port in chain["ports"].values()]
    assert len(set(ports)) == len(ports)


def test_ready_rules_and_sizes(name: str) -> None:
    for chain in coin_of(name)["chains"].values():
        assert set(chain["ready"]) == {"ibd", "peers_min", "tip_age_max_s", "behind_max"}
        assert chain["ready"]["ibd"] in {"ignore", "require"}
        assert chain["minimum_gib"] >= chain["state_gib"] >= 1


def test_exporter_may_ask_what_readiness_needs_and_little_else(name: str) -> None:
    exporter = set(coin_of(name)["rpc_users"]["exporter"])
    assert {question["method"] for question in coin_of(name)["readiness"].values()} <= exporter
    assert not any(WALLET.search(method) for method in exporter)


def test_caller_reaches_no_wallet(name: str) -> None:
    assert not [method for method in coin_of(name)["rpc_users"]["caller"] if WALLET.search(method)]


def test_only_the_chain_of_tests_opens_more_to_callers(name: str) -> None:
    chains = coin_of(name)["chains"]
    assert [chain for chain in chains if "caller_methods" in chains[chain]] == ["regtest"]


def test_watcher_goes_with_a_wallet_family(name: str) -> None:
    assert ("watcher" in coin_of(name)["rpc_users"]) == (coin_of(name)["family"] == "psbt")


def test_methods_are_sorted_and_named_once(name: str) -> None:
    regtest = coin_of(name)["chains"]["regtest"]["caller_methods"]
    users = coin_of(name)["rpc_users"]
    for methods in (*users.values(), regtest):
        assert methods == sorted(set(methods))
    assert not set(regtest) & set(users["caller"])


def test_context_holds_what_is_copied(name: str) -> None:
    ignore = (DOCKER / name / "Dockerfile.dockerignore").read_text().splitlines()
    copied = re.findall(r"^COPY (?!--from)(.*) \S+$", dockerfile(name), re.MULTILINE)
    sources = set(itertools.chain.from_iterable(line.split() for line in copied))
    assert ignore[0] == "*"
    for source in sources:
        assert (DOCKER / source).is_file()
        assert {f"!{source}", f"!{source.split('/')[0]}"} & set(ignore)


def _compose(name: str) -> dict[str, Any]:
    node: dict[str, Any] = yaml.safe_load((DOCKER / name / "compose.yaml").read_text())["services"][
        "node"
    ]
    return node


def test_compose_builds_the_release_of_coin_yaml(name: str) -> None:
    args = _compose(name)["build"]["args"]
    for key, value in coin_of(name)["sources"]["release"]["build_args"].items():
        assert args[key] in {value, f"${{{key}:-{value}}}"}
    assert set(args) == {"SOURCE"}.union(
        *(source["build_args"] for source in coin_of(name)["sources"].values())
    )


def test_compose_is_hardened_and_local(name: str) -> None:
    coin, node = coin_of(name), _compose(name)
    chain = coin["chains"][node["environment"]["CHAIN"]]
    assert node["read_only"]
    assert node["cap_drop"] == ["ALL"]
    assert node["security_opt"] == ["no-new-privileges:true"]
    assert node["ports"] == [f"127.0.0.1:{chain['ports']['rpc']}:{chain['ports']['rpc']}"]
    assert node["command"] == [coin["daemon"], *chain["arguments"]]
    assert node["stop_grace_period"] == f"{coin['stop']['grace_s']}s"
    assert f"data:{coin['data_path']}" in node["volumes"]
