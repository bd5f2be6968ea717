"""`.lab/env` is POSIX sh, holds what a shell needs, and reads back the same."""

import subprocess
from pathlib import Path

import pytest

from lab import environment
from lab.place import Place


@pytest.fixture
def place(tmp_path: Path) -> Place:
    return Place(tmp_path / "a clone's directory")


def sourced(place: Place, name: str, path: str = "/usr/bin:/bin") -> str:
    script = f'. "$1"; . "$1"; printf %s "${name}"'
    return subprocess.check_output(
        ["sh", "-euc", script, "sh", place.directory / "env"],
        env={"PATH": path, "AWS_PROFILE": "production"},
        text=True,
    )


def test_a_shell_gets_the_same_as_a_child_process(
    place: Place, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("AWS_PROFILE", "production")
    environment.write(place, {"NODEKEEP_IMAGE_SOURCE": "debian"})
    read = environment.read(place)
    assert read["NODEKEEP_IMAGE_SOURCE"] == "debian"
    assert "AWS_PROFILE" not in read
    for name in environment.variables(place, {}):
        assert sourced(place, name) == read[name]


def test_path_is_extended_once(place: Place) -> None:
    environment.write(place, {})
    assert sourced(place, "PATH") == f"{place.bin}:{place.root}/.venv/bin:/usr/bin:/bin"


def test_a_child_process_of_such_a_shell_has_it_once(
    place: Place, monkeypatch: pytest.MonkeyPatch
) -> None:
    environment.write(place, {})
    once = environment.read(place)["PATH"]
    monkeypatch.setenv("PATH", once)
    assert environment.read(place)["PATH"] == once


def test_an_account_of_the_shell_is_dropped(place: Place) -> None:
    environment.write(place, {})
    assert sourced(place, "{AWS_PROFILE-unset}").startswith("unset")


def test_passphrase_is_made_once_and_private(place: Place) -> None:
    environment.write(place, {})
    file = place.directory / "passphrase"
    first = file.read_text()
    environment.write(place, {})
    assert file.read_text() == first
    assert len(first) > 30
    assert file.stat().st_mode & 0o077 == 0
    assert first not in (place.directory / "env").read_text()


def test_port_is_remembered(place: Place) -> None:
    port = place.port
    assert Place(place.root).port == port
    assert f":{port}" in place.endpoint


def test_two_clones_have_two_identities(tmp_path: Path) -> None:
    assert Place(tmp_path / "a").identity != Place(tmp_path / "b").identity
