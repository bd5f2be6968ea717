from pathlib import Path

import pytest

from lab.images import build, mirror, recipe
from lab.place import Place
from lab.step import StepError

TARGETS = """\
Debian|Debian|http://mirror.test/debian/
Debian|Debian|http://mirror.test/debian/
Debian|Debian-Security|http://mirror.test/security/
Node Source|Node Source|https://node.test/
"""


@pytest.fixture
def files(tmp_path: Path) -> tuple[Path, Path]:
    first, second = tmp_path / "first", tmp_path / "second"
    first.write_text("one")
    second.write_text("two")
    return first, second


def test_the_same_files_give_the_same_tag(files: tuple[Path, Path]) -> None:
    before = recipe.reference("host", files)
    files[0].touch()
    assert recipe.reference("host", files) == before
    assert before.startswith("nodekeep-lab/host:")


def test_content_mode_and_name_change_the_tag(files: tuple[Path, Path]) -> None:
    first, second = files
    tags = [recipe.digest(files)]
    first.write_text("other")
    tags.append(recipe.digest(files))
    first.chmod(0o755)
    tags.append(recipe.digest(files))
    tags.append(recipe.digest([first.rename(first.with_name("third")), second]))
    assert len(set(tags)) == len(tags)


def test_every_file_of_the_host_is_in_its_tag() -> None:
    assert {path.name for path in recipe.host_recipe()} >= {
        *("Dockerfile", "init", "imds.py", "cloud.cfg", "host.packages", "awscli.txt"),
    }


def test_the_mirror_is_the_one_of_this_machines_apt() -> None:
    assert mirror.from_targets(TARGETS) == [
        "deb http://mirror.test/debian/ bookworm main",
        "deb http://mirror.test/debian/ bookworm-updates main",
        "deb http://mirror.test/security/ bookworm-security main",
    ]


def test_a_machine_without_a_debian_source_names_no_mirror() -> None:
    assert mirror.from_targets("Ubuntu|Ubuntu|http://mirror.test/ubuntu/\n") == []


def test_a_missing_tool_is_named_with_its_remedy(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.setattr(build, "_exists", lambda reference: reference.startswith("debian:"))
    with pytest.raises(StepError, match="uv is not there") as caught:
        build.ensure(print, Place(tmp_path))
    assert "setup.sh" in caught.value.remedy


def test_a_step_that_fails_is_named_with_its_log(tmp_path: Path) -> None:
    builder = build._Builder(print, Place(tmp_path))
    with pytest.raises(StepError, match=r"^import of x: ls /nowhere … exited") as caught:
        builder._step("import of x", ["ls", "/nowhere"], remedy="make room")
    assert caught.value.log is not None
    assert "No such file" in caught.value.log.read_text()
    assert caught.value.remedy == "make room"
