"""A kind looked at and deleted: drift, imports, tags of the provider, what holds it."""

from typing import Any

import pytest

from lab.plugins.link import StoppedError
from lab.plugins.resource import PluginError
from lab.plugins.wire import decode
from tests.plugins import fakes
from tests.plugins.toys import INPUTS, TOLD, TOY, TURNED, TYP, answers


def test_a_look_without_drift_changes_nothing(
    engine: fakes.Engine, monkeypatch: pytest.MonkeyPatch, state: dict[str, Any]
) -> None:
    fakes.install(monkeypatch, answers())
    told = engine.read(TYP, state, INPUTS)
    assert decode(told.properties) == state
    assert decode(told.inputs) == INPUTS


def test_a_look_sees_drift(
    engine: fakes.Engine, monkeypatch: pytest.MonkeyPatch, state: dict[str, Any]
) -> None:
    drifted = TOLD | {"Size": 9, "KmsKeyId": "{}", "Tags": [{"Key": "z", "Value": "26"}]}
    fakes.install(monkeypatch, answers(describe_volumes={"Volumes": [drifted]}))
    told = decode(engine.read(TYP, state, INPUTS).inputs)
    assert told["size"] == 9
    assert told["policy"] == "{}"
    assert told["tags"] == {"z": "26"}
    diff = engine.diff(TYP, decode(engine.read(TYP, state, INPUTS).properties), INPUTS)
    assert sorted(diff.diffs) == ["policy", "size", "tags"]


@pytest.mark.parametrize(
    "answer",
    [
        fakes.refused("InvalidVolume.NotFound"),
        fakes.refused("NoSuchBucket"),
        fakes.refused("404"),
        {"Volumes": []},
        {"Volumes": [TOLD | {"State": "deleted"}]},
    ],
)
def test_a_look_sees_that_it_is_gone(
    engine: fakes.Engine, monkeypatch: pytest.MonkeyPatch, state: dict[str, Any], answer: Any
) -> None:
    fakes.install(monkeypatch, answers(describe_volumes=answer))
    assert engine.read(TYP, state, INPUTS).id == ""


def test_another_refusal_is_an_error(
    engine: fakes.Engine, monkeypatch: pytest.MonkeyPatch, state: dict[str, Any]
) -> None:
    refusal = fakes.refused("UnauthorizedOperation")
    fakes.install(monkeypatch, answers(describe_volumes=refusal))
    with pytest.raises(fakes.AbortedError, match="UnauthorizedOperation: because"):
        engine.read(TYP, state, INPUTS)


def test_an_import_tells_all_inputs(engine: fakes.Engine, monkeypatch: pytest.MonkeyPatch) -> None:
    fakes.install(monkeypatch, answers())
    told = decode(engine.read(TYP, {}, {}).inputs)
    assert told == {
        "availabilityZone": "eu-central-1a",
        "policy": TURNED,
        "size": 2,
        "tags": {"a": "1"},
        "type": "gp3",
    }


def test_tags_of_the_provider_are_everyones(
    engine: fakes.Engine, monkeypatch: pytest.MonkeyPatch, state: dict[str, Any]
) -> None:
    aws = fakes.install(monkeypatch, answers())
    monkeypatch.setattr("lab.plugins.aws.session.AWS.default_tags", {"by": "all", "a": "0"})
    assert list(engine.diff(TYP, state, INPUTS).diffs) == ["tags"]
    TOY.update(fakes.job(), "vol-1", state, TOY.changes(state, INPUTS, INPUTS), INPUTS)
    added = {"Resources": ["vol-1"], "Tags": [{"Key": "by", "Value": "all"}]}
    assert aws.made("create_tags") == [added]
    tags = [{"Key": "a", "Value": "1"}, {"Key": "by", "Value": "all"}]
    now = TOLD | {"Tags": tags}
    fakes.install(monkeypatch, answers(describe_volumes={"Volumes": [now]}))
    monkeypatch.setattr("lab.plugins.aws.session.AWS.default_tags", {"by": "all"})
    told = engine.read(TYP, state, INPUTS)
    assert decode(told.inputs)["tags"] == {"a": "1"}
    assert decode(told.properties)["tagsAll"] == {"a": "1", "by": "all"}


def test_deletion_waits_for_what_holds_it(monkeypatch: pytest.MonkeyPatch) -> None:
    busy = fakes.refused("DependencyViolation")
    looks = [{"Volumes": [TOLD | {"State": "deleting"}]}, {"Volumes": []}]
    aws = fakes.install(
        monkeypatch, answers(delete_volume=[busy, busy, {}], describe_volumes=looks)
    )
    monkeypatch.setattr("lab.plugins.aws.kind._POLL_S", 0.001)
    TOY.delete(fakes.job(), "vol-1", {})
    assert len(aws.made("delete_volume")) == 3
    assert len(aws.made("describe_volumes")) == 2


def test_deletion_gives_up_when_it_is_held_for_too_long(monkeypatch: pytest.MonkeyPatch) -> None:
    fakes.install(monkeypatch, answers(delete_volume=fakes.refused("VolumeInUse")))
    monkeypatch.setattr("lab.plugins.aws.kind._POLL_S", 0.0001)
    with pytest.raises(PluginError, match="VolumeInUse"):
        TOY.delete(fakes.job(), "vol-1", {})
    with pytest.raises(StoppedError, match="gave up waiting for vol-1 to be let go"):
        TOY.delete(fakes.job(seconds=-1), "vol-1", {})


def test_what_is_gone_is_deleted(monkeypatch: pytest.MonkeyPatch) -> None:
    fakes.install(monkeypatch, answers(delete_volume=fakes.refused("InvalidVolume.NotFound")))
    TOY.delete(fakes.job(), "vol-1", {})
