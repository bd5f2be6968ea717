"""What an image is built from, and the tag that follows from it."""

import shutil
from pathlib import Path

import pytest
from pulumi import InputPropertyError

from components import _content
from components._content import content_hash, sources, stage
from tests.components.arguments import CONTEXT


@pytest.fixture
def context(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A copy of the context, in a folder where staging leaves nothing behind."""
    shutil.copytree(CONTEXT, tmp_path / "image")
    monkeypatch.chdir(tmp_path)
    return Path("image")


def tag(context: Path, **build_args: str) -> str:
    """Return the tag of a context as it is."""
    return content_hash(context, sources(context, context / "coin" / "Dockerfile"), build_args)


def test_the_ignore_file_says_what_counts(context: Path) -> None:
    found = sources(context, context / "coin" / "Dockerfile")
    assert [path.relative_to(context).as_posix() for path in found] == [
        "build/tool",
        "coin/Dockerfile",
        "coin/entrypoint",
    ]


@pytest.mark.parametrize("path", ["build/tool", "coin/Dockerfile", "coin/entrypoint"])
def test_a_file_of_the_build_changes_the_tag(context: Path, path: str) -> None:
    before = tag(context)
    (context / path).write_text("other")
    assert tag(context) != before


def test_a_new_file_in_a_folder_of_the_build_changes_the_tag(context: Path) -> None:
    before = tag(context)
    (context / "build" / "more").touch()
    assert tag(context) != before


def test_what_runs_and_what_does_not_are_different_images(context: Path) -> None:
    before = tag(context)
    (context / "build" / "tool").chmod(0o755)
    assert tag(context) != before


def test_a_build_argument_changes_the_tag(context: Path) -> None:
    assert len({tag(context), tag(context, A="b"), tag(context, A="c"), tag(context, Ab="")}) == 4


def test_what_the_build_does_not_see_changes_nothing(context: Path) -> None:
    before = tag(context)
    (context / "coin" / "coin.yaml").write_text("other: yes")
    (context / "other").mkdir()
    (context / "build" / "tool").chmod(0o600)
    assert tag(context) == before


def test_the_build_gets_a_copy_of_just_that(context: Path) -> None:
    (context / "build" / "tool").chmod(0o600)
    staged = Path(stage(context, sources(context, context / "coin" / "Dockerfile"), "0123"))
    found = {path.relative_to(staged).as_posix(): path for path in staged.rglob("*.*")}
    files = {path.relative_to(staged).as_posix() for path in staged.rglob("*") if path.is_file()}
    assert files == {"build/tool", "coin/Dockerfile", "coin/entrypoint"}
    assert not found
    assert (staged / "build" / "tool").stat().st_mode & 0o777 == 0o644
    assert (staged / "coin" / "entrypoint").stat().st_mode & 0o777 == 0o755
    assert not staged.is_absolute()
    assert (_content.STAGING / ".gitignore").read_text() == "*\n"


def test_staging_twice_is_staging_once(context: Path) -> None:
    files = sources(context, context / "coin" / "Dockerfile")
    first = Path(stage(context, files, "0123"))
    inode = first.stat().st_ino
    assert Path(stage(context, files, "0123")).stat().st_ino == inode
    assert [path.name for path in _content.STAGING.iterdir() if path.is_dir()] == ["0123"]


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("", "must start with *"),
        ("build\n", "must start with *"),
        ("*\nbuild\n", "name paths as !path"),
        ("*\n!build/*\n", "name paths as !path"),
        ("*\n!absent\n", "absent, which is not there"),
    ],
)
def test_an_ignore_file_that_lets_in_more_is_refused(context: Path, text: str, reason: str) -> None:
    (context / "coin" / "Dockerfile.dockerignore").write_text(text)
    with pytest.raises(InputPropertyError) as caught:
        tag(context)
    assert reason in caught.value.args[1]


def test_without_an_ignore_file_nothing_is_built(context: Path) -> None:
    (context / "coin" / "Dockerfile.dockerignore").unlink()
    with pytest.raises(InputPropertyError) as caught:
        tag(context)
    assert "must both be there" in caught.value.args[1]
