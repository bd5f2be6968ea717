"""Images: what makes one another, how it is built, and where it goes."""

import os
import shutil
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lab.plugins.docker import cli, image, registry
from lab.plugins.docker.context import digest
from lab.plugins.docker.ignore import Ignore
from lab.plugins.docker.image import IMAGE
from lab.plugins.resource import PluginError
from lab.plugins.run import Ended
from lab.plugins.wire import UNKNOWN, Properties
from tests.plugins import fakes

DIGEST = "sha256:" + "a" * 64


@pytest.fixture
def context(tmp_path: Path) -> Path:
    folder = tmp_path / "context"
    (folder / "in").mkdir(parents=True)
    (folder / "Dockerfile").write_text("FROM scratch\n")
    (folder / "in" / "file").write_text("one")
    (folder / "out").write_text("one")
    (folder / "Dockerfile.dockerignore").write_text("*\n!in\n")
    return folder


def _digest(folder: Path) -> str:
    return digest(folder, folder / "Dockerfile")


@pytest.mark.parametrize(
    ("rules", "path", "excluded"),
    [
        (["*.md"], "a.md", True),
        (["*.md"], "in/a.md", False),
        (["**/*.md"], "a.md", True),
        (["**/*.md"], "in/deep/a.md", True),
        (["in"], "in/deep/file", True),
        (["in/"], "in/file", True),
        (["/in"], "in/file", True),
        (["./in"], "in/file", True),
        (["in/**"], "in/a/b", True),
        (["*", "!in"], "in/file", False),
        (["*", "!in"], "out", True),
        (["*", "!in", "in/secret"], "in/secret", True),
        (["!in", "*"], "in/file", True),
        (["fil?"], "file", True),
        (["[a-c]x"], "bx", True),
        (["[a-c]x"], "dx", False),
        (["# file", "", "  file  "], "file", True),
        (["a.c"], "abc", False),
    ],
)
def test_rules_of_what_to_leave_out(rules: list[str], path: str, excluded: bool) -> None:
    assert Ignore(rules).excludes(path) is excluded


@given(st.lists(st.sampled_from("abc/*!?"), max_size=8), st.sampled_from(["a", "a/b", "c/a/b"]))
def test_any_rules_can_be_read(rule: list[str], path: str) -> None:
    assert Ignore(["".join(rule)]).excludes(path) in (True, False)


def test_the_same_files_are_the_same_context(context: Path, tmp_path: Path) -> None:
    before = _digest(context)
    copy = tmp_path / "copy"
    shutil.copytree(context, copy)
    os.utime(copy / "in" / "file", (0, 0))
    assert _digest(copy) == before
    (context / "out").write_text("two")
    assert _digest(context) == before


@pytest.mark.parametrize(
    "change",
    [
        lambda folder: (folder / "in" / "file").write_text("two"),
        lambda folder: (folder / "in" / "more").write_text(""),
        lambda folder: (folder / "in" / "file").chmod(0o755),
        lambda folder: (folder / "in" / "file").rename(folder / "in" / "other"),
        lambda folder: (folder / "Dockerfile").write_text("FROM base\n"),
        lambda folder: (folder / "Dockerfile.dockerignore").unlink(),
        lambda folder: (folder / "in" / "link").symlink_to("file"),
    ],
)
def test_a_change_the_build_sees_is_another_context(context: Path, change: Any) -> None:
    before = _digest(context)
    change(context)
    assert _digest(context) != before


def test_a_missing_context_is_said(tmp_path: Path, context: Path) -> None:
    with pytest.raises(PluginError, match=r"build.context: there is no folder"):
        digest(tmp_path / "none", tmp_path / "Dockerfile")
    with pytest.raises(PluginError, match=r"build.dockerfile: there is no file"):
        digest(context, context / "none")


def _inputs(context: Path, **build: Any) -> Properties:
    file = str(context / "Dockerfile")
    given = {"context": str(context), "dockerfile": file, "platform": "linux/arm64"} | build
    return {"imageName": "127.0.0.1:1/repo:tag", "build": given}


def test_the_context_is_part_of_the_inputs(context: Path) -> None:
    before = IMAGE.complete("n", b"", {}, _inputs(context))
    (context / "in" / "file").write_text("two")
    after = IMAGE.complete("n", b"", {}, _inputs(context))
    changed = IMAGE.changes({**before, "skipPush": False}, before, after)
    assert [f.name for f in changed] == ["build"]
    given = {"imageName": "n", "build": {"context": UNKNOWN}}
    unknown = IMAGE.complete("n", b"", {}, given)
    assert "contextDigest" not in unknown["build"]
    unknown = IMAGE.complete("n", b"", {}, {"imageName": "n", "build": UNKNOWN})
    assert not IMAGE.refusals(unknown)


def test_another_password_is_no_change(context: Path) -> None:
    inputs = IMAGE.complete("n", b"", {}, _inputs(context))
    before = inputs | {"registry": {"server": "s", "password": "1"}}
    assert not IMAGE.changes(inputs, before, inputs | {"registry": {"password": UNKNOWN}})


def test_what_is_not_done_is_refused(context: Path) -> None:
    given = _inputs(context, cacheFrom={}, builderVersion="BuilderV1")
    failures = dict(IMAGE.refusals(given))
    assert failures.keys() == {"build.cacheFrom", "build.builderVersion"}


@pytest.fixture
def ran(monkeypatch: pytest.MonkeyPatch) -> list[tuple[tuple[str, ...], dict[str, Any]]]:
    """Record what the Docker command line is asked."""
    calls: list[tuple[tuple[str, ...], dict[str, Any]]] = []

    def run(_job: Any, *arguments: str, **options: Any) -> Ended:
        calls.append((arguments, options))
        return Ended(0, f"tag: digest: {DIGEST} size: 1", "", "")

    for module in (cli, image):
        monkeypatch.setattr(module, "docker", run)
        monkeypatch.setattr(module, "find", lambda: ("docker", False))
    return calls


def test_it_is_built_and_pushed(context: Path, ran: list[Any]) -> None:
    login = {"server": "http://127.0.0.1:1/repo", "username": "AWS", "password": "pass"}
    args = {"WORD": "secret-word", "HOME": "x"}
    inputs = _inputs(context, args=args) | {"registry": login, "skipPush": False}
    made, state = IMAGE.create(fakes.job(), inputs)
    assert made == DIGEST
    assert state["repoDigest"] == f"127.0.0.1:1/repo@{DIGEST}"
    assert state["baseImageName"] == "127.0.0.1:1/repo"
    (built, options), (logged, how), (pushed, _) = ran
    assert built[0] == "build"
    assert options["env"] == {"WORD": "secret-word"}
    assert "secret-word" not in " ".join(built)
    assert "HOME=x" in built  # the command line would take its own
    assert logged == ("login", "--username", "AWS", "--password-stdin", "127.0.0.1:1")
    assert how["stdin"] == "pass"
    assert not Path(how["env"]["DOCKER_CONFIG"]).exists()
    assert pushed == ("push", "127.0.0.1:1/repo:tag")


def test_it_can_stay_here(context: Path, ran: list[Any]) -> None:
    IMAGE.create(fakes.job(), _inputs(context) | {"skipPush": True})
    assert [call[0][0] for call in ran] == ["build", "image"]


def test_an_image_deleted_behind_our_back_is_gone(monkeypatch: pytest.MonkeyPatch) -> None:
    state: Properties = {"repoDigest": f"127.0.0.1:1/repo@{DIGEST}"}
    for gone in (True, False):
        monkeypatch.setattr(registry, "is_gone", lambda *_, gone=gone: gone)
        found = IMAGE.read(fakes.job(), DIGEST, state, {})
        assert found == (None if gone else state)


def test_a_registry_that_does_not_answer_proves_nothing() -> None:
    assert not registry.is_gone(f"127.0.0.1:9/repo@{DIGEST}", "", "")


@pytest.mark.parametrize(
    ("version", "buildx", "found"),
    [("28.2.2", True, True), ("20.10.24", False, True), ("28.2.2", False, False)],
)
def test_a_command_line_with_buildkit_is_found(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, version: str, buildx: bool, found: bool
) -> None:
    command = tmp_path / "docker"
    script = (
        f'case "$1" in buildx) exit {int(not buildx)};; *) echo "Docker version {version},";; esac'
    )
    command.write_text(f"#!/bin/sh\n{script}\n")
    command.chmod(0o755)
    monkeypatch.setenv("PATH", str(tmp_path))
    cli.find.cache_clear()
    if found:
        assert cli.find() == (str(command), buildx)
    else:
        with pytest.raises(PluginError, match="install the buildx plugin"):
            cli.find()
    cli.find.cache_clear()
