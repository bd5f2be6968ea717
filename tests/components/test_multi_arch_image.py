"""The image for several architectures."""

import json
import shutil
from pathlib import Path
from typing import Any

import pytest
from pulumi import InputPropertyError

from components import MultiArchImage
from tests.components.arguments import CONTEXT, IMAGE, ROOT, changed
from tests.engine import ACCOUNT, SECRET, Engine, run_program

BUILT = "docker:index/image:Image"
COMMAND = "command:local:Command"
REPOSITORY = "aws:ecr/repository:Repository"


@pytest.fixture(autouse=True)
def context(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A copy of the context in a project of its own."""
    shutil.copytree(CONTEXT, tmp_path / "docker")
    monkeypatch.chdir(tmp_path)
    return tmp_path / "docker"


def image(*, preview: bool = False, **change: Any) -> Engine:
    """Return what is made for an image with changed arguments."""
    here = changed(IMAGE, context="docker", dockerfile="docker/coin/Dockerfile", **change)
    return run_program(lambda: MultiArchImage("image", here), preview=preview)


def test_tags_cannot_be_moved_and_what_is_pushed_is_scanned() -> None:
    repository = image().inputs(REPOSITORY)
    assert repository["imageTagMutability"] == "IMMUTABLE"
    assert repository["imageScanningConfiguration"] == {"scanOnPush": True}


def test_there_is_one_build_a_platform() -> None:
    built = {it.name: it.inputs for it in image().of(BUILT)}
    assert set(built) == {"image-linux-amd64", "image-linux-arm64"}
    for name, inputs in built.items():
        platform = name.removeprefix("image-").replace("-", "/")
        assert inputs["build"]["platform"] == platform
        assert inputs["build"]["builderVersion"] == "BuilderBuildKit"
        assert inputs["build"]["args"] == {"SOURCE": "release"}
        assert inputs["imageName"].endswith(f"-{platform.replace('/', '-')}")


def test_the_builder_gets_the_staged_copy_by_a_relative_path() -> None:
    for built in image().of(BUILT):
        context = Path(built.inputs["build"]["context"])
        assert not context.is_absolute()
        assert (context / "build" / "tool").is_file()
        assert not (context / "coin" / "coin.yaml").exists()
        assert Path(built.inputs["build"]["dockerfile"]) == context / "coin" / "Dockerfile"


def test_nothing_changed_means_nothing_asked_for(context: Path) -> None:
    before = [it.inputs for it in image().of(BUILT)]
    (context / "coin" / "coin.yaml").write_text("other: yes\n")
    (context / "build" / "tool").touch()
    assert [it.inputs for it in image().of(BUILT)] == before


def test_a_changed_file_is_another_tag_for_all(context: Path) -> None:
    before = {it.inputs["imageName"] for it in image().of(BUILT)}
    (context / "build" / "tool").write_text("other")
    assert not before & {it.inputs["imageName"] for it in image().of(BUILT)}


def test_the_password_is_a_secret() -> None:
    for built in image().of(BUILT):
        registry = built.inputs["registry"]
        # A property with a secret in it is marked as a whole.
        assert SECRET in registry or SECRET in registry["password"]


def test_the_list_names_every_build_by_digest() -> None:
    command = image().one(COMMAND)
    environment = command.inputs["environment"]
    assert SECRET not in environment
    references = json.loads(environment["IMAGES"])
    assert set(references) == {"linux/amd64", "linux/arm64"}
    assert all("@sha256:" in reference for reference in references.values())
    assert environment["REPOSITORY"] == IMAGE["repository"]
    assert environment["AWS_REGION"] == "eu-central-1"


def test_hosts_are_given_a_digest() -> None:
    told: list[str] = []
    here = changed(IMAGE, context="docker", dockerfile="docker/coin/Dockerfile")
    run_program(lambda: MultiArchImage("image", here).reference.apply(told.append))
    registry = f"{ACCOUNT}.dkr.ecr.eu-central-1.amazonaws.com"
    assert told == [f"{registry}/{IMAGE['repository']}@sha256:{64 * 'a'}"]


def test_no_path_of_this_machine_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(ROOT)
    made = run_program(lambda: MultiArchImage("image", _of_project()))
    command = made.one(COMMAND).inputs
    assert command["create"] == "components/manifest_list.py"
    assert not Path(command["interpreter"][0]).is_absolute()
    assert str(ROOT) not in json.dumps([resource.inputs for resource in made.resources])


def _of_project() -> Any:
    folder = CONTEXT.relative_to(ROOT)
    return changed(IMAGE, context=str(folder), dockerfile=f"{folder}/coin/Dockerfile")


def test_kept_images_stay_with_their_repository() -> None:
    """The next `up` would push the same tag again, which cannot be moved."""
    kept, lost = image(keep=True), image(keep=False)
    for typ in (REPOSITORY, BUILT, COMMAND):
        assert all(resource.protect for resource in kept.of(typ))
        assert not any(resource.protect for resource in lost.of(typ))
    assert kept.inputs(REPOSITORY)["forceDelete"] is False
    assert lost.inputs(REPOSITORY)["forceDelete"] is True


def test_a_preview_knows_what_it_can() -> None:
    assert len(image(preview=True).of(BUILT)) == 2


def test_without_a_platform_there_is_nothing_to_build() -> None:
    def program() -> None:
        with pytest.raises(InputPropertyError):
            MultiArchImage("image", changed(IMAGE, platforms=[]))

    assert not run_program(program).resources
