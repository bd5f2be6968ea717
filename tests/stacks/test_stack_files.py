"""The stack files of the project can be composed, and are as Pulumi would write them."""

from pathlib import Path

import pytest
import yaml

from stacks.config import CATALOGUE, from_file
from stacks.settings import Settings, SettingsError

FILES = sorted((CATALOGUE.parent / "stacks").glob("Pulumi.*.yaml"))
MINIMAL = CATALOGUE.parent / "stacks" / "Pulumi.litecoin-test.yaml"


def test_there_are_stack_files() -> None:
    names = {file.name for file in FILES}
    assert {"Pulumi.bitcoin-test.yaml", "Pulumi.bitcoin-main.yaml", MINIMAL.name} <= names


@pytest.mark.parametrize("file", FILES, ids=[file.name for file in FILES])
def test_a_stack_file_is_accepted(file: Path) -> None:
    settings = from_file(file)
    assert file.name == f"Pulumi.{settings.stack}.yaml"
    assert settings.region == "eu-central-1"
    assert settings.keep != settings.stack.endswith("-test")


@pytest.mark.parametrize("file", FILES, ids=[file.name for file in FILES])
def test_a_stack_file_holds_configuration_only(file: Path) -> None:
    """No salt, no secret: those belong to whoever deploys."""
    assert list(yaml.safe_load(file.read_text())) == ["config"]


def test_five_settings_make_a_stack() -> None:
    assert len(MINIMAL.read_text().splitlines()) == 6
    settings = from_file(MINIMAL)
    [node] = settings.nodes.values()
    assert node.volume.gib == settings.chain.minimum_gib
    assert {host.type for host in node.hosts.values()} <= set(
        settings.chain.instance_types.values()
    )
    assert settings.image.source == settings.coin.default_source
    assert settings.signer is None


def test_bitcoin_test_has_hosts_of_both_architectures() -> None:
    settings = from_file(CATALOGUE.parent / "stacks" / "Pulumi.bitcoin-test.yaml")
    assert settings.platforms == ("linux/amd64", "linux/arm64")
    assert settings.signer
    assert settings.signer.zone == "a"


def test_bitcoin_main_survives_a_zone() -> None:
    settings = from_file(CATALOGUE.parent / "stacks" / "Pulumi.bitcoin-main.yaml")
    assert settings.zones == ("a", "b")
    for node in settings.nodes.values():
        assert {host.architecture for host in node.hosts.values()} == {"amd64", "arm64"}


@pytest.mark.parametrize("coin", ["bitcoin", "litecoin"])
@pytest.mark.parametrize("argument", ["-datadir=/x", "-rpcport=1", "-rpcbind=0.0.0.0", "-conf=x"])
def test_what_nodekeep_sets_cannot_be_set(coin: str, argument: str) -> None:
    given = {
        "coin": coin,
        "chain": "regtest",
        "nodes": {"a": {"zone": "a"}},
        "arguments": [argument],
    }
    with pytest.raises(SettingsError, match="is set by Nodekeep"):
        Settings.parse(given, stack="test", region="eu-central-1", catalogue=CATALOGUE)
