"""Coins are read strictly: a mistake in coin.yaml is named, never carried along."""

from pathlib import Path
from typing import Any

import pytest
import yaml

from stacks.catalogue import load, names
from stacks.config import CATALOGUE
from stacks.machines import machines
from stacks.settings import SettingsError
from tests.stacks.base import COINS


def copy(tmp_path: Path, changes: dict[str, Any]) -> Path:
    """Return a catalogue with one coin, in which some keys are changed."""
    raw = yaml.safe_load((COINS / "alpha" / "coin.yaml").read_text())
    for path, value in changes.items():
        *way, last = path.split(".")
        holder = raw
        for step in way:
            holder = holder[step]
        holder[last] = value
    (tmp_path / "alpha").mkdir()
    (tmp_path / "alpha" / "coin.yaml").write_text(yaml.safe_dump(raw))
    return tmp_path


def test_a_directory_with_a_coin_yaml_is_a_coin() -> None:
    assert names(COINS) == ("alpha", "beta")


@pytest.mark.parametrize("coin", names(CATALOGUE))
def test_every_coin_of_the_project_is_sound(coin: str) -> None:
    assert load(coin, CATALOGUE).coin == coin


@pytest.mark.parametrize("coin", names(CATALOGUE))
def test_every_recommended_host_exists_and_is_large_enough(coin: str) -> None:
    for chain in load(coin, CATALOGUE).chains.values():
        for architecture, name in chain.instance_types.items():
            machine = machines()[name]
            assert machine.architecture == architecture
            assert machine.memory_mib >= chain.memory_mib


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"deamon": "x"}, ["deamon = 'x'", "did you mean daemon?"]),
        ({"uid": 0}, ["uid = 0", "not root", "write uid: 1"]),
        ({"uid": "10001"}, ["uid = '10001'", "without quotes"]),
        ({"family": "pbst"}, ["family = 'pbst'", "psbt or none"]),
        ({"chains.regtest.ports.rpc": 80}, ["chains.regtest.ports.rpc = 80", "1024 to 65535"]),
        ({"chains.regtest.ready": None}, ["chains.regtest.ready = None", "ibd, peers_min"]),
        ({"chains.reg test": {}}, ["chains.reg test", "a-z, 0-9 and -"]),
        ({"chains": {}}, ["chains = {}", "a map of chain names"]),
        ({"sources.release.version": 1.0}, ["version = 1.0", "in quotes"]),
        ({"rpc_users.exporter": "all"}, ["rpc_users.exporter = 'all'", "may call"]),
        ({"default_source": "debain"}, ["default_source = 'debain'", "did you mean debian?"]),
        ({"coin": "beta"}, ["coin = 'beta'", "its directory's name, alpha"]),
        ({"platforms": ["linux/amd64"]}, ["mainnet.instance_types.arm64", "has no linux/arm64"]),
    ],
)
def test_a_mistake_is_named(tmp_path: Path, changes: dict[str, Any], said: list[str]) -> None:
    with pytest.raises(SettingsError) as caught:
        load("alpha", copy(tmp_path, changes))
    assert "alpha/coin.yaml" in str(caught.value)
    for words in said:
        assert words in str(caught.value)


@pytest.mark.parametrize("content", ["{", "- a", "just text", ""])
def test_a_file_that_is_no_map_is_refused(tmp_path: Path, content: str) -> None:
    (tmp_path / "x").mkdir()
    (tmp_path / "x" / "coin.yaml").write_text(content)
    with pytest.raises(SettingsError, match="all of it"):
        load("x", tmp_path)


def test_an_unknown_coin_is_refused_with_those_there_are() -> None:
    with pytest.raises(SettingsError, match="did you mean alpha"):
        load("alhpa", COINS)
